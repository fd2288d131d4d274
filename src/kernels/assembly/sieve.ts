import { blockRows, lookUp, takeBack } from './block-look-up'
import { aheadBytes, capacity, discard, ids, mostHeld, objects, ringRows, sized, sizes, take, tell } from './run'

// SIEVE as two rings: what the hand has yet to pass, newcomers at its end, and the survivors that it has passed in this round. The
// hand takes from the first; when that is empty it is at the head and goes back to the tail: the rings change places at once.

const held: u32 = 1
/** States from here on are visited; at unit size they say in which block, as far as a byte can. */
const firstMark: u32 = 2
const visited: u32 = 255

/** One byte an object: 0, held, or visited. */
let states: usize = 0
/** Of each request of a block the state before. */
let before: usize = 0
let mark: u32 = firstMark
let unswept: usize = 0
let survivors: usize = 0
let mask: u32 = 0
let sizeOf: usize = 0
let unsweptHead: u32 = 0
let unsweptTail: u32 = 0
let survivorsHead: u32 = 0
let survivorsTail: u32 = 0
let bytesHeld: i64 = 0

export function openSieve(): void {
  states = take(objects)
  const rows = ringRows(mostHeld())
  unswept = take((rows as u64) << 2)
  survivors = take((rows as u64) << 2)
  mask = rows - 1
  if (sized) sizeOf = take((objects as u64) << 2)
  else before = take(blockRows)
}

export function runSieve(count: u32): u32 {
  if (sized) return run(ids, count, true)
  if (capacity == 0) return count
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
  const ringMask = mask
  const now = mark == visited - 1 ? firstMark : mark + 1
  mark = now
  let missed = lookUp(column, before, block, count, now)
  let misses = popcnt<u64>(missed) as u32
  let ahead = unswept
  let behind = survivors
  let aheadHead = unsweptHead
  let aheadTail = unsweptTail
  let behindHead = survivorsHead
  let behindTail = survivorsTail
  let room = capacity - bytesHeld
  let from = count
  for (; missed != 0; missed &= missed - 1) {
    room--
    while (room < 0) {
      const next = load<u32>(ahead + (((aheadTail & ringMask) as usize) << 2))
      const state = load<u8>(column + next) as u32
      if (state == now) break
      aheadTail++
      const survives = state > held
      store<u8>(column + next, survives as u8)
      store<u32>(behind + (((behindHead & ringMask) as usize) << 2), next)
      behindHead += survives as u32
      room += (!survives) as i64
      if (aheadTail == aheadHead) {
        const ring = ahead
        ahead = behind
        behind = ring
        aheadHead = behindHead
        aheadTail = behindTail
        behindHead = behindTail = 0
      }
    }
    const row = ctz<u64>(missed) as u32
    if (room < 0) {
      room++
      from = row
      misses -= popcnt<u64>(missed) as u32
      break
    }
    store<u32>(ahead + (((aheadHead++ & ringMask) as usize) << 2), load<u32>(block + ((row as usize) << 2)))
  }
  unswept = ahead
  survivors = behind
  unsweptHead = aheadHead
  unsweptTail = aheadTail
  survivorsHead = behindHead
  survivorsTail = behindTail
  bytesHeld = capacity - room
  if (from == count) return misses
  takeBack(column, before, block, count, from)
  return misses + run(block + ((from as usize) << 2), count - from, false)
}

@inline
function run(requests: usize, count: u32, withSizes: bool): u32 {
  const column = states
  const ringMask = mask
  const most = capacity
  let ahead = unswept
  let behind = survivors
  let aheadHead = unsweptHead
  let aheadTail = unsweptTail
  let behindHead = survivorsHead
  let behindTail = survivorsTail
  let room = most - bytesHeld
  let misses: u32 = 0
  let read: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    const id = load<u32>(requests + at)
    read |= load<u8>(column + load<u32>(requests + at, aheadBytes))
    const size: u32 = withSizes ? load<u32>(sizes + at) : 1
    if (withSizes && size == 0) {
      skipped++
      continue
    }
    if (load<u8>(column + id) != 0) {
      store<u8>(column + id, visited)
      continue
    }
    misses++
    if (withSizes) missedBytes += size
    if ((size as i64) > most) continue
    room -= size
    while (room < 0) {
      const next = load<u32>(ahead + (((aheadTail++ & ringMask) as usize) << 2))
      const survives = load<u8>(column + next) > held
      store<u8>(column + next, survives as u8)
      store<u32>(behind + (((behindHead & ringMask) as usize) << 2), next)
      behindHead += survives as u32
      if (withSizes) room += survives ? 0 : (load<u32>(sizeOf + ((next as usize) << 2)) as i64)
      else room += (!survives) as i64
      if (aheadTail == aheadHead) {
        const ring = ahead
        ahead = behind
        behind = ring
        aheadHead = behindHead
        aheadTail = behindTail
        behindHead = behindTail = 0
      }
    }
    store<u32>(ahead + (((aheadHead++ & ringMask) as usize) << 2), id)
    store<u8>(column + id, held)
    if (withSizes) store<u32>(sizeOf + ((id as usize) << 2), size)
  }
  unswept = ahead
  survivors = behind
  unsweptHead = aheadHead
  unsweptTail = aheadTail
  survivorsHead = behindHead
  survivorsTail = behindTail
  bytesHeld = most - room
  tell(missedBytes, skipped)
  discard(read)
  return misses
}
