import { UserError } from '../lib/user-error.ts'
import { createSizeChanges } from './size-changes.ts'
import type { Trace } from './trace.ts'
import type { RowSink } from './traces/format.ts'
import { Remap } from './traces/remap.ts'

/** A size is counted in 32 bits; what is larger counts as the largest, and the trace's notes say how often. */
const largestBytes = 0xffffffff
const blockRows = 512

/** Where the rows of a trace go that is read whole. */
export interface TraceColumns {
  sink: RowSink
  /** Requests so far. */
  count(): number
  /** What was read. Throws UserError when that is nothing. */
  trace(name: string): Trace
}

/**
 * Collects a trace into columns in shared memory. Requests of size 0 are left out and counted; counted are also sizes that were cut to
 * 32 bits, times that go back, and sizes that change. Ids get their dense numbers a block at a time, which lets the look-ups wait for memory together.
 */
export function createTraceColumns(): TraceColumns {
  const remap = new Remap()
  const sizeChanges = createSizeChanges()
  const highs = new Int32Array(blockRows)
  let ids = new Int32Array(new SharedArrayBuffer(4 << 16))
  let bytes = new Uint32Array(new SharedArrayBuffer(4 << 16))
  let timesS = new Float64Array(new SharedArrayBuffer(8 << 16))
  let [count, numbered] = [0, 0]
  let [footprintBytes, firstS, lastS] = [0, 0, 0]
  let [empty, cut, earlier] = [0, 0, 0]

  function numberBlock(): void {
    const known = remap.count
    remap.numberAll(ids, highs, numbered, count - numbered)
    sizeChanges.take(ids.subarray(numbered, count), bytes.subarray(numbered, count))
    if (numbered === 0) firstS = timesS[0]!
    let next = known
    let last = lastS
    for (let row = numbered; row < count; row++) {
      if (ids[row] === next) {
        footprintBytes += bytes[row]!
        next++
      }
      const time = timesS[row]! - firstS
      if (time < last) earlier++
      timesS[row] = last = time
    }
    lastS = last
    numbered = count
    if (count + blockRows > ids.length) {
      ids = longer(ids, Int32Array)
      bytes = longer(bytes, Uint32Array)
      timesS = longer(timesS, Float64Array)
    }
  }

  const sink: RowSink = {
    row(timeS, low, high, size) {
      if (size === 0) {
        empty++
        return
      }
      let kept = size
      if (size > largestBytes) {
        cut++
        kept = largestBytes
      }
      highs[count - numbered] = high
      ids[count] = low
      bytes[count] = kept
      timesS[count] = timeS
      count++
      if (count - numbered === blockRows) numberBlock()
    },
  }
  return {
    sink,
    count: () => count,
    trace(name) {
      if (count === 0) throw new UserError(`${name}: the trace has no request`)
      if (numbered < count) numberBlock()
      return {
        name,
        count,
        objects: remap.count,
        ids: ids.subarray(0, count),
        bytes: bytes.subarray(0, count),
        timesS: timesS.subarray(0, count),
        footprintBytes,
        notes: notesOf(empty, cut, earlier, sizeChanges.count),
      }
    },
  }
}

/** What was left out or mended, by reason, where that happened. */
export function notesOf(empty: number, cut: number, earlier: number, resized: number): Record<string, number> {
  const notes = {
    'requests of size 0 left out': empty,
    'sizes above 4 GiB counted as 4 GiB': cut,
    'requests earlier than the one before': earlier,
    'requests with another size than the first to their object': resized,
  }
  return Object.fromEntries(Object.entries(notes).filter(([, times]) => times > 0))
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
