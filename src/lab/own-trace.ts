import { UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import type { TraceSource } from '../sim/load.ts'
import { createRecorder } from '../sim/recorder.ts'
import { detectFormat, traceFormats } from '../traffic/traces/index.ts'

/** A trace that was opened in the page, unpacked. It never leaves the machine. */
export interface OwnTrace {
  name: string
  bytes: Uint8Array
}

/** Reads what plans ask for of the page's trace; null for a plan that makes its requests itself. Throws UserError. */
export type ReadTrace = (plan: Plan) => TraceSource | null

const headBytes = 4096

/** A reader of one trace, or of none. The last reading is kept, because one scenario is run several times. */
export function createTraceReader(trace: OwnTrace | null): ReadTrace {
  let kept: { key: string; source: TraceSource } | null = null
  return plan => {
    const { traffic, visitors } = plan
    if (traffic.kind !== 'trace') return null
    if (trace === null || trace.name !== traffic.file)
      throw new UserError({ message: `the trace ${traffic.file} is not open in this page`, hint: 'Open takes it' })
    const key = JSON.stringify([traffic, visitors.places])
    if (kept?.key !== key) kept = { key, source: readTrace(plan, traffic, trace) }
    return kept.source
  }
}

function readTrace(
  { visitors }: Plan,
  traffic: Extract<Plan['traffic'], { kind: 'trace' }>,
  trace: OwnTrace,
): TraceSource {
  const { format, columns, lenient, requests } = traffic
  const recorder = createRecorder(visitors.places, requests)
  try {
    const chosen =
      format === 'auto'
        ? detectFormat(trace.bytes.subarray(0, headBytes), trace.name)
        : traceFormats.choose(format).definition
    const parser = chosen.createParser(recorder.sink, { file: trace.name, columns })
    parser.push(trace.bytes)
    parser.end()
  } catch (error) {
    if (error !== recorder.full && !(lenient && error instanceof UserError)) throw error
  }
  return recorder.source()
}
