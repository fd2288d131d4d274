import { basename } from 'node:path'
import { UserError } from '../lib/user-error.ts'
import type { Trace } from '../traffic/trace.ts'
import { createTraceColumns } from '../traffic/trace-columns.ts'
import type { RowSink, TraceFormat, TraceParser } from '../traffic/traces/format.ts'
import { detectFormat, traceFormats } from '../traffic/traces/index.ts'
import { isWorkload, makeWorkload } from '../traffic/workload.ts'
import { traceBytes } from './trace-bytes.ts'
import { printWarnings } from './warnings.ts'

export interface TraceLoadOptions {
  /** Name of a format, or `auto`. */
  format: string
  columns: Readonly<Record<string, string>>
  delimiter?: string
  /** Keeps the good records before a broken one. */
  lenient: boolean
}

/** How a trace is to be read, as the options of every command that reads one say it. Throws UserError. */
export function loadOptionsOf(given: {
  format: string
  column?: readonly string[]
  delimiter?: string
  lenient?: boolean
}): TraceLoadOptions {
  const { format, column, delimiter, lenient = false } = given
  return { format, columns: columnsOf(column), lenient, ...(delimiter ? { delimiter } : {}) }
}

/** Reads what `--column meaning=name` says. Throws UserError. */
function columnsOf(pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    pairs.map(pair => {
      const cut = pair.indexOf('=')
      if (cut < 1) throw new UserError(`--column ${pair}: it is written meaning=name, such as id=url`)
      return [pair.slice(0, cut), pair.slice(cut + 1)]
    }),
  )
}

const headBytes = 4096

/**
 * Reads a whole trace into columns in shared memory, from a file, standard input (`-`) or a workload by name such as
 * `zipf:alpha=1,objects=1e6,requests=1e7,seed=1`. Requests of size 0 are left out and counted. Throws UserError.
 */
export async function loadTrace(name: string, options: TraceLoadOptions): Promise<Trace> {
  if (isWorkload(name)) return makeWorkload(name)
  const columns = createTraceColumns()
  try {
    await readTrace(name, options, columns.sink)
  } catch (error) {
    if (!options.lenient || !(error instanceof UserError)) throw error
    printWarnings([{ message: `${error.message}; kept the ${columns.count()} requests before it` }])
  }
  return columns.trace(basename(name))
}

/** Reads a trace from a file or standard input (`-`), request by request. Throws UserError, and what the sink throws. */
export async function readTrace(
  name: string,
  { format, columns, delimiter }: Omit<TraceLoadOptions, 'lenient'>,
  sink: RowSink,
): Promise<void> {
  let chosen: TraceFormat | undefined = format === 'auto' ? undefined : traceFormats.choose(format).definition
  let parser: TraceParser | undefined
  for await (const piece of traceBytes(name)) {
    chosen ??= detectFormat(piece.subarray(0, headBytes), name)
    parser ??= chosen.createParser(sink, { file: name, columns, ...(delimiter === undefined ? {} : { delimiter }) })
    parser.push(piece)
  }
  parser?.end()
}
