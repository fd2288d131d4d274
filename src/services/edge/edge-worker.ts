import { parentPort, workerData } from 'node:worker_threads'
import type { EdgeEngine, EdgeLimits, HookEvent } from '../../backend/edge-hooks.ts'
import type { Ms } from '../../lib/clock.ts'
import { UserError } from '../../lib/user-error.ts'
import { createEdgeEngine } from './engine.ts'
import type { Script } from './sandbox.ts'
import type { EdgeOrder, EdgeTold } from './script-thread.ts'

// The thread in which one edge script runs: whoever waits for it can end it.

const { script, limits } = workerData as { script: Script; limits: EdgeLimits }
const tell = (told: EdgeTold): void => parentPort!.postMessage(told)

let engine: EdgeEngine | undefined
try {
  engine = await createEdgeEngine([script], limits)
  tell({ kind: 'ready' })
} catch (error) {
  if (!(error instanceof UserError)) throw error
  tell({ kind: 'mistaken', mistakes: error.mistakes })
}

const run = (event: HookEvent, now: Ms): void => tell({ kind: 'ran', outcome: engine!.run(script.name, event, now) })
if (engine !== undefined) parentPort!.on('message', ({ event, now }: EdgeOrder) => run(event, now))
