import { z } from 'zod'
import { defineKeepAlive } from '../keep-alive.ts'
import { durationParam } from './duration.ts'

export const fixed = defineKeepAlive({
  name: 'fixed',
  title: 'Every environment waits the same time',
  source: 'the usual rule of the vendors; Shahrad et al., Serverless in the Wild, USENIX ATC 2020, section 2',
  params: z.strictObject({ after: durationParam('6m') }),
  create({ after }) {
    const windows = { preWarmMs: 0, keepAliveMs: after }
    return { paused: () => undefined, windows: () => windows }
  },
})
