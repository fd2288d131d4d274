import { createHeap, LazyHeap } from './lazy-heap'
import { capacity, ids, mostHeld, objects, ringRows, sized, sizes, take, tell } from './run'

// GDSF on a lazy heap: L never falls, so that a priority never falls either. Positive doubles are ordered as their bits are. At unit size
// newcomers come in order of priority: they wait in a ring and reach the heap only when they were asked for again.

const scale: f64 = 1e6

/** Row of an object: priority (f64) at 0, its last request at 8, its count at 12; a count of 0 says that it is not held. */
const rowShift: usize = 4

let rows: usize = 0
let sizeOf: usize = 0
let heap!: LazyHeap
/** Newcomers at unit size, in order of arrival. */
let ring: usize = 0
let mask: u32 = 0
let head: u32 = 0
let tail: u32 = 0
/** L of the paper. */
let inflation: f64 = 0
let asked: u32 = 0
let held: i64 = 0

export function openGdsf(): void {
  rows = take((objects as u64) << rowShift)
  if (sized) sizeOf = take((objects as u64) << 2)
  heap = createHeap(mostHeld())
  if (sized) return
  const entries = ringRows(mostHeld())
  ring = take((entries as u64) << 2)
  mask = entries - 1
}

export function runGdsf(count: u32): u32 {
  return sized ? run(count, true) : run(count, false)
}

@inline
function run(count: u32, withSizes: bool): u32 {
  let misses: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    const id = load<u32>(ids + at)
    const size: u32 = withSizes ? load<u32>(sizes + at) : 1
    asked++
    if (withSizes && size == 0) {
      skipped++
      continue
    }
    const row = rows + ((id as usize) << rowShift)
    const hits = load<u32>(row, 12)
    if (hits != 0) {
      const bytes: u32 = withSizes ? load<u32>(sizeOf + ((id as usize) << 2)) : 1
      store<f64>(row, inflation + (((hits + 1) as f64) * scale) / (bytes as f64))
      store<u32>(row, asked, 8)
      store<u32>(row, hits + 1, 12)
      continue
    }
    misses++
    if (withSizes) missedBytes += size
    if ((size as i64) > capacity) continue
    const priority = inflation + scale / (size as f64)
    if (!makeRoom(size, priority, withSizes)) continue
    held += size
    store<f64>(row, priority)
    store<u32>(row, asked, 8)
    store<u32>(row, 1, 12)
    if (withSizes) store<u32>(sizeOf + ((id as usize) << 2), size)
    if (withSizes) heap.push(reinterpret<u64>(priority), asked, id)
    else store<u32>(ring + (((head++ & mask) as usize) << 2), id)
  }
  tell(missedBytes, skipped)
  return misses
}

/** Lets the smallest leave until there is room; false when the newcomer itself is the smallest. */
@inline
function makeRoom(size: u32, priority: f64, withSizes: bool): bool {
  while (held + size > capacity) {
    const fromRing = !withSizes && newcomerIsNext()
    if (!fromRing) refreshTop()
    const id = fromRing ? newcomer() : heap.topId()
    const row = rows + ((id as usize) << rowShift)
    const least = load<f64>(row)
    if (priority < least) {
      inflation = priority
      return false
    }
    inflation = least
    if (fromRing) tail++
    else heap.popTop()
    store<u32>(row, 0, 12)
    held -= withSizes ? load<u32>(sizeOf + ((id as usize) << 2)) : 1
  }
  return true
}

/** Brings the entry at the top up to date until it is the smallest; the heap must not be empty. */
function refreshTop(): void {
  let id = heap.topId()
  let row = rows + ((id as usize) << rowShift)
  while (load<u32>(row, 8) != heap.topTie()) {
    heap.replaceTop(load<u64>(row), load<u32>(row, 8), id)
    id = heap.topId()
    row = rows + ((id as usize) << rowShift)
  }
}

@inline
function newcomer(): u32 {
  return load<u32>(ring + (((tail & mask) as usize) << 2))
}

/** Whether the oldest newcomer that was asked for once is smaller than all in the heap. The others of the ring move there first. */
function newcomerIsNext(): bool {
  for (; tail != head; tail++) {
    const id = newcomer()
    const row = rows + ((id as usize) << rowShift)
    const key = load<u64>(row)
    const tie = load<u32>(row, 8)
    if (load<u32>(row, 12) > 1) {
      heap.push(key, tie, id)
      continue
    }
    // An entry may be older than its object's key, and then is smaller than that: bring it up to date only where it matters.
    while (heap.count > 0 && !isBeforeTop(key, tie)) {
      const top = rows + ((heap.topId() as usize) << rowShift)
      if (load<u32>(top, 8) == heap.topTie()) return false
      heap.replaceTop(load<u64>(top), load<u32>(top, 8), heap.topId())
    }
    return true
  }
  return false
}

@inline
function isBeforeTop(key: u64, tie: u32): bool {
  return key < heap.topKey() || (key == heap.topKey() && tie < heap.topTie())
}
