import { createHeap, LazyHeap } from './lazy-heap'
import { capacity, ids, mostHeld, objects, ringRows, sized, sizes, take, tell } from './run'

// LFU: newcomers wait in a ring in order of arrival. One that was asked for again moves to a heap when the tail comes to it, so that
// the heap is not touched by the many that are asked for once. Everybody in the ring who still counts 1 leaves before all in the heap.

/** Of each object its count in the high half and the request at which it reached that in the low one; 0 when it is not held. */
let keys: usize = 0
let sizeOf: usize = 0
let ring: usize = 0
let mask: u32 = 0
let head: u32 = 0
let tail: u32 = 0
let heap!: LazyHeap
let asked: u32 = 0
let held: i64 = 0

const one: u64 = 1 << 32

export function openLfu(): void {
  keys = take((objects as u64) << 3)
  if (sized) sizeOf = take((objects as u64) << 2)
  const rows = ringRows(mostHeld())
  ring = take((rows as u64) << 2)
  mask = rows - 1
  heap = createHeap(mostHeld())
}

export function runLfu(count: u32): u32 {
  return sized ? run(count, true) : run(count, false)
}

@inline
function run(count: u32, withSizes: bool): u32 {
  const column = keys
  const most = capacity
  let now = asked
  let bytesHeld = held
  let misses: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    const id = load<u32>(ids + at)
    const size: u32 = withSizes ? load<u32>(sizes + at) : 1
    now++
    if (withSizes && size == 0) {
      skipped++
      continue
    }
    const cell = column + ((id as usize) << 3)
    const key = load<u64>(cell)
    if (key != 0) {
      store<u64>(cell, ((key >> 32) << 32) + one + now)
      continue
    }
    misses++
    if (withSizes) missedBytes += size
    if ((size as i64) > most) continue
    bytesHeld += size
    while (bytesHeld > most) {
      const leaving = takeLeast()
      store<u64>(column + ((leaving as usize) << 3), 0)
      bytesHeld -= withSizes ? load<u32>(sizeOf + ((leaving as usize) << 2)) : 1
    }
    store<u64>(cell, one + now)
    store<u32>(ring + (((head++ & mask) as usize) << 2), id)
    if (withSizes) store<u32>(sizeOf + ((id as usize) << 2), size)
  }
  asked = now
  held = bytesHeld
  tell(missedBytes, skipped)
  return misses
}

/** Takes out the object with the smallest count, of equal ones the first that reached it. */
@inline
function takeLeast(): u32 {
  while (tail != head) {
    const id = load<u32>(ring + (((tail++ & mask) as usize) << 2))
    const key = load<u64>(keys + ((id as usize) << 3))
    if (key >> 32 == 1) return id
    heap.push(key, 0, id)
  }
  let id = heap.topId()
  let key = load<u64>(keys + ((id as usize) << 3))
  while (key != heap.topKey()) {
    heap.replaceTop(key, 0, id)
    id = heap.topId()
    key = load<u64>(keys + ((id as usize) << 3))
  }
  heap.popTop()
  return id
}
