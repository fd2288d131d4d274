import { basename } from 'node:path'
import { type Mistake, UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import type { TraceSource } from '../sim/load.ts'
import { createRecorder } from '../sim/recorder.ts'
import { createSpillingStore } from './spill.ts'
import { readTrace } from './trace-load.ts'

/**
 * Reads the trace of a plan, and tells what was left out or mended. Throws UserError with record, line or byte offset.
 */
export async function openTraceSource(
  { traffic, visitors }: Plan,
  path: string,
  tell: (warnings: readonly Mistake[]) => void = () => undefined,
): Promise<TraceSource> {
  if (traffic.kind !== 'trace') throw new UserError('the scenario reads no trace')
  const recorder = createRecorder(visitors.places, traffic.requests, createSpillingStore())
  try {
    await readTrace(path, traffic, recorder.sink)
  } catch (error) {
    if (error !== recorder.full) {
      if (!traffic.lenient || !(error instanceof UserError)) throw error
      tell([{ message: `${error.message}; kept the ${recorder.count()} requests before it` }])
    }
  }
  const source = recorder.source()
  tell(Object.entries(recorder.notes()).map(([what, times]) => ({ message: `${basename(path)}: ${times} ${what}` })))
  return source
}
