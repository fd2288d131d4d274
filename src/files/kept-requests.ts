import { fstatSync } from 'node:fs'
import { assert } from '../lib/assert.ts'
import { sampleRequests } from '../sim/sample.ts'
import { blockRows, type RequestSource, type TraceSummary } from '../traffic/request-source.ts'
import type { Trace } from '../traffic/trace.ts'
import { openSpillFile, readColumn, writeColumn } from './spill-file.ts'

/** A block of a column: in memory that all threads share, or where it begins in the file. */
type Part = Column | number
type Column = Int32Array | Uint32Array | Float64Array

/** A trace as plain data that threads share: dense ids and what else is needed, 4 bytes a request and column, 8 for times, in memory or in a file. */
export interface KeptRequests extends TraceSummary {
  /** Descriptor of the file that holds what memory does not, or -1. */
  file: number
  ids: readonly Part[]
  bytes: readonly Part[] | null
  /** Seconds since the first request. */
  timesS: readonly Part[] | null
  nextUses: readonly Part[] | null
}

export interface RequestKeeper {
  /** Takes a copy of some requests. */
  take(ids: Int32Array, bytes: Uint32Array, timesS?: Float64Array): void
  readonly count: number
  keep(summary: Omit<TraceSummary, 'count'>): KeptRequests
}

/** Columns up to this many bytes stay in memory: what is more goes to a file, of which the platform keeps in memory what it can. */
const mostBytesInMemory = 2 ** 24

/**
 * Keeps the requests of a trace, those beyond so many bytes in a temporary file. Without `sizes` every request counts 1; without `times` they
 * have none.
 */
export function createRequestKeeper(
  { sizes, times = false }: { sizes: boolean; times?: boolean },
  mostBytes = mostBytesInMemory,
): RequestKeeper {
  const store = createPartStore(mostBytes)
  const ids = createColumn<Int32Array>(store, Int32Array)
  const bytes = sizes ? createColumn<Uint32Array>(store, Uint32Array) : null
  const timesS = times ? createColumn<Float64Array>(store, Float64Array) : null
  let count = 0
  return {
    get count() {
      return count
    },
    take(newIds, newBytes, newTimesS) {
      count += newIds.length
      ids.append(newIds)
      bytes?.append(newBytes)
      timesS?.append(newTimesS!)
    },
    keep: summary => ({
      ...summary,
      count,
      ids: ids.parts(),
      bytes: bytes?.parts() ?? null,
      timesS: timesS?.parts() ?? null,
      nextUses: null,
      file: store.file(),
    }),
  }
}

/** Columns of a trace in shared memory as they are. */
export function keptOf(trace: Trace, sizes: boolean): KeptRequests {
  const { name, count, objects, footprintBytes, notes } = trace
  const parts = (column: Column): Part[] =>
    Array.from({ length: Math.ceil(count / blockRows) }, (_, block) =>
      column.subarray(block * blockRows, Math.min(count, (block + 1) * blockRows)),
    )
  let requestedBytes = 0
  for (let row = 0; row < count; row++) requestedBytes += trace.bytes[row]!
  return {
    ...{ name, count, objects, footprintBytes, requestedBytes, notes },
    ids: parts(trace.ids),
    bytes: sizes ? parts(trace.bytes) : null,
    timesS: parts(trace.timesS),
    nextUses: null,
    file: -1,
  }
}

/** The requests for a share of the objects. */
export function sampleOf(trace: KeptRequests, ratio: number, seed: number): KeptRequests {
  const keeper = createRequestKeeper({ sizes: trace.bytes !== null })
  return keeper.keep(sampleRequests(sourceOfKept(trace), ratio, seed, keeper.take))
}

/** Reads kept requests block by block, in whatever thread. */
export function sourceOfKept(kept: KeptRequests): RequestSource {
  const { name, count, objects, footprintBytes, requestedBytes, notes, file } = kept
  const ids = createReader<Int32Array>(kept.ids, file, Int32Array)
  const bytes = kept.bytes && createReader<Uint32Array>(kept.bytes, file, Uint32Array)
  const nextUses = kept.nextUses && createReader<Uint32Array>(kept.nextUses, file, Uint32Array)
  const rowsOf = (index: number): number => rowsOfBlock(index, count)
  return {
    ...{ name, count, objects, footprintBytes, requestedBytes, notes },
    blocks: kept.ids.length,
    block: index => ({
      count: rowsOf(index),
      ids: ids(index, rowsOf(index)),
      bytes: bytes?.(index, rowsOf(index)) ?? null,
    }),
    nextUses: index => nextUses?.(index, rowsOf(index)) ?? null,
  }
}

/** The same requests with the next use of each, found from the end. */
export function withNextUses(kept: KeptRequests, mostBytes = mostBytesInMemory): KeptRequests {
  const store = createPartStore(mostBytes, kept.file)
  const source = sourceOfKept(kept)
  const seen = new Uint32Array(kept.objects).fill(0xffffffff)
  const parts: Part[] = []
  for (let index = source.blocks - 1; index >= 0; index--) {
    const { ids, count } = source.block(index)
    const nexts = store.column(Uint32Array)
    for (let row = count - 1; row >= 0; row--) {
      const id = ids[row]!
      nexts[row] = seen[id]!
      seen[id] = index * blockRows + row
    }
    parts[index] = store.put(nexts)
  }
  return { ...kept, nextUses: parts, file: store.file() }
}

interface ColumnKind<Kept> {
  new (buffer: ArrayBufferLike): Kept
  readonly BYTES_PER_ELEMENT: number
}

/** Seconds since the first request of each request in a block. Throws where the trace was kept without times. */
export function timesReaderOf({ timesS, file, count }: KeptRequests): (index: number) => Float64Array {
  assert(timesS !== null, 'a trace that was kept without its times')
  const read = createReader<Float64Array>(timesS, file, Float64Array)
  return index => read(index, rowsOfBlock(index, count))
}

function rowsOfBlock(index: number, count: number): number {
  return Math.min(blockRows, count - index * blockRows)
}

/** Memory for blocks up to a limit, and a file for the others. */
function createPartStore(mostBytes: number, openFile = -1) {
  let file = openFile
  let [inMemory, end] = [0, openFile < 0 ? 0 : fstatSync(openFile).size]
  let spare: ArrayBuffer | null = null
  return {
    file: () => file,
    /** Room for a block. */
    column<Kept>(Kind: ColumnKind<Kept>): Kept {
      const blockBytes = Kind.BYTES_PER_ELEMENT * blockRows
      if (inMemory + blockBytes <= mostBytes) return new Kind(new SharedArrayBuffer(blockBytes))
      const taken = spare?.byteLength === blockBytes ? spare : new ArrayBuffer(blockBytes)
      if (taken === spare) spare = null
      return new Kind(taken)
    },
    /** Keeps a block that `column` gave; its memory may be given again. */
    put(column: Column): Part {
      if (column.buffer instanceof SharedArrayBuffer) {
        inMemory += column.byteLength
        return column
      }
      if (file < 0) file = openSpillFile()
      const offset = end
      writeColumn(file, column, offset)
      end += column.byteLength
      spare = column.buffer as ArrayBuffer
      return offset
    },
  }
}

/** A column that is written from its beginning. */
function createColumn<Kept extends Column>(store: ReturnType<typeof createPartStore>, Kind: ColumnKind<Kept>) {
  const done: Part[] = []
  let open = store.column(Kind)
  let filled = 0
  return {
    append(rows: Kept): void {
      for (let taken = 0; taken < rows.length; ) {
        const more = Math.min(rows.length - taken, blockRows - filled)
        open.set(rows.subarray(taken, taken + more), filled)
        filled += more
        taken += more
        if (filled < blockRows) continue
        done.push(store.put(open))
        open = store.column(Kind)
        filled = 0
      }
    },
    parts: (): Part[] => (filled === 0 ? done : [...done, store.put(open)]),
  }
}

/** Reads blocks of a column into one buffer, where they are not in memory anyway. */
function createReader<Kept extends Column>(
  parts: readonly Part[],
  file: number,
  Kind: ColumnKind<Kept>,
): (index: number, rows: number) => Kept {
  let buffer: Kept | null = null
  return (index, rows) => {
    const part = parts[index]!
    if (typeof part !== 'number') return part.subarray(0, rows) as Kept
    buffer ??= new Kind(new ArrayBuffer(Kind.BYTES_PER_ELEMENT * blockRows))
    readColumn(file, buffer, part)
    return buffer.subarray(0, rows) as Kept
  }
}
