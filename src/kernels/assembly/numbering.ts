import { known, mix, numberOf, openSlots, slotBits, slots } from './id-slots'
import { take } from './run'

// Reads the rows of a trace and gives their ids of 64 bits dense numbers in order of first appearance. Rows come in blocks; all look-ups of
// a block are independent of each other, so that the processor waits for memory together and not for each row.

/** Rows of a block; the host keeps to it when it writes rows itself. */
export const blockRows: u32 = 512

/** Where the host puts what it has read: records, text. */
let window: usize = 0
/** The rows of a block: ids, sizes in bytes, seconds. */
let keys: usize = 0
let blockSizes: usize = 0
let seconds: usize = 0
/** Of each row the cell of its slot, the bits of its id that are kept there, and the word that was found. */
let cellsOf: usize = 0
let others: usize = 0
let found: usize = 0
/** Rows that the first look did not find. */
let left: usize = 0
/** What was numbered and not yet taken: dense ids and sizes, and seconds since the first request. */
let outIds: usize = 0
let outSizes: usize = 0
let outSeconds: usize = 0
let filled: u32 = 0
let keepsSizes: bool = false
let keepsSeconds: bool = false

let footprint: i64 = 0
let requested: i64 = 0
let empty: u32 = 0
let earlier: u32 = 0
let first: f64 = NaN
let last: f64 = 0

/** Begins: room for so many bytes as read, for so many numbered rows, and about so many objects; which columns are wanted beside the ids. */
export function openNumbering(windowBytes: u32, rows: u32, likelyObjects: u32, sizes: bool, times: bool): void {
  keepsSizes = sizes
  keepsSeconds = times
  window = take(windowBytes)
  keys = take(blockRows << 3)
  blockSizes = take(blockRows << 2)
  seconds = take(blockRows << 3)
  cellsOf = take(blockRows << 2)
  others = take(blockRows << 3)
  found = take(blockRows << 3)
  left = take(blockRows << 2)
  outIds = take((rows as u64) << 2)
  outSizes = take((rows as u64) << 2)
  outSeconds = take((rows as u64) << 3)
  openSlots(likelyObjects)
}

/**
 * Numbers records of a fixed size in the window, from a byte on: a time of 32 bits in seconds, an id of 64 and a size of 32, each at its
 * place in the record.
 */
export function numberRecords(from: u32, count: u32, recordBytes: u32, timeAt: u32, idAt: u32, sizeAt: u32): void {
  let record = window + from
  for (let rest = count; rest > 0; ) {
    const rows = min<u32>(rest, blockRows)
    if (keepsSeconds || isNaN(first) || !lookAtRecords(record, rows, recordBytes, timeAt, idAt, sizeAt)) {
      for (let row: usize = 0; row < (rows as usize); row++) {
        const at = record + row * recordBytes
        store<u64>(keys + (row << 3), load<u64>(at + idAt))
        store<u32>(blockSizes + (row << 2), load<u32>(at + sizeAt))
        store<f64>(seconds + (row << 3), load<u32>(at + timeAt) as f64)
      }
      numberRows(rows)
    } else numberFound(rows, record + idAt, recordBytes)
    record += (rows as usize) * recordBytes
    rest -= rows
  }
}

/** Looks at a block of records in one pass, as `keepRows` and `findSlots` do in two; false, with nothing counted, when a size is 0. */
function lookAtRecords(from: usize, rows: u32, recordBytes: u32, timeAt: u32, idAt: u32, sizeAt: u32): bool {
  const bits = slotBits as u64
  const shift = 64 - bits
  const table = slots
  const cells = cellsOf
  const bytesOf = blockSizes
  let record = from
  let bytes: i64 = 0
  let backwards: u32 = 0
  let before = last + first
  let empties: u32 = 0
  for (let row: usize = 0; row < (rows as usize); row++) {
    const mixed = mix(load<u64>(record + idAt))
    const size = load<u32>(record + sizeAt)
    const time = load<u32>(record + timeAt) as f64
    store<u32>(cells + (row << 2), (table + (((mixed >> shift) as usize) << 3)) as u32)
    store<u64>(others + (row << 3), mixed << bits)
    store<u32>(bytesOf + (row << 2), size)
    bytes += size
    empties += (size == 0) as u32
    backwards += (time < before) as u32
    before = time
    record += recordBytes
  }
  if (empties > 0) return false
  requested += bytes
  earlier += backwards
  last = before - first
  return true
}

/** Numbers the first rows of the block. Rows of size 0 are left out. */
export function numberRows(count: u32): void {
  const rows = keepRows(count)
  findSlots(rows)
  if (keepsSeconds) memory.copy(outSeconds + ((filled as usize) << 3), seconds, (rows as usize) << 3)
  numberFound(rows, keys, 8)
}

/** Says of each row where its slot lies and which bits of its id are kept there. */
@inline
function findSlots(rows: u32): void {
  const bits = slotBits as u64
  const shift = 64 - bits
  const table = slots
  for (let row: usize = 0; row < (rows as usize); row++) {
    const mixed = mix(load<u64>(keys + (row << 3)))
    store<u32>(cellsOf + (row << 2), (table + (((mixed >> shift) as usize) << 3)) as u32)
    store<u64>(others + (row << 3), mixed << bits)
  }
}

/** Numbers rows whose slots were found; an id lies every `idBytes` from `firstId` on. */
function numberFound(rows: u32, firstId: usize, idBytes: usize): void {
  const cells = cellsOf
  const words = found
  // The only loop that waits for memory does nothing else: so many more of its loads are under way at a time.
  for (let row: usize = 0; row < (rows as usize); row += 4) {
    store<u64>(words + (row << 3), load<u64>(load<u32>(cells + (row << 2)) as usize))
    store<u64>(words + (row << 3), load<u64>(load<u32>(cells + (row << 2), 4) as usize), 8)
    store<u64>(words + (row << 3), load<u64>(load<u32>(cells + (row << 2), 8) as usize), 16)
    store<u64>(words + (row << 3), load<u64>(load<u32>(cells + (row << 2), 12) as usize), 24)
  }
  const limit = ((1 as u64) << ((slotBits as u64) - 1)) - 1
  const rest = left
  const out = outIds + ((filled as usize) << 2)
  let leftCount: usize = 0
  for (let row: usize = 0; row < (rows as usize); row++) {
    // The number less 1 when this is the id's word, else more than any number.
    const number = (load<u64>(words + (row << 3)) ^ load<u64>(others + (row << 3))) - 1
    store<u32>(out + (row << 2), number as u32)
    store<u32>(rest + (leftCount << 2), row as u32)
    leftCount += (number >= limit) as usize
  }
  for (let next: usize = 0; next < leftCount; next++) {
    const row = load<u32>(rest + (next << 2)) as usize
    const before = known
    store<u32>(out + (row << 2), numberOf(load<u64>(firstId + row * idBytes)) - 1)
    if (known != before) footprint += load<u32>(blockSizes + (row << 2))
  }
  if (keepsSizes) memory.copy(outSizes + ((filled as usize) << 2), blockSizes, (rows as usize) << 2)
  filled += rows
}

/** Closes the gaps that rows of size 0 leave, and counts what all rows tell. Answers how many stay. */
@inline
function keepRows(count: u32): u32 {
  let kept: usize = 0
  let bytes: i64 = 0
  let backwards: u32 = 0
  let before = last
  if (isNaN(first)) {
    let row: u32 = 0
    while (row < count && load<u32>(blockSizes + ((row as usize) << 2)) == 0) row++
    if (row < count) first = load<f64>(seconds + ((row as usize) << 3))
  }
  const start = first
  for (let row: usize = 0; row < (count as usize); row++) {
    const size = load<u32>(blockSizes + (row << 2))
    const time = load<f64>(seconds + (row << 3)) - start
    store<u64>(keys + (kept << 3), load<u64>(keys + (row << 3)))
    store<u32>(blockSizes + (kept << 2), size)
    store<f64>(seconds + (kept << 3), time)
    bytes += size
    backwards += ((time < before) & (size != 0)) as u32
    before = size != 0 ? time : before
    kept += (size != 0) as usize
  }
  last = before
  requested += bytes
  earlier += backwards
  empty += count - (kept as u32)
  return kept as u32
}

/** Rows that were numbered since the last time; they lie at `outIdsAt` until rows are numbered again. */
export function takeNumbered(): u32 {
  const rows = filled
  filled = 0
  return rows
}

export function windowAt(): usize {
  return window
}
export function keysAt(): usize {
  return keys
}
export function blockSizesAt(): usize {
  return blockSizes
}
export function secondsAt(): usize {
  return seconds
}
export function outIdsAt(): usize {
  return outIds
}
export function outSizesAt(): usize {
  return outSizes
}
export function outSecondsAt(): usize {
  return outSeconds
}
export function objectsKnown(): u32 {
  return known
}
export function footprintBytes(): f64 {
  return footprint as f64
}
export function requestedBytes(): f64 {
  return requested as f64
}
export function emptyRows(): u32 {
  return empty
}
export function earlierRows(): u32 {
  return earlier
}
