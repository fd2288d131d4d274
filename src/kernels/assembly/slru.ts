import { createQueue, LazyQueue, listMask, mostWithin, openRows, readAhead, rowOf, sizeAt } from './lazy-queue'
import { capacity, ids, mostHeld, sized, sizes, take, tell } from './run'

// Segmented LRU: lists 1 to n are the segments, the lowest first, all with the same limit. Where a segment overflows, all that it has
// too many move down before the one below is looked at: they arrive there in the same order as one by one.

/** Pointers to the queues, by list. */
let queues: usize = 0
let top: u32 = 0
let limit: i64 = 0
let strict: bool = false
let held: i64 = 0

export function openSlru(segments: u32, libcachesim: bool): void {
  top = segments
  strict = libcachesim
  limit = max<i64>(libcachesim ? 0 : 1, capacity / (segments as i64))
  openRows()
  queues = take(((segments + 1) as u64) << 2)
  for (let list: u32 = 1; list <= segments; list++)
    store<usize>(queues + (list << 2), changetype<usize>(createQueue(list, list == 1 ? mostHeld() : mostWithin(limit))))
}

export function runSlru(count: u32): u32 {
  return sized ? run(count, true) : run(count, false)
}

@inline
function queueOf(list: u32): LazyQueue {
  return changetype<LazyQueue>(load<usize>(queues + (list << 2)))
}

@inline
function run(count: u32, withSizes: bool): u32 {
  let misses: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    readAhead(ids, at, end, withSizes)
    const id = load<u32>(ids + at)
    const size: u32 = withSizes ? load<u32>(sizes + at) : 1
    if (withSizes && size == 0) {
      skipped++
      continue
    }
    const row = rowOf(id, withSizes)
    const list = load<u32>(row) & listMask
    if (list != 0) hit(id, row, list, withSizes)
    else {
      misses++
      if (withSizes) missedBytes += size
      miss(id, row, size, withSizes)
    }
  }
  tell(missedBytes, skipped)
  return misses
}

@inline
function hit(id: u32, row: usize, list: u32, withSizes: bool): void {
  const queue = queueOf(list)
  if (list == top || (sizeAt(row, withSizes) as i64) > limit) {
    queue.renew(id, row, withSizes)
    return
  }
  queue.moveTo(queueOf(list + 1), id, row, withSizes)
  let from = list + 1
  for (; from > 1 && queueOf(from).bytes > limit; from--) {
    const above = queueOf(from)
    const below = queueOf(from - 1)
    while (above.bytes > limit) above.moveOldestTo(below, withSizes)
  }
  // Only the program that `strict` follows limits the lowest segment, and only where something has cooled down to it.
  if (strict && from == 1) while (queueOf(1).bytes > limit) evict(1, withSizes)
}

@inline
function miss(id: u32, row: usize, size: u32, withSizes: bool): void {
  if ((size as i64) > capacity || (strict && (size as i64) > limit)) return
  while (held + size > capacity) {
    let lowest: u32 = 1
    while (queueOf(lowest).bytes == 0) lowest++
    evict(lowest, withSizes)
  }
  let list: u32 = 1
  while (list <= top && queueOf(list).bytes + size > limit) list++
  if (list > top) list = 1
  const queue = queueOf(list)
  if (withSizes) store<u32>(row, size, 4)
  held += size
  queue.bytes += size
  queue.push(id, row, withSizes)
}

@inline
function evict(list: u32, withSizes: bool): void {
  const id = queueOf(list).forgetOldest(withSizes)
  held -= sizeAt(rowOf(id, withSizes), withSizes)
}
