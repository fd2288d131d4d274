import { basename } from 'node:path'
import { type Mistake, UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import type { TraceSource } from '../sim/load.ts'
import { createRecorder } from '../sim/recorder.ts'
import { createRecordedCatalog, createReplayedTraffic } from '../traffic/replayed.ts'
import { inSharedMemory } from './shared-memory.ts'
import { createBlockReader, createSpillingStore, type SharedBlocks } from './spill.ts'
import { readTrace } from './trace-load.ts'

/** A trace that was read, as plain data for other threads: its columns lie in memory that all of them share. */
export interface SharedTrace {
  bytesOf: Float64Array
  classOf: Uint8Array
  requests: number
  durationMs: number
  blocks: SharedBlocks
}

/** Reads the trace of a plan, and tells what was left out or mended. Throws UserError with record, line or byte offset. */
export async function openTraceSource(
  plan: Plan,
  path: string,
  tell?: (warnings: readonly Mistake[]) => void,
): Promise<TraceSource> {
  return sourceOf(await readSharedTrace(plan, path, tell))
}

/** Does the same for more threads than one. */
export async function readSharedTrace(
  { traffic, visitors }: Plan,
  path: string,
  tell: (warnings: readonly Mistake[]) => void = () => undefined,
): Promise<SharedTrace> {
  if (traffic.kind !== 'trace') throw new UserError('the scenario reads no trace')
  const store = createSpillingStore()
  const recorder = createRecorder(visitors.places, traffic.requests, store)
  try {
    await readTrace(path, traffic, recorder.sink)
  } catch (error) {
    if (error !== recorder.full) {
      if (!traffic.lenient || !(error instanceof UserError)) throw error
      tell([{ message: `${error.message}; kept the ${recorder.count()} requests before it` }])
    }
  }
  const { catalog, requests, durationMs } = recorder.source()
  tell(Object.entries(recorder.notes()).map(([what, times]) => ({ message: `${basename(path)}: ${times} ${what}` })))
  return {
    bytesOf: inSharedMemory(catalog.bytesOf),
    classOf: inSharedMemory(catalog.classOf),
    ...{ requests, durationMs, blocks: store.shared() },
  }
}

/** The requests of a trace that was read, here or in another thread. */
export function sourceOf({ bytesOf, classOf, requests, durationMs, blocks }: SharedTrace): TraceSource {
  const reader = createBlockReader(blocks)
  return {
    catalog: createRecordedCatalog(bytesOf, classOf),
    ...{ requests, durationMs },
    open: (weights, random) => createReplayedTraffic(reader, weights, random),
  }
}
