import { blockRows, lookUp, takeBack } from './block-look-up'
import { capacity, ids, mostHeld, objects, ringRows, sized, sizes, take, tell } from './run'

// CLOCK with one byte an object: 0 when it is not held, else 1 + its counter. At unit size the ring is exactly as long as the cache,
// so that going back to the head is a step of the hand. With sizes it is a queue that is written anew at its head.

/** In a cache for fewer objects the hand comes too often to one that is asked for in the block. */
const fewestForBlocks: u32 = 64 * blockRows

/** With one bit and at unit size, states from here on say in which block an object was asked for again, as far as a byte can. */
const firstMark: u32 = 2
const lastMark: u32 = 255

let states: usize = 0
/** Of each request of a block the state before. */
let before: usize = 0
/** Rows of the ring that the hand has emptied for the misses of a block. */
let emptyRows: usize = 0
let mark: u32 = lastMark
let ring: usize = 0
let mask: u32 = 0
/** Size at insertion. */
let sizeOf: usize = 0
/** The state of an object whose counter is full. */
let most: u32 = 0
let head: u32 = 0
let tail: u32 = 0
let held: i64 = 0

export function openClock(bits: u32): void {
  most = 1 << bits
  states = take(objects)
  const rows = sized ? ringRows(mostHeld()) : mostHeld()
  ring = take((rows as u64) << 2)
  mask = rows - 1
  if (sized) sizeOf = take((objects as u64) << 2)
  else {
    before = take(blockRows)
    emptyRows = take(blockRows << 2)
  }
}

export function runClock(count: u32): u32 {
  if (sized) return runSized(count)
  if (capacity == 0) return count
  if (most != firstMark || mostHeld() < fewestForBlocks) return runOneByOne(ids, count)
  let misses: u32 = 0
  for (let row: u32 = 0; row < count; row += blockRows)
    misses += runBlock(ids + ((row as usize) << 2), min<u32>(count - row, blockRows))
  return misses
}

/**
 * Looks up a block and then makes room for its misses. Where the hand comes to an object that is asked for in the block, it matters who was first: all from there on is taken back and done one by one.
 */
function runBlock(block: usize, count: u32): u32 {
  const column = states
  const now = mark == lastMark ? firstMark : mark + 1
  mark = now
  let missed = lookUp(column, before, block, count, now)
  const misses = popcnt<u64>(missed) as u32
  const placed = placeTogether(block, missed, misses, now)
  for (let left = placed; left > 0; left--) missed &= missed - 1
  if (placed == misses) return misses
  const from = ctz<u64>(missed) as u32
  takeBack(column, before, block, count, from)
  return placed + runOneByOne(block + ((from as usize) << 2), count - from)
}

/** Puts the misses of a block into the ring and answers how many of them it was right to. */
@inline
function placeTogether(block: usize, missed: u64, misses: u32, now: u32): u32 {
  const rows = mask + 1
  const first = ring
  if (head < rows && rows - head < misses) return 0
  const column = states
  let hand = tail
  let steps: u32 = 0
  let emptied: u32 = 0
  if (head < rows)
    for (; emptied < misses; emptied++) store<usize>(emptyRows + (emptied << 2), first + ((head++ as usize) << 2))
  while (emptied < misses) {
    const row = first + ((hand as usize) << 2)
    const cell = column + load<u32>(row)
    const state = load<u8>(cell) as u32
    if (((state == now) as u32) | ((steps++ == rows) as u32)) break
    const left = (state > 1) as u32
    store<u8>(cell, left)
    store<usize>(emptyRows + (emptied << 2), row)
    emptied += (left == 0) as u32
    hand = select<u32>(0, hand + 1, hand + 1 == rows)
  }
  tail = hand
  for (let index: u32 = 0; index < emptied; index++, missed &= missed - 1)
    store<u32>(load<usize>(emptyRows + (index << 2)), load<u32>(block + ((ctz<u64>(missed) as usize) << 2)))
  return emptied
}

function runOneByOne(requests: usize, count: u32): u32 {
  const column = states
  const full = most
  const rows = mask + 1
  const first = ring
  let used = head
  let hand = tail
  let misses: u32 = 0
  for (let at = requests, end = requests + ((count as usize) << 2); at < end; at += 4) {
    const id = load<u32>(at)
    const cell = column + id
    const state = load<u8>(cell) as u32
    // Which of the three it is is hard to foretell: only a miss is a branch.
    store<u8>(cell, state + ((state < full) as u32))
    if (state != 0) continue
    misses++
    if (used < rows) {
      store<u32>(first + ((used++ as usize) << 2), id)
      continue
    }
    for (;;) {
      const row = first + ((hand as usize) << 2)
      if (++hand == rows) hand = 0
      const oldest = column + load<u32>(row)
      const left = min<u32>(load<u8>(oldest), full) - 1
      store<u8>(oldest, left)
      if (left == 0) {
        store<u32>(row, id)
        break
      }
    }
  }
  head = used
  tail = hand
  return misses
}

function runSized(count: u32): u32 {
  const column = states
  const full = most
  let newest = head
  let oldest = tail
  let bytesHeld = held
  let misses: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    const id = load<u32>(ids + at)
    const size = load<u32>(sizes + at)
    const state = load<u8>(column + id) as u32
    if (size == 0) skipped++
    else if (state != 0) {
      if (state < full) store<u8>(column + id, state + 1)
    } else {
      misses++
      missedBytes += size
      if ((size as i64) > capacity) continue
      bytesHeld += size
      while (bytesHeld > capacity) {
        const leaving = load<u32>(ring + (((oldest++ & mask) as usize) << 2))
        const left = (load<u8>(column + leaving) as u32) - 1
        store<u8>(column + leaving, left)
        if (left == 0) bytesHeld -= load<u32>(sizeOf + ((leaving as usize) << 2))
        else store<u32>(ring + (((newest++ & mask) as usize) << 2), leaving)
      }
      store<u32>(ring + (((newest++ & mask) as usize) << 2), id)
      store<u32>(sizeOf + ((id as usize) << 2), size)
      store<u8>(column + id, 1)
    }
  }
  head = newest
  tail = oldest
  held = bytesHeld
  tell(missedBytes, skipped)
  return misses
}
