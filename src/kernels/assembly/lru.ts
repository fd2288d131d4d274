import { capacity, ids, objects, room, sized, sizes, take, tell } from './run'

// LRU with the trace itself as the queue: a hit notes the position of the request. The tail walks along the trace and passes by every
// entry whose object was asked for again later: with sizes it asks the object, at unit size a bit for each position, of which a
// word tells 64 at a time. Positions count from 1.

/** Of each object the position of its last request while it was held, and with sizes its size at insertion beside it. */
let rows: usize = 0
/** At unit size a bit for each position; it is cleared when the object was asked for again, or has left. */
let current: usize = 0
let asked: u32 = 0
/** Objects whose last position is not beyond the tail are not held. */
let tail: u32 = 0
let held: i64 = 0

export function openLru(): void {
  rows = take((objects as u64) << (sized ? 3 : 2))
  if (sized) return
  const words = ((room as u64) >> 6) + 1
  current = take(words << 3)
  memory.fill(current, 0xff, (words << 3) as usize)
  store<u64>(current, ~1)
}

export function runLru(count: u32): u32 {
  return sized ? runSized(count) : runUnit(count)
}

function runUnit(count: u32): u32 {
  const column = rows
  const bits = current
  const most = min<i64>(capacity, objects) as u32
  if (most == 0) return count
  // Entry p of the trace, from 1, lies at `trace + 4 p`.
  const trace = ids - 4
  const end = asked + count
  let position = asked
  let residents = held as u32
  let misses: u32 = 0
  while (residents < most && position < end) {
    const cell = column + ((load<u32>(trace + ((++position as usize) << 2)) as usize) << 2)
    const before = load<u32>(cell)
    store<u32>(cell, position)
    clear(bits, before)
    misses += (before == 0) as u32
    residents += (before == 0) as u32
  }
  // From here on the cache is full. Hit or miss is hard to foretell, and so is not a branch: a hit clears the bit of the position
  // before, a miss that of the tail.
  let last = tail
  let word = bits + (((last >> 6) as usize) << 3)
  while (position < end) {
    const cell = column + ((load<u32>(trace + ((++position as usize) << 2)) as usize) << 2)
    const before = load<u32>(cell)
    store<u32>(cell, position)
    const isHit = before > last
    clear(bits, select<u32>(before, 0, isHit))
    let left = load<u64>(word)
    while (left == 0) left = load<u64>((word += 8))
    store<u64>(word, select<u64>(left, left & (left - 1), isHit))
    last = select<u32>(last, (((word - bits) as u32) << 3) | (ctz<u64>(left) as u32), isHit)
    misses += !isHit as u32
  }
  asked = position
  tail = last
  held = residents
  return misses
}

/** Clears the bit of a position; that of 0 is never set. */
@inline
function clear(bits: usize, position: u32): void {
  const word = bits + (((position >> 6) as usize) << 3)
  store<u64>(word, load<u64>(word) & ~((1 as u64) << (position as u64)))
}

function runSized(count: u32): u32 {
  const column = rows
  const most = capacity
  const trace = ids - 4
  let position = asked
  let last = tail
  let bytesHeld = held
  let misses: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (const end = position + count; position < end; ) {
    const size = load<u32>(sizes + ((position as usize) << 2))
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
