import { basename } from 'node:path'
import { UserError } from '../lib/user-error.ts'
import type { Trace } from '../traffic/trace.ts'
import type { RowSink, TraceFormat } from '../traffic/traces/format.ts'
import { detectFormat, traceFormats } from '../traffic/traces/index.ts'
import { Remap } from '../traffic/traces/remap.ts'
import { isWorkload, makeWorkload } from '../traffic/workload.ts'
import { traceBytes } from './trace-bytes.ts'

export interface TraceLoadOptions {
  /** Name of a format, or `auto`. */
  format: string
  columns: Readonly<Record<string, string>>
  delimiter?: string
  /** Keeps the good records before a broken one. */
  lenient: boolean
}

/** Reads what `--column meaning=name` says. Throws UserError. */
export function columnsOf(pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    pairs.map(pair => {
      const cut = pair.indexOf('=')
      if (cut < 1) throw new UserError(`--column ${pair}: it is written meaning=name, such as id=url`)
      return [pair.slice(0, cut), pair.slice(cut + 1)]
    }),
  )
}

const headBytes = 4096
/** A size is counted in 32 bits; what is larger counts as the largest, and the trace's notes say how often. */
const largestBytes = 0xffffffff

/**
 * Reads a whole trace into columns in shared memory, from a file, standard input (`-`) or a workload by name such as
 * `zipf:alpha=1,objects=1e6,requests=1e7,seed=1`. Requests of size 0 are left out and counted. Throws UserError.
 */
export async function loadTrace(name: string, options: TraceLoadOptions): Promise<Trace> {
  if (isWorkload(name)) return makeWorkload(name)
  const columns = createColumns()
  const { sink } = columns
  let chosen: TraceFormat | undefined =
    options.format === 'auto' ? undefined : traceFormats.choose(options.format).definition
  let parser: ReturnType<TraceFormat['createParser']> | undefined
  try {
    for await (const piece of traceBytes(name, { lenient: options.lenient })) {
      chosen ??= detectFormat(piece.subarray(0, headBytes), name)
      parser ??= chosen.createParser(sink, { file: name, ...options })
      parser.push(piece)
    }
    parser?.end()
  } catch (error) {
    if (!options.lenient || !(error instanceof UserError)) throw error
    process.stderr.write(`warning: ${error.message}; kept the ${columns.count()} requests before it\n`)
  }
  return columns.trace(basename(name))
}

function createColumns() {
  const remap = new Remap()
  let ids = new Int32Array(new SharedArrayBuffer(4 << 16))
  let bytes = new Uint32Array(new SharedArrayBuffer(4 << 16))
  let timesS = new Float64Array(new SharedArrayBuffer(8 << 16))
  const notes: Record<string, number> = {}
  const note = (reason: string): void => {
    notes[reason] = (notes[reason] ?? 0) + 1
  }
  let [count, footprintBytes, firstS] = [0, 0, Number.NaN]
  const sink: RowSink = {
    row(timeS, low, high, size) {
      if (size === 0) return note('requests of size 0 left out')
      if (count === ids.length) {
        ids = longer(ids, Int32Array)
        bytes = longer(bytes, Uint32Array)
        timesS = longer(timesS, Float64Array)
      }
      if (count === 0) firstS = timeS
      else if (timeS - firstS < timesS[count - 1]!) note('requests earlier than the one before')
      if (size > largestBytes) note('sizes above 4 GiB counted as 4 GiB')
      const known = remap.count
      ids[count] = remap.numberOf(low, high)
      bytes[count] = Math.min(size, largestBytes)
      timesS[count] = timeS - firstS
      if (remap.count > known) footprintBytes += bytes[count]!
      count++
    },
  }
  return {
    sink,
    count: () => count,
    trace(name: string): Trace {
      if (count === 0) throw new UserError(`${name}: the trace has no request`)
      return {
        name,
        count,
        objects: remap.count,
        ids: ids.subarray(0, count),
        bytes: bytes.subarray(0, count),
        timesS: timesS.subarray(0, count),
        footprintBytes,
        notes,
      }
    },
  }
}

/** The same rows in a column of twice the room, in shared memory. */
function longer<Column extends Int32Array | Uint32Array | Float64Array>(
  column: Column,
  Kind: new (buffer: SharedArrayBuffer) => Column,
): Column {
  const grown = new Kind(new SharedArrayBuffer(2 * column.byteLength))
  grown.set(column)
  return grown
}
