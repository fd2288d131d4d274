import { LazyQueue, listMask, openEntries, openQueue, openRows, queueBytes, rowOf, shareOf, sizeAt } from './lazy-queue'
import { capacity, ids, mostHeld, sized, sizes, tell } from './run'
import { add, ensure, estimate, openSketch } from './sketch'

// W-TinyLFU: the window, probation and protected as three lazy queues, beside the sketch.

const protectedList: u32 = 3

const window = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const probation = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const guarded = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
let windowLimit: i64 = 0
let mainLimit: i64 = 0
let protectedLimit: i64 = 0
let residents: u32 = 0

export function openWTinyLfu(windowShare: f64, protectedShare: f64): void {
  windowLimit = shareOf(windowShare, 1)
  mainLimit = capacity - windowLimit
  protectedLimit = floor((mainLimit as f64) * protectedShare) as i64
  openRows()
  openQueue(window, 1, mostHeld())
  openQueue(probation, 2, mostHeld(), 2)
  openQueue(guarded, protectedList, mostHeld())
  openEntries()
  openSketch(mostHeld())
}

export function runWTinyLfu(count: u32): u32 {
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
    if (withSizes && size == 0) {
      skipped++
      continue
    }
    add(id)
    const row = rowOf(id, withSizes)
    const list = load<u32>(row) & listMask
    if (list == 1) window.renew(id, row, withSizes)
    else if (list == protectedList) guarded.renew(id, row, withSizes)
    else if (list != 0) {
      probation.moveTo(guarded, id, row, withSizes)
      while (guarded.bytes > protectedLimit) guarded.moveOldestTo(probation, withSizes)
    } else {
      misses++
      if (withSizes) missedBytes += size
      if ((size as i64) > capacity) continue
      while (window.bytes + probation.bytes + guarded.bytes + size > capacity) makeRoom(size, withSizes)
      insert(id, row, size, withSizes)
    }
  }
  tell(missedBytes, skipped)
  return misses
}

@inline
function evict(from: LazyQueue, withSizes: bool): void {
  from.forgetOldest(withSizes)
  residents--
}

/** Lets the oldest of the window or the next victim of main go, whichever is asked for less. */
@inline
function makeRoom(size: u32, withSizes: bool): void {
  const main = probation.bytes > 0 ? probation : guarded
  const victim = main.bytes > 0 ? main.oldest() : 0
  if (window.bytes == 0 || (main.bytes > 0 && window.bytes + size <= windowLimit)) {
    evict(main, withSizes)
    return
  }
  const candidate = window.oldest()
  const row = rowOf(candidate, withSizes)
  if (main.bytes == 0 || estimate(candidate) <= estimate(victim)) evict(window, withSizes)
  else {
    evict(main, withSizes)
    if (mainHasRoom(row, withSizes)) window.moveOldestTo(probation, withSizes)
  }
}

@inline
function insert(id: u32, row: usize, size: u32, withSizes: bool): void {
  if (withSizes) store<u32>(row, size, 4)
  ensure(++residents)
  window.bytes += size
  window.push(id, row, withSizes)
  while (window.bytes > windowLimit) {
    if (!mainHasRoom(rowOf(window.oldest(), withSizes), withSizes)) return
    window.moveOldestTo(probation, withSizes)
  }
}

@inline
function mainHasRoom(row: usize, withSizes: bool): bool {
  return probation.bytes + guarded.bytes + sizeAt(row, withSizes) <= mainLimit
}
