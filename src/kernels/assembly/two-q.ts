import {
  LazyQueue,
  listMask,
  mostWithin,
  openEntries,
  openQueue,
  openRows,
  queueBytes,
  rowOf,
  shareOf,
  sizeAt,
  tagAhead,
} from './lazy-queue'
import { capacity, discard, ids, mostHeld, sized, sizes, tell } from './run'

// 2Q: A1in, where a hit changes nothing, Am, an LRU, and the ghosts A1out.

const inList: u32 = 1
const mainList: u32 = 2
const outList: u32 = 3

const incoming = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const main = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const out = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
let inLimit: i64 = 0
let outLimit: i64 = 0
let mainLimit: i64 = 0
let strict: bool = false

export function openTwoQ(inShare: f64, outShare: f64, libcachesim: bool): void {
  const least: i64 = libcachesim ? 0 : 1
  strict = libcachesim
  inLimit = shareOf(inShare, least)
  outLimit = shareOf(outShare, least)
  mainLimit = capacity - inLimit
  openRows()
  openQueue(incoming, inList, mostHeld(), 1)
  openQueue(main, mainList, mostHeld())
  openQueue(out, outList, mostWithin(outLimit), 2)
  openEntries()
}

export function runTwoQ(count: u32): u32 {
  return sized ? run(count, true) : run(count, false)
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
    if (list == mainList) main.renew(id, row, withSizes)
    else if (list != inList) {
      misses++
      if (withSizes) missedBytes += size
      miss(id, row, size, list == outList, withSizes)
    }
  }
  tell(missedBytes, skipped)
  discard(read)
  return misses
}

@inline
function miss(id: u32, row: usize, size: u32, comesBack: bool, withSizes: bool): void {
  if (comesBack) out.forget(row, withSizes)
  if ((size as i64) > capacity || (strict && (size as i64) > inLimit)) return
  for (;;) {
    const roomIsShort = incoming.bytes + main.bytes + size > capacity
    if (!roomIsShort && !(comesBack && main.bytes > 0 && main.bytes + size > mainLimit)) break
    if ((roomIsShort && incoming.bytes > inLimit) || main.bytes == 0) leaveIn(withSizes)
    else main.forgetOldest(withSizes)
  }
  const queue = comesBack ? main : incoming
  if (withSizes) store<u32>(row, size, 4)
  queue.bytes += size
  queue.push(id, row, withSizes)
}

/** Makes a ghost of the oldest in A1in; the oldest ghosts go for it. */
@inline
function leaveIn(withSizes: bool): void {
  const id = incoming.forgetOldest(withSizes)
  const row = rowOf(id, withSizes)
  const size = sizeAt(row, withSizes)
  if ((size as i64) > outLimit) return
  while (out.bytes + size > outLimit) out.forgetOldest(withSizes)
  out.bytes += size
  out.push(id, row, withSizes)
}
