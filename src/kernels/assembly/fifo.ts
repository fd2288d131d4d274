import { capacity, ids, mostHeld, objects, ringRows, sized, sizes, take, tell } from './run'

// FIFO needs no queue: an object is held while fewer than a cacheful were inserted after it. With sizes, a ring of the sizes in
// order of insertion says how far the tail has come.

/** Number of an object's last insertion, from 1. */
let stamps: usize = 0
/** Sizes by number of insertion. */
let ring: usize = 0
let mask: u32 = 0
let inserted: u32 = 0
let evicted: u32 = 0
let held: i64 = 0

export function openFifo(): void {
  stamps = take((objects as u64) << 2)
  if (sized) {
    const rows = ringRows(mostHeld())
    ring = take((rows as u64) << 2)
    mask = rows - 1
  } else inserted = min<i64>(capacity, objects) as u32
}

export function runFifo(count: u32): u32 {
  return sized ? runSized(count) : runUnit(count)
}

/** Without branches: `inserted` begins a cacheful ahead, so that a stamp of 0 is too old. */
function runUnit(count: u32): u32 {
  const most = min<i64>(capacity, objects) as u32
  const column = stamps
  const first = inserted
  let newest = first
  for (let at = ids, end = ids + ((count as usize) << 2); at < end; at += 4) {
    const cell = column + ((load<u32>(at) as usize) << 2)
    const stamp = load<u32>(cell)
    const missed = newest - stamp >= most
    newest += missed as u32
    store<u32>(cell, missed ? newest : stamp)
  }
  inserted = newest
  return newest - first
}

function runSized(count: u32): u32 {
  const most = capacity
  const column = stamps
  let newest = inserted
  let tail = evicted
  let bytesHeld = held
  let misses: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    const cell = column + ((load<u32>(ids + at) as usize) << 2)
    const size = load<u32>(sizes + at)
    if (size == 0) skipped++
    else if (load<u32>(cell) <= tail) {
      misses++
      missedBytes += size
      if ((size as i64) > most) continue
      bytesHeld += size
      while (bytesHeld > most) bytesHeld -= load<u32>(ring + ((++tail & mask) << 2))
      store<u32>(ring + ((++newest & mask) << 2), size)
      store<u32>(cell, newest)
    }
  }
  inserted = newest
  evicted = tail
  held = bytesHeld
  tell(missedBytes, skipped)
  return misses
}
