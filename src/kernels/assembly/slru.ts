import { drop, LazyQueue, listMask, mostWithin, openEntries, openQueue, openRows, queueBytes, rowOf, sizeAt, tagAhead } from './lazy-queue'
import { capacity, discard, ids, mostHeld, sized, sizes, tell } from './run'

// Segmented LRU: lists 1 to n are the segments, the lowest first, all with the same limit. Where a segment overflows, all that it has
// too many move down before the one below is looked at: they arrive there in the same order as one by one.

/** The segments by list, and before them what is outside: nobody asks for its order. */
const queues = memory.data(8 * queueBytes, queueBytes)
let top: u32 = 0
let limit: i64 = 0
let strict: bool = false
let held: i64 = 0

export function openSlru(segments: u32, libcachesim: bool): void {
  top = segments
  strict = libcachesim
  limit = max<i64>(libcachesim ? 0 : 1, capacity / (segments as i64))
  openRows()
  openQueue(queueOf(0), 0, 64)
  for (let list: u32 = 1; list <= segments; list++)
    openQueue(queueOf(list), list, list == 1 ? mostHeld() : mostWithin(limit))
  openEntries()
}

export function runSlru(count: u32): u32 {
  if (sized) return run(count, true)
  return isFull() ? runFull(count) : run(count, false)
}

/**
 * Whether every segment holds as much as it ever will: at unit size that lasts, and each that comes in or moves up sends one down. The
 * lowest may hold more, but not less: what leaves comes from it.
 */
function isFull(): bool {
  const most = limit * (top as i64)
  if (limit == 0 || held != capacity || held < most || (strict && held > most)) return false
  for (let list: u32 = 2; list <= top; list++) if (queueOf(list).bytes != limit) return false
  return true
}

/**
 * Nobody is counted any more. What is asked for goes up, from outside too, and the oldest there comes down in its place: a miss and a hit
 * below the top, which are hard to foretell, are one branch.
 */
@inline
function runFull(count: u32): u32 {
  const outside = queueOf(0)
  const highest = top
  let misses: u32 = 0
  let read: u32 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    outside.tail = outside.head >> 6
    read |= tagAhead(ids + at, false)
    const id = load<u32>(ids + at)
    const row = rowOf(id, false)
    const list = load<u32>(row) & listMask
    misses += (list == 0) as u32
    drop(row)
    const above = queueOf(min<u32>(list + 1, highest))
    above.push(id, row, false)
    if (list == highest) continue
    const leaving = above.pop()
    queueOf(list).push(leaving, rowOf(leaving, false), false)
  }
  discard(read)
  return misses
}

@inline
function queueOf(list: u32): LazyQueue {
  return changetype<LazyQueue>(queues + list * queueBytes)
}

@inline
function run(count: u32, withSizes: bool): u32 {
  let misses: u32 = 0
  let read: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    read |= tagAhead(ids + at, withSizes)
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
  discard(read)
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
