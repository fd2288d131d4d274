import { capacity, ids, mostHeld, objects, room, sized, sizes, take, tell } from './run'

// LRU with the trace itself as the queue: a hit notes the position of the request. The tail walks along the trace and passes by every
// entry whose object was asked for again later: with sizes it asks the object, at unit size a bit for each position, of which a
// word tells 64 at a time. Positions count from 1 over all requests; entry p lies at `ids + 4 (p - base - 1)`.

/** Requests that are looked up together. */
const blockRows: u32 = 128
/** A cache for fewer objects is no place for blocks: too often one would ask for what leaves within it. */
const fewestForBlocks: u32 = 4 * blockRows

/** Of each object the position of its last request while it was held, and with sizes its size at insertion beside it. */
let rows: usize = 0
/** At unit size a bit for each position behind `base`; it is cleared when the object was asked for again. */
let current: usize = 0
let currentBytes: usize = 0
/** Of each request of a block the position of the one before for its object. */
let before: usize = 0
let asked: u32 = 0
/** Positions up to this one lie in memory no more. */
let base: u32 = 0
/** Objects whose last position is not beyond the tail are not held. */
let tail: u32 = 0
let held: i64 = 0

export function openLru(): void {
  rows = take((objects as u64) << (sized ? 3 : 2))
  if (sized) return
  before = take(blockRows << 2)
  currentBytes = (((room as usize) >> 6) + 2) << 3
  current = take(currentBytes)
  renewBits()
}

/** Moves the entries that are held together at the beginning and answers how many there are. */
export function closeLru(): u32 {
  const trace = ids - 4
  const kept = sized ? gatherSized(trace) : gather(trace)
  // Positions go on: those of objects that are not held stay behind the tail.
  base = tail = asked - kept
  for (let index: u32 = 1; index <= kept; index++) {
    const id = load<u32>(trace + ((index as usize) << 2))
    store<u32>(rows + ((id as usize) << (sized ? 3 : 2)), base + index)
  }
  if (!sized) renewBits()
  return kept
}

/** At unit size the bits say which entries are held. */
function gather(trace: usize): u32 {
  const end = asked - base
  let kept: u32 = 0
  for (let index = tail - base + 1; index <= end; index = (index | 63) + 1) {
    let left = load<u64>(current + (((index >> 6) as usize) << 3)) & ((-1 as u64) << (index as u64))
    // Bits of positions to come are set.
    if ((index | 63) > end) left &= ((2 as u64) << (end as u64)) - 1
    for (; left != 0; left &= left - 1) {
      const from = (index & ~63) | (ctz<u64>(left) as u32)
      store<u32>(trace + ((++kept as usize) << 2), load<u32>(trace + ((from as usize) << 2)))
    }
  }
  return kept
}

function gatherSized(trace: usize): u32 {
  let kept: u32 = 0
  for (let index = tail - base + 1, end = asked - base; index <= end; index++) {
    const id = load<u32>(trace + ((index as usize) << 2))
    const isHeld = load<u32>(rows + ((id as usize) << 3)) == base + index
    store<u32>(trace + (((kept + 1) as usize) << 2), id)
    kept += isHeld as u32
  }
  return kept
}

function renewBits(): void {
  memory.fill(current, 0xff, currentBytes)
}

export function runLru(count: u32): u32 {
  return sized ? runSized(count) : runUnit(count)
}

function runUnit(count: u32): u32 {
  const most = mostHeld()
  if (capacity == 0) {
    asked += count
    return count
  }
  let left = count
  let misses: u32 = 0
  while (left > 0) {
    const rowsNow = min<u32>(left, blockRows)
    const first = asked
    const behindTail = lookUp(rowsNow)
    if ((held as u32) + rowsNow <= most) fill(rowsNow)
    else {
      const isForBlocks = (held as u32) == most && most >= fewestForBlocks
      if (!isForBlocks || !settleTogether(rowsNow, behindTail)) settleOneByOne(rowsNow, most)
    }
    misses += missed
    asked = first + rowsNow
    left -= rowsNow
  }
  return misses
}

/** Misses of the block that was settled last. */
let missed: u32 = 0

/** Notes the new positions and finds those before: no look-up waits for another one. Answers how many lie behind the tail. */
@inline
function lookUp(count: u32): u32 {
  const column = rows
  const out = before
  const last = tail
  const trace = ids + (((asked - base) as usize) << 2)
  const position = asked + 1
  let behind: u32 = 0
  for (let row: usize = 0; row < (count as usize); row++) {
    const cell = column + ((load<u32>(trace + (row << 2)) as usize) << 2)
    const was = load<u32>(cell)
    store<u32>(cell, position + (row as u32))
    store<u32>(out + (row << 2), was)
    behind += (was <= last) as u32
  }
  return behind
}

/** Settles a block while the cache has room for all of it. */
function fill(count: u32): void {
  let arrived: u32 = 0
  for (let row: usize = 0; row < (count as usize); row++) {
    const position = load<u32>(before + (row << 2))
    arrived += (position == 0) as u32
    if (position != 0) clear(position - base)
  }
  held += arrived
  missed = arrived
}

@inline
function clear(index: u32): void {
  const word = current + (((index >> 6) as usize) << 3)
  store<u64>(word, load<u64>(word) & ~((1 as u64) << (index as u64)))
}

@inline
function set(index: u32): void {
  const word = current + (((index >> 6) as usize) << 3)
  store<u64>(word, load<u64>(word) | ((1 as u64) << (index as u64)))
}

/**
 * Settles a block of a full cache: what lies behind the tail is a miss, and as many leave as miss. That is so unless an object is asked for
 * that leaves within the block; then all stays as it was and the answer is false. Without a branch for hit or miss, which is hard to foretell.
 */
@inline
function settleTogether(count: u32, misses: u32): bool {
  const column = before
  const bits = current
  const start = base
  const last = tail
  const end = misses == 0 ? last : tailAfter(misses)
  const width = end - last
  let leave: u32 = 0
  for (let row: usize = 0; row < (count as usize); row++) {
    const position = load<u32>(column + (row << 2))
    const index = select<u32>(position - start, 0, position > last)
    const word = bits + (((index >> 6) as usize) << 3)
    store<u64>(word, load<u64>(word) & ~((1 as u64) << (index as u64)))
    leave |= (position - last - 1 < width) as u32
  }
  if (leave != 0) {
    for (let row: usize = 0; row < (count as usize); row++) {
      const position = load<u32>(column + (row << 2))
      if (position > last) set(position - start)
    }
    return false
  }
  tail = end
  missed = misses
  return true
}

/** Where the tail is when so many have left; that many are held. */
function tailAfter(leaving: u32): u32 {
  const first = tail - base + 1
  let word = current + (((first >> 6) as usize) << 3)
  let left = load<u64>(word) & ((-1 as u64) << (first as u64))
  let rest = leaving as u64
  for (;;) {
    const ones = popcnt<u64>(left)
    if (ones >= rest) break
    rest -= ones
    left = load<u64>((word += 8))
  }
  while (--rest > 0) left &= left - 1
  return base + ((((word - current) as u32) << 3) | (ctz<u64>(left) as u32))
}

function settleOneByOne(count: u32, most: u32): void {
  let last = tail
  let residents = held as u32
  let misses: u32 = 0
  for (let row: usize = 0; row < (count as usize); row++) {
    const position = load<u32>(before + (row << 2))
    if (position > last) {
      clear(position - base)
      continue
    }
    misses++
    if (residents < most) residents++
    else {
      tail = last
      last = tailAfter(1)
    }
  }
  tail = last
  held = residents
  missed = misses
}

function runSized(count: u32): u32 {
  const column = rows
  const most = capacity
  // Entry p of the trace, from 1, lies at `trace + 4 p`.
  const trace = ids - 4 - ((base as usize) << 2)
  const sizeAt = sizes - ((base as usize) << 2)
  let position = asked
  let last = tail
  let bytesHeld = held
  let misses: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (const end = position + count; position < end; ) {
    const size = load<u32>(sizeAt + ((position as usize) << 2))
    const cell = column + ((load<u32>(trace + ((++position as usize) << 2)) as usize) << 3)
    if (size == 0) skipped++
    else if (load<u32>(cell) > last) store<u32>(cell, position)
    else {
      misses++
      missedBytes += size
      if ((size as i64) > most) continue
      bytesHeld += size
      while (bytesHeld > most) {
        last++
        const oldest = column + ((load<u32>(trace + ((last as usize) << 2)) as usize) << 3)
        if (load<u32>(oldest) == last) bytesHeld -= load<u32>(oldest, 4)
      }
      store<u32>(cell, position)
      store<u32>(cell, size, 4)
    }
  }
  asked = position
  tail = last
  held = bytesHeld
  tell(missedBytes, skipped)
  return misses
}
