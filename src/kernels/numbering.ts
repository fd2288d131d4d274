import { instantiate, type KernelMemory } from './memory.ts'

/** Where time, id and size lie in a record of a fixed size: u32 seconds, u64 and u32 bytes, little-endian. */
export interface RecordLayout {
  recordBytes: number
  timeAt: number
  idAt: number
  sizeAt: number
}

/** Columns of a text that hold time, id and size, counted from 0; -1 for one that the trace lacks. */
export interface RowColumns {
  time: number
  id: number
  size: number
}

/** How many lines were taken, and where the next one begins. */
export interface RowsTaken {
  rows: number
  next: number
}

/** What is known of a trace when all of its rows are numbered. */
export interface NumberedFacts {
  objects: number
  /** Sum over objects of the size at their first request. */
  footprintBytes: number
  requestedBytes: number
  /** Rows of size 0, which are left out, and rows with a time before that of the row before. */
  emptyRows: number
  earlierRows: number
}

/** Takes rows that were numbered. The columns are overwritten by the next; those that were not asked for are empty. */
export type TakeRows = (ids: Int32Array, bytes: Uint32Array, seconds: Float64Array) => void

export interface NumberingOptions {
  /** A guess of the number of objects: too low costs time, too high memory. */
  likelyObjects: number
  sizes: boolean
  times: boolean
  take: TakeRows
  /** Memory that others have when this has ended. */
  memory?: KernelMemory | undefined
}

/** Gives the ids of a trace dense numbers in order of first appearance, many rows at a time. */
export interface Numbering {
  /** Memory for a piece of the trace: what is read into it need not be copied. It is good until it is asked for again. */
  window(): Uint8Array
  /** Takes one row; an id of 64 bits comes in two halves, and a size fits into 32 bits. */
  row(timeS: number, idLow: number, idHigh: number, bytes: number): void
  /** Takes records that lie one after the other. */
  records(bytes: Uint8Array, offset: number, count: number, layout: RecordLayout): void
  /** Takes lines of plain numbers from `from` up to `to`, before which a line ends, or up to one that needs more care. */
  plainRows(bytes: Uint8Array, from: number, to: number, columns: RowColumns, separator: number): RowsTaken
  /** Gives what has not been taken yet, and answers what all rows have told. */
  end(): NumberedFacts
}

/** Bytes of a piece: records of 24 bytes fill it without a rest. */
const windowBytes = 8192 * 24
/** A line has two bytes at least; one may have begun in the piece before. */
const rowsIn = (bytes: number): number => (bytes >> 1) + 1
const windowRows = rowsIn(windowBytes)
const newline = 10

interface NumberingExports {
  memory: WebAssembly.Memory
  blockRows: WebAssembly.Global
  openNumbering(windowBytes: number, rows: number, objects: number, sizes: number, times: number): void
  prepareNumbering(more: number): void
  numberRows(count: number): void
  numberRecords(from: number, count: number, recordBytes: number, timeAt: number, idAt: number, sizeAt: number): void
  numberPlainRows(from: number, to: number, time: number, id: number, size: number, separator: number): number
  plainRowsRead(): number
  takeNumbered(): number
  windowAt(): number
  keysAt(): number
  blockSizesAt(): number
  secondsAt(): number
  outIdsAt(): number
  outSizesAt(): number
  outSecondsAt(): number
  objectsKnown(): number
  footprintBytes(): number
  requestedBytes(): number
  emptyRows(): number
  earlierRows(): number
}

/** Begins to number a trace in an instance of its own of the compiled module. */
export function createNumbering(module: WebAssembly.Module, options: NumberingOptions): Numbering {
  const { likelyObjects, sizes, times, take, memory } = options
  const wasm = instantiate(module, memory) as unknown as NumberingExports
  const blockRows = Number(wasm.blockRows.value)
  wasm.openNumbering(windowBytes, windowRows + blockRows, likelyObjects, sizes ? 1 : 0, times ? 1 : 0)
  let views = viewsOf(wasm, blockRows)
  /** Rows of the block that wait to be numbered together. */
  let waiting = 0

  /** Makes room for so many new objects. The memory may move, but not while there is room. */
  function prepare(rows: number): void {
    wasm.prepareNumbering(rows)
    if (views.memory !== wasm.memory.buffer) views = viewsOf(wasm, blockRows)
  }

  function flush(): void {
    if (waiting === 0) return
    prepare(waiting)
    wasm.numberRows(waiting)
    waiting = 0
    handOver()
  }

  function handOver(): void {
    const count = wasm.takeNumbered()
    if (count === 0) return
    const { buffer } = wasm.memory
    take(
      new Int32Array(buffer, wasm.outIdsAt(), count),
      new Uint32Array(buffer, wasm.outSizesAt(), sizes ? count : 0),
      new Float64Array(buffer, wasm.outSecondsAt(), times ? count : 0),
    )
  }

  /** Where bytes lie in the window, or `undefined` when they lie elsewhere. */
  const placeInWindow = (bytes: Uint8Array): number | undefined =>
    bytes.buffer === wasm.memory.buffer ? bytes.byteOffset - wasm.windowAt() : undefined

  return {
    window() {
      flush()
      prepare(windowRows + blockRows)
      return views.window
    },
    row(timeS, idLow, idHigh, bytes) {
      const { keys, blockSizes, seconds } = views
      keys[2 * waiting] = idLow
      keys[2 * waiting + 1] = idHigh
      blockSizes[waiting] = bytes
      seconds[waiting] = timeS
      if (++waiting === blockRows) flush()
    },
    records(bytes, offset, count, { recordBytes, timeAt, idAt, sizeAt }) {
      flush()
      const place = placeInWindow(bytes)
      const most = Math.floor(windowBytes / recordBytes)
      for (let done = 0; done < count; ) {
        const rows = Math.min(most, count - done)
        const start = offset + done * recordBytes
        prepare(rows)
        if (place === undefined) views.window.set(bytes.subarray(start, start + rows * recordBytes))
        wasm.numberRecords(place === undefined ? 0 : place + start, rows, recordBytes, timeAt, idAt, sizeAt)
        handOver()
        done += rows
      }
    },
    plainRows(bytes, from, to, { time, id, size }, separator) {
      flush()
      const place = placeInWindow(bytes)
      let [next, rows] = [from, 0]
      while (next < to) {
        const start = next
        const end = place !== undefined || to - start <= windowBytes ? to : endOfLine(bytes, start + windowBytes)
        if (end <= start) break
        prepare(rowsIn(end - start))
        if (place === undefined) views.window.set(bytes.subarray(start, end))
        const base = place === undefined ? -start : place
        next = wasm.numberPlainRows(base + start, base + end, time, id, size, separator) - base
        rows += wasm.plainRowsRead()
        handOver()
        if (next < end) break
      }
      return { rows, next }
    },
    end() {
      flush()
      return {
        objects: wasm.objectsKnown(),
        footprintBytes: wasm.footprintBytes(),
        requestedBytes: wasm.requestedBytes(),
        emptyRows: wasm.emptyRows(),
        earlierRows: wasm.earlierRows(),
      }
    },
  }
}

/** Behind the last line that ends before an index. */
function endOfLine(bytes: Uint8Array, before: number): number {
  return bytes.lastIndexOf(newline, before - 1) + 1
}

function viewsOf(wasm: NumberingExports, blockRows: number) {
  const { buffer } = wasm.memory
  return {
    memory: buffer,
    window: new Uint8Array(buffer, wasm.windowAt(), windowBytes),
    keys: new Int32Array(buffer, wasm.keysAt(), 2 * blockRows),
    blockSizes: new Uint32Array(buffer, wasm.blockSizesAt(), blockRows),
    seconds: new Float64Array(buffer, wasm.secondsAt(), blockRows),
  }
}
