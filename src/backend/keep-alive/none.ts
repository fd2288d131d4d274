import { z } from 'zod'
import { defineKeepAlive } from '../keep-alive.ts'

export const none = defineKeepAlive({
  name: 'none',
  title: 'Nothing waits: every start is cold',
  source: 'the lower bound of memory and the upper bound of cold starts',
  params: z.strictObject({}),
  create: () => ({ paused: () => undefined, windows: () => ({ preWarmMs: 0, keepAliveMs: 0 }) }),
})
