import { take } from './run'

// Reads the rows of a trace and gives their ids of 64 bits dense numbers in order of first appearance. An id's slot holds its number, and
// the ids lie by number: both columns are small, and hot ids stand together in the second. Rows come in blocks; all look-ups of a
// block are independent of each other, so that the processor waits for memory together and not for each row.

/** Rows of a block; the host keeps to it when it writes rows itself. */
export const blockRows: u32 = 512

/** Where the host puts what it has read: records, text. */
let window: usize = 0
/** The rows of a block: ids, sizes in bytes, seconds. */
let keys: usize = 0
let blockSizes: usize = 0
let seconds: usize = 0
/** Numbers found at the first look, and rows that must look on. */
let found: usize = 0
let left: usize = 0
/** What was numbered and not yet taken: dense ids and sizes, and seconds since the first request. */
let outIds: usize = 0
let outSizes: usize = 0
let outSeconds: usize = 0
let filled: u32 = 0
let keepsSizes: bool = false
let keepsSeconds: bool = false

/** A slot holds 1 + the number of an id, or 0. The ids by number, from 1, lie behind the slots and end the memory. */
let slots: usize = 0
let slotBits: u32 = 0
let idOf: usize = 0
let known: u32 = 0

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
  found = take(blockRows << 2)
  left = take(blockRows << 2)
  outIds = take((rows as u64) << 2)
  outSizes = take((rows as u64) << 2)
  outSeconds = take((rows as u64) << 3)
  slotBits = max<u32>(12, 33 - (clz<u32>(likelyObjects) as u32))
  slots = take((4 as u64) << slotBits)
  idOf = take((8 as u64) << (slotBits - 1))
}

/** Makes sure that so many new ids find room: at most every other slot is taken. Views of the memory may end here. */
export function prepareNumbering(more: u32): void {
  while ((((known + more + 1) as u64) << 1) > ((1 as u64) << slotBits)) grow()
}

function grow(): void {
  const behind = idOf + ((8 as usize) << (slotBits - 1))
  slotBits++
  // The slots double where they are: as many more bytes as they took move the ids on, which double too.
  const moved = slots + ((4 as usize) << slotBits)
  take((moved + ((8 as usize) << (slotBits - 1)) - behind) as u64)
  memory.copy(moved, idOf, ((known + 1) as usize) << 3)
  idOf = moved
  memory.fill(slots, 0, (4 as usize) << slotBits)
  const shift = 64 - (slotBits as u64)
  const mask = ((1 as u32) << slotBits) - 1
  for (let number: u32 = 1; number <= known; number++) {
    let slot = (mix(load<u64>(idOf + ((number as usize) << 3))) >> shift) as u32
    while (load<u32>(slots + ((slot as usize) << 2)) != 0) slot = (slot + 1) & mask
    store<u32>(slots + ((slot as usize) << 2), number)
  }
}

/** Spreads ids over the high bits. */
@inline
function mix(id: u64): u64 {
  return (id ^ (id >> 32)) * 0x9e3779b97f4a7c15
}

/**
 * Numbers records of a fixed size in the window, from a byte on: a time of 32 bits in seconds, an id of 64 and a size of 32, each at its
 * place in the record.
 */
export function numberRecords(from: u32, count: u32, recordBytes: u32, timeAt: u32, idAt: u32, sizeAt: u32): void {
  let record = window + from
  for (let rest = count; rest > 0; ) {
    const rows = min<u32>(rest, blockRows)
    for (let row: usize = 0; row < (rows as usize); row++) {
      store<u64>(keys + (row << 3), load<u64>(record + idAt))
      store<u32>(blockSizes + (row << 2), load<u32>(record + sizeAt))
      store<f64>(seconds + (row << 3), load<u32>(record + timeAt) as f64)
      record += recordBytes
    }
    numberRows(rows)
    rest -= rows
  }
}

/** Numbers the first rows of the block. Rows of size 0 are left out. */
export function numberRows(count: u32): void {
  const rows = keepRows(count)
  const shift = 64 - (slotBits as u64)
  const table = slots
  const ids = idOf
  for (let row: usize = 0; row < (rows as usize); row++) {
    const slot = (mix(load<u64>(keys + (row << 3))) >> shift) as usize
    store<u32>(found + (row << 2), load<u32>(table + (slot << 2)))
  }
  const out = outIds + ((filled as usize) << 2)
  let leftCount: usize = 0
  for (let row: usize = 0; row < (rows as usize); row++) {
    const number = load<u32>(found + (row << 2))
    store<u32>(out + (row << 2), number - 1)
    store<u32>(left + (leftCount << 2), row as u32)
    leftCount += ((number == 0) | (load<u64>(ids + ((number as usize) << 3)) != load<u64>(keys + (row << 3)))) as usize
  }
  for (let next: usize = 0; next < leftCount; next++) {
    const row = load<u32>(left + (next << 2)) as usize
    store<u32>(out + (row << 2), numberOf(load<u64>(keys + (row << 3)), load<u32>(blockSizes + (row << 2))) - 1)
  }
  if (keepsSizes) memory.copy(outSizes + ((filled as usize) << 2), blockSizes, (rows as usize) << 2)
  if (keepsSeconds) memory.copy(outSeconds + ((filled as usize) << 3), seconds, (rows as usize) << 3)
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

/** The number of an id, from 1; a new one gets the next. */
function numberOf(id: u64, size: u32): u32 {
  const mask = ((1 as u32) << slotBits) - 1
  let slot = (mix(id) >> (64 - (slotBits as u64))) as u32
  for (;;) {
    const number = load<u32>(slots + ((slot as usize) << 2))
    if (number == 0) break
    if (load<u64>(idOf + ((number as usize) << 3)) == id) return number
    slot = (slot + 1) & mask
  }
  store<u32>(slots + ((slot as usize) << 2), ++known)
  store<u64>(idOf + ((known as usize) << 3), id)
  footprint += size
  return known
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
