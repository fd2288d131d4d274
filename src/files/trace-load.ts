import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { KernelMemory } from '../kernels/memory.ts'
import { createNumbering, type NumberingOptions, type TakeRows } from '../kernels/numbering.ts'
import { UserError } from '../lib/user-error.ts'
import type { TraceSummary } from '../traffic/request-source.ts'
import { createSizeChanges } from '../traffic/size-changes.ts'
import type { Trace } from '../traffic/trace.ts'
import { createTraceColumns, notesOf } from '../traffic/trace-columns.ts'
import type { RowSink, TraceFormat, TraceParser } from '../traffic/traces/format.ts'
import { detectFormat, traceFormats } from '../traffic/traces/index.ts'
import { isWorkload, makeWorkload } from '../traffic/workload.ts'
import { createRequestKeeper, type KeptRequests, keptOf } from './kept-requests.ts'
import { plainHead, traceBytes } from './trace-bytes.ts'
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
/** A size is counted in 32 bits; what is larger counts as the largest, and the trace's notes say how often. */
const largestBytes = 0xffffffff
/** Most traces ask for an object several times; a guess that is too low only costs time. */
const likelyRequestsAnObject = 32
const likelyBytesARequest = 24
const mostLikelyObjects = 2 ** 18

/** Which columns of a trace are wanted beside its objects. */
export interface WantedColumns {
  sizes: boolean
  times?: boolean
}

/**
 * Reads a trace to be walked as often as one likes, from a file, standard input (`-`) or a workload by name such as
 * `zipf:alpha=1,objects=1e6,requests=1e7,seed=1`. What of a file does not fit into memory lies in a temporary one. Throws UserError.
 */
export async function loadRequests(
  name: string,
  options: TraceLoadOptions,
  { sizes, times = false }: WantedColumns,
  kernels: WebAssembly.Module | undefined,
  memory?: KernelMemory,
): Promise<KeptRequests> {
  if (isWorkload(name)) return keptOf(makeWorkload(name), sizes)
  if (kernels === undefined) return keptOf(await loadReadably(name, options), sizes)
  const keeper = createRequestKeeper({ sizes, times })
  return keeper.keep(await readNumbered(name, options, kernels, { sizes, times, take: keeper.take, memory }))
}

/** Reads the same once, many requests at a time, and keeps none. Answers its name and what was left out or mended. Throws UserError. */
export async function scanRequests(
  name: string,
  options: TraceLoadOptions,
  kernels: WebAssembly.Module | undefined,
  take: TakeRows,
): Promise<Pick<TraceSummary, 'name' | 'notes'>> {
  if (!isWorkload(name) && kernels !== undefined)
    return readNumbered(name, options, kernels, { sizes: true, times: true, take })
  const trace = isWorkload(name) ? makeWorkload(name) : await loadReadably(name, options)
  take(trace.ids, trace.bytes, trace.timesS)
  return trace
}

/** Reads a whole trace into memory, without kernels. */
async function loadReadably(name: string, options: TraceLoadOptions): Promise<Trace> {
  const columns = createTraceColumns()
  await readLeniently(name, options, columns.sink, columns.count)
  return columns.trace(basename(name))
}

/** How many requests a file must hold by its length, where records are of one size; undefined where only reading it tells. */
export function foreseenRequests(name: string, { format }: TraceLoadOptions): number | undefined {
  const head = isWorkload(name) ? undefined : plainHead(name, headBytes)
  if (head === undefined) return undefined
  const { recordBytes } = format === 'auto' ? detectFormat(head, name) : traceFormats.choose(format).definition
  return recordBytes === undefined ? undefined : sizeOf(name) / recordBytes
}

/** Reads a trace whose rows are numbered many at a time, and answers what is known of it. Throws UserError. */
export async function readNumbered(
  name: string,
  options: TraceLoadOptions,
  kernels: WebAssembly.Module,
  wanted: Omit<NumberingOptions, 'likelyObjects'>,
): Promise<Omit<TraceSummary, 'count'>> {
  let count = 0
  const sizeChanges = createSizeChanges()
  const numbering = createNumbering(kernels, {
    ...wanted,
    likelyObjects: Math.min(mostLikelyObjects, sizeOf(name) / likelyBytesARequest / likelyRequestsAnObject),
    take(ids, bytes, seconds) {
      count += ids.length
      if (wanted.sizes) sizeChanges.take(ids, bytes)
      wanted.take(ids, bytes, seconds)
    },
  })
  let cut = 0
  const sink: RowSink = {
    row(timeS, idLow, idHigh, bytes) {
      if (bytes > largestBytes) cut++
      numbering.row(timeS, idLow, idHigh, Math.min(bytes, largestBytes))
    },
    bulk: numbering,
  }
  const counted = (): number => {
    numbering.end()
    return count
  }
  await readLeniently(name, options, sink, counted, numbering.window)
  const { objects, footprintBytes, requestedBytes, emptyRows, earlierRows } = numbering.end()
  if (count === 0) throw new UserError(`${basename(name)}: the trace has no request`)
  return {
    ...{ name: basename(name), objects, footprintBytes, requestedBytes },
    notes: notesOf(emptyRows, cut, earlierRows, sizeChanges.count),
  }
}

function sizeOf(name: string): number {
  return name === '-' ? 0 : (statSync(name, { throwIfNoEntry: false })?.size ?? 0)
}

/** Reads a trace; with `lenient` what comes before a mistake, which is told. */
async function readLeniently(
  name: string,
  options: TraceLoadOptions,
  sink: RowSink,
  count: () => number,
  window?: () => Uint8Array,
): Promise<void> {
  try {
    await readTrace(name, options, sink, window)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    if (!options.lenient) throw withRecord(error, count() + 1)
    printWarnings([{ message: `${error.message}; kept the ${count()} requests before it` }])
  }
}

/** The same mistakes; those that know a place in a packed file also say at which request it is. */
function withRecord(error: UserError, record: number): UserError {
  const told = error.mistakes.map(mistake => {
    const { at } = mistake
    return at?.offsetBytes === undefined || at.record !== undefined ? mistake : { ...mistake, at: { ...at, record } }
  })
  return new UserError(told, error.exitCode)
}

/**
 * Reads a trace from a file or standard input (`-`), request by request. Pieces of a plain file are read into `window`, where there is one.
 * Throws UserError, and what the sink throws.
 */
export async function readTrace(
  name: string,
  { format, columns, delimiter, lenient }: TraceLoadOptions,
  sink: RowSink,
  window?: () => Uint8Array,
): Promise<void> {
  let chosen: TraceFormat | undefined = format === 'auto' ? undefined : traceFormats.choose(format).definition
  let parser: TraceParser | undefined
  let head = new Uint8Array(0)
  try {
    for await (const piece of traceBytes(name, { lenient, ...(window ? { window } : {}) })) {
      if (head.length === 0) head = piece.slice(0, headBytes)
      chosen ??= detectFormat(head, name)
      parser ??= chosen.createParser(sink, { file: name, columns, ...(delimiter === undefined ? {} : { delimiter }) })
      parser.push(piece)
    }
    parser?.end()
  } catch (error) {
    throw error instanceof UserError && chosen ? withFormats(error, chosen.name, head) : error
  }
}

/** The same mistakes; those in content that looks like another format than the one it is read as say so. */
function withFormats(error: UserError, readAs: string, head: Uint8Array): UserError {
  const likely = traceFormats.entries.find(({ looksLike }) => looksLike(head, ''))?.name
  if (likely === undefined || likely === readAs || !error.mistakes.every(({ at }) => at)) return error
  const words = `it is read as ${readAs} and looks like ${likely}`
  return new UserError(
    error.mistakes.map(mistake => ({ ...mistake, message: `${mistake.message}; ${words}` })),
    error.exitCode,
  )
}
