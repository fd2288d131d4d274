import { capacity, ids, objects, sized, sizes, take, tell } from './run'

// LRU with the trace itself as the queue: a hit only notes the position of the request. The tail walks along the trace and passes
// by every entry whose object was asked for again later. Positions count from 1.

/** Of each object the position of its last request while it was held, and with sizes its size at insertion beside it. */
let rows: usize = 0
let asked: u32 = 0
/** Objects whose last position is not beyond the tail are not held. */
let tail: u32 = 0
let held: i64 = 0

export function openLru(): void {
  rows = take((objects as u64) << (sized ? 3 : 2))
}

export function runLru(count: u32): u32 {
  return sized ? runSized(count) : runUnit(count)
}

function runUnit(count: u32): u32 {
  const column = rows
  const most = min<i64>(capacity, objects) as u32
  if (most == 0) return count
  // Entry p of the trace, from 1, lies at `trace + 4 p`.
  const trace = ids - 4
  let position = asked
  let last = tail
  let residents = held as u32
  let misses: u32 = 0
  for (const end = position + count; position < end; ) {
    const cell = column + ((load<u32>(trace + ((++position as usize) << 2)) as usize) << 2)
    const missed = load<u32>(cell) <= last
    store<u32>(cell, position)
    if (missed) {
      misses++
      if (residents < most) residents++
      else
        do last++
        while (load<u32>(column + ((load<u32>(trace + ((last as usize) << 2)) as usize) << 2)) != last)
    }
  }
  asked = position
  tail = last
  held = residents
  return misses
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
