import { countOf, halve, openFilter, raise } from './counting-filter'
import { LazyQueue, listMask, openEntries, openQueue, openRows, queueBytes, rowOf, sizeAt } from './lazy-queue'
import { capacity, ids, mostHeld, sized, sizes, tell } from './run'

// W-TinyLFU as libCacheSim has it: the window and the two segments of main as lazy queues, beside the counting filter.

const windowList: u32 = 1
const lowList: u32 = 2
const highList: u32 = 3

const window = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const low = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const high = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
let windowLimit: i64 = 0
let mainLimit: i64 = 0
let lowLimit: i64 = 0
let highLimit: i64 = 0
let mainHits: i64 = 0

export function openWTinyLfuOfLibCacheSim(windowShare: f64): void {
  windowLimit = floor((capacity as f64) * windowShare) as i64
  mainLimit = capacity - windowLimit
  lowLimit = mainLimit / 5
  highLimit = floor(0.8 * (mainLimit as f64)) as i64
  openRows()
  openQueue(window, windowList, mostHeld())
  openQueue(low, lowList, mostHeld())
  openQueue(high, highList, mostHeld())
  openEntries()
  openFilter(mainLimit)
}

export function runWTinyLfuOfLibCacheSim(count: u32): u32 {
  return sized ? run(count, true) : run(count, false)
}

@inline
function run(count: u32, withSizes: bool): u32 {
  const mostBytes = min<i64>(windowLimit, lowLimit)
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
    const row = rowOf(id, withSizes)
    const list = load<u32>(row) & listMask
    if (list == windowList) window.renew(id, row, withSizes)
    else if (list != 0) hitMain(id, row, list, withSizes)
    else {
      misses++
      if (withSizes) missedBytes += size
      if ((size as i64) > mostBytes) continue
      while (window.bytes + low.bytes + high.bytes + size > capacity) makeRoom(withSizes)
      if (withSizes) store<u32>(row, size, 4)
      window.bytes += size
      window.push(id, row, withSizes)
      raise(id)
    }
  }
  tell(missedBytes, skipped)
  return misses
}

function hitMain(id: u32, row: usize, list: u32, withSizes: bool): void {
  if (list == highList) high.renew(id, row, withSizes)
  else if ((sizeAt(row, withSizes) as i64) > highLimit) low.renew(id, row, withSizes)
  else {
    low.moveTo(high, id, row, withSizes)
    if (high.bytes > highLimit) cool(withSizes)
  }
  raise(id)
  if (++mainHits < 32 * mainLimit) return
  mainHits = 0
  halve()
}

/** Moves down what the upper segment has too much; only what arrives so makes the lower one evict. */
function cool(withSizes: bool): void {
  do high.moveOldestTo(low, withSizes)
  while (high.bytes > highLimit)
  while (low.bytes > lowLimit) low.forgetOldest(withSizes)
}

/** Empties the window into main, each candidate against main's victim, until one of them loses and leaves. */
function makeRoom(withSizes: bool): void {
  while (window.bytes > 0) {
    const candidate = window.oldest()
    const row = rowOf(candidate, withSizes)
    const bytes = sizeAt(row, withSizes)
    if (low.bytes + high.bytes + bytes > mainLimit) {
      const main = low.bytes > 0 ? low : high
      // A candidate is counted whether it wins or not: its count before that is looked at.
      const isHeld = main.bytes > 0
      const victim = isHeld ? main.oldest() : 0
      const most = isHeld ? countOf(victim) : 0
      if (raise(candidate) <= most || !isHeld) {
        window.forgetOldest(withSizes)
        return
      }
      main.forgetOldest(withSizes)
    } else raise(candidate)
    window.moveOldestTo(segmentFor(bytes), withSizes)
  }
  const main = low.bytes > 0 ? low : high
  main.forgetOldest(withSizes)
}

/** The lowest segment with room, or the lowest when none has. */
@inline
function segmentFor(bytes: u32): LazyQueue {
  return low.bytes + bytes > lowLimit && high.bytes + bytes <= highLimit ? high : low
}
