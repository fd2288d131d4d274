import { UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import type { TraceSource } from '../sim/load.ts'
import { createRecorder } from '../sim/recorder.ts'
import type { RowSink, TraceFormat } from '../traffic/traces/format.ts'
import { detectFormat, traceFormats } from '../traffic/traces/index.ts'
import { createSpillingStore } from './spill.ts'
import { traceBytes } from './trace-bytes.ts'

const headBytes = 4096

/** Reads the trace of a plan. Throws UserError with record, line or byte offset. */
export async function openTraceSource({ traffic, visitors }: Plan, path: string): Promise<TraceSource> {
  if (traffic.kind !== 'trace') throw new UserError('the scenario reads no trace')
  const recorder = createRecorder(visitors.places, traffic.requests, createSpillingStore())
  try {
    await readInto(recorder.sink, path, traffic)
  } catch (error) {
    if (error !== recorder.full && !(traffic.lenient && error instanceof UserError)) throw error
  }
  return recorder.source()
}

async function readInto(
  sink: RowSink,
  path: string,
  { format, columns }: Extract<Plan['traffic'], { kind: 'trace' }>,
): Promise<void> {
  let chosen: TraceFormat | undefined = format === 'auto' ? undefined : traceFormats.choose(format).definition
  let parser: ReturnType<TraceFormat['createParser']> | undefined
  for await (const piece of traceBytes(path)) {
    chosen ??= detectFormat(piece.subarray(0, headBytes), path)
    parser ??= chosen.createParser(sink, { file: path, columns })
    parser.push(piece)
  }
  parser?.end()
}
