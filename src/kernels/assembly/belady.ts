import { capacity, mostHeld, nexts, ringRows, sized, sizes, take, tell } from './run'

// Belady's MIN without a heap: a resident is the index of its next request. A tree of 64-bit words holds one bit an index, so that a
// request is a hit if its own bit is set, and the farthest index is found from the top. Objects that are never asked for again
// leave first, in order of their last request. Rows of size 0 must have been left out.

const never: u32 = 0xffffffff
/** No index: the tree is empty. */
const none: i32 = -1

/** Pointers to the levels of the tree, the widest first; the last level is a single word. */
let levels: usize = 0
let top: u32 = 0
/** Sizes of residents by index of their next request, and of those without one in a ring. */
let sizeAt: usize = 0
let ring: usize = 0
let mask: u32 = 0
let head: u32 = 0
let tail: u32 = 0
let asked: u32 = 0
let farthest: i32 = none
let held: i64 = 0

export function openBelady(requests: u32): void {
  levels = take(8 << 2)
  let words: u32 = (requests >> 6) + 1
  store<usize>(levels, take((words as u64) << 3))
  for (top = 0; words > 1; ) {
    words = ((words - 1) >> 6) + 1
    store<usize>(levels + (++top << 2), take((words as u64) << 3))
  }
  if (!sized) return
  sizeAt = take((requests as u64) << 2)
  const rows = ringRows(mostHeld())
  ring = take((rows as u64) << 2)
  mask = rows - 1
}

export function runBelady(count: u32): u32 {
  return sized ? run(count, true) : run(count, false)
}

@inline
function run(count: u32, withSizes: bool): u32 {
  let misses: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    const now = asked++
    const next = load<u32>(nexts + at)
    let size: u32 = withSizes ? load<u32>(sizes + at) : 1
    if (hasBit(now)) {
      clearBit(now)
      if (farthest == now) farthest = none
      if (withSizes) size = load<u32>(sizeAt + ((now as usize) << 2))
    } else {
      misses++
      if (withSizes) missedBytes += size
      if ((size as i64) > capacity) continue
      held += size
      while (held > capacity) held -= evict(withSizes)
    }
    if (next == never) {
      if (withSizes) store<u32>(ring + (((head & mask) as usize) << 2), size)
      head++
    } else {
      setBit(next)
      farthest = max<i32>(farthest, next)
      if (withSizes) store<u32>(sizeAt + ((next as usize) << 2), size)
    }
  }
  tell(missedBytes, 0)
  return misses
}

/** Lets one resident go and returns its size. */
@inline
function evict(withSizes: bool): u32 {
  if (tail != head) {
    const row = ring + (((tail++ & mask) as usize) << 2)
    return withSizes ? load<u32>(row) : 1
  }
  const leaving = farthest
  clearBit(leaving)
  farthest = lastBefore(leaving)
  return withSizes ? load<u32>(sizeAt + ((leaving as usize) << 2)) : 1
}

@inline
function cellOf(level: u32, index: u32): usize {
  return load<usize>(levels + (level << 2)) + (((index >> 6) as usize) << 3)
}

@inline
function hasBit(index: u32): bool {
  return ((load<u64>(cellOf(0, index)) >> ((index & 63) as u64)) & 1) != 0
}

function setBit(index: u32): void {
  for (let level: u32 = 0; level <= top; level++) {
    const cell = cellOf(level, index)
    const word = load<u64>(cell)
    store<u64>(cell, word | ((1 as u64) << ((index & 63) as u64)))
    if (word != 0) return
    index >>= 6
  }
}

function clearBit(index: u32): void {
  for (let level: u32 = 0; level <= top; level++) {
    const cell = cellOf(level, index)
    const word = load<u64>(cell) & ~((1 as u64) << ((index & 63) as u64))
    store<u64>(cell, word)
    if (word != 0) return
    index >>= 6
  }
}

/** The largest index in the tree below a given one, or `none`. */
function lastBefore(index: u32): i32 {
  for (let level: u32 = 0; level <= top; level++) {
    const word = load<u64>(cellOf(level, index)) & (((1 as u64) << ((index & 63) as u64)) - 1)
    if (word != 0) {
      index = (index & ~63) | ((63 - clz<u64>(word)) as u32)
      while (level > 0) {
        index <<= 6
        index |= (63 - clz<u64>(load<u64>(cellOf(--level, index)))) as u32
      }
      return index
    }
    index >>= 6
  }
  return none
}
