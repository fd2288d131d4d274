import { capacity, ids, mostHeld, objects, ringRows, sized, sizes, take, tell } from './run'

// CLOCK with one byte an object: 0 when it is not held, else 1 + its counter. At unit size the ring is exactly as long as the cache,
// so that going back to the head is a step of the hand. With sizes it is a queue that is written anew at its head.

let states: usize = 0
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
}

export function runClock(count: u32): u32 {
  return sized ? runSized(count) : runUnit(count)
}

/** `head` counts the rows in use until the ring is full; `tail` is the hand. */
function runUnit(count: u32): u32 {
  if (capacity == 0) return count
  const column = states
  const full = most
  const rows = mask + 1
  const first = ring
  let used = head
  let hand = tail
  let misses: u32 = 0
  for (let at = ids, end = ids + ((count as usize) << 2); at < end; at += 4) {
    const id = load<u32>(at)
    const cell = column + id
    const state = load<u8>(cell) as u32
    // Which of the three it is is hard to foretell: only a miss is a branch.
    store<u8>(cell, state + (state < full))
    if (state != 0) continue
    misses++
    if (used < rows) {
      store<u32>(first + ((used++ as usize) << 2), id)
      continue
    }
    for (;;) {
      const row = first + ((hand as usize) << 2)
      if (++hand == rows) hand = 0
      const oldest = load<u32>(row)
      const left = (load<u8>(column + oldest) as u32) - 1
      store<u8>(column + oldest, left)
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
