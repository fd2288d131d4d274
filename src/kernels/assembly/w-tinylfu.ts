import { createQueue, LazyQueue, listMask, openRows, rowOf, shareOf, sizeAt } from './lazy-queue'
import { capacity, ids, mostHeld, sized, sizes, tell } from './run'
import { add, ensure, estimate, openSketch } from './sketch'

// W-TinyLFU: the window, probation and protected as three lazy queues, beside the sketch.

const protectedList: u32 = 3

let window!: LazyQueue
let probation!: LazyQueue
let guarded!: LazyQueue
let windowLimit: i64 = 0
let mainLimit: i64 = 0
let protectedLimit: i64 = 0
let residents: u32 = 0

export function openWTinyLfu(windowShare: f64, protectedShare: f64): void {
  windowLimit = shareOf(windowShare, 1)
  mainLimit = capacity - windowLimit
  protectedLimit = floor((mainLimit as f64) * protectedShare) as i64
  openRows()
  window = createQueue(1, mostHeld())
  probation = createQueue(2, mostHeld(), 2)
  guarded = createQueue(protectedList, mostHeld())
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
    if (list == 1) window.push(id, row, withSizes)
    else if (list == protectedList) guarded.push(id, row, withSizes)
    else if (list != 0) {
      move(id, row, probation, guarded, withSizes)
      while (guarded.bytes > protectedLimit) {
        const oldest = guarded.oldest(withSizes)
        move(oldest, rowOf(oldest, withSizes), guarded, probation, withSizes)
      }
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
function move(id: u32, row: usize, from: LazyQueue, to: LazyQueue, withSizes: bool): void {
  const bytes = sizeAt(row, withSizes)
  from.bytes -= bytes
  to.bytes += bytes
  to.push(id, row, withSizes)
}

@inline
function leave(row: usize, from: LazyQueue, withSizes: bool): void {
  from.bytes -= sizeAt(row, withSizes)
  store<u32>(row, 0)
  residents--
}

/** Lets the oldest of the window or the next victim of main go, whichever is asked for less. */
@inline
function makeRoom(size: u32, withSizes: bool): void {
  const main = probation.bytes > 0 ? probation : guarded
  const victim = main.bytes > 0 ? main.oldest(withSizes) : 0
  if (window.bytes == 0 || (main.bytes > 0 && window.bytes + size <= windowLimit)) {
    leave(rowOf(victim, withSizes), main, withSizes)
    return
  }
  const candidate = window.oldest(withSizes)
  const row = rowOf(candidate, withSizes)
  if (main.bytes == 0 || estimate(candidate) <= estimate(victim)) leave(row, window, withSizes)
  else {
    leave(rowOf(victim, withSizes), main, withSizes)
    if (mainHasRoom(row, withSizes)) move(candidate, row, window, probation, withSizes)
  }
}

@inline
function insert(id: u32, row: usize, size: u32, withSizes: bool): void {
  if (withSizes) store<u32>(row, size, 4)
  ensure(++residents)
  window.bytes += size
  window.push(id, row, withSizes)
  while (window.bytes > windowLimit) {
    const oldest = window.oldest(withSizes)
    const oldestRow = rowOf(oldest, withSizes)
    if (!mainHasRoom(oldestRow, withSizes)) return
    move(oldest, oldestRow, window, probation, withSizes)
  }
}

@inline
function mainHasRoom(row: usize, withSizes: bool): bool {
  return probation.bytes + guarded.bytes + sizeAt(row, withSizes) <= mainLimit
}
