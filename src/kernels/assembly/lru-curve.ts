import { ids, objects, sized, sizes, take } from './run'
import { clearTimeLine, markNext, marksUpTo, mostPositions, openTimeLine, unmark, wordAt } from './time-line'
import {
  bytesOfPosition,
  bytesUpTo,
  clearWordSums,
  completeWord,
  openWordSums,
  setBytes,
  takeBytes,
} from './word-sums'

// The distances of LRU's stack: a request finds its object behind as many others as were asked for since. Each object marks the position
// of its last request on a line; when the line ends, the objects move together at its beginning.

/** Buckets of distances in bytes to a doubling, and in all. */
export const perDoubling: u32 = 64
export const byteBuckets: u32 = 52 * perDoubling
/** Requests whose positions are looked up together. */
const blockRows: u32 = 128

/** Of each object the position of its last request, from 1. */
let lastAt: usize = 0
/** The object of each position. */
let objectAt: usize = 0
let before: usize = 0
/** Requests at each distance, from 1. */
let distances: usize = 0
/** Borders within a doubling, and by bucket the requests whose objects lay within so many bytes, and the bytes of those requests. */
let borders: usize = 0
let hits: usize = 0
let hitBytes: usize = 0
let heldBytes: u64 = 0
let scale: f64 = 1
let positions: u32 = 0
let now: u32 = 0
let held: u32 = 0

/** The positions of a line for so many objects: a power of two, so long that moving together is rare. */
function positionsFor(objectCount: u32): u32 {
  const least = max<u32>(1 << 16, objectCount << 1)
  return min<u32>(mostPositions, 1 << (33 - (clz<u32>(least) as u32)))
}

/** Each request stands for so many; that scales distances in bytes. */
export function openCurve(requestsEach: f64): void {
  scale = requestsEach
  positions = positionsFor(objects)
  lastAt = take((objects as u64) << 2)
  objectAt = take(((positions as u64) + 1) << 2)
  before = take(blockRows << 2)
  distances = take(((objects as u64) + 2) << 2)
  openTimeLine(positions)
  if (!sized) return
  borders = take((perDoubling + 1) << 3)
  hits = take(byteBuckets << 3)
  hitBytes = take(byteBuckets << 3)
  openWordSums(positions)
}

export function distancesAt(): usize {
  return distances
}

export function bordersAt(): usize {
  return borders
}

export function hitsAt(): usize {
  return hits
}

export function hitBytesAt(): usize {
  return hitBytes
}

export function runCurve(count: u32): void {
  for (let done: u32 = 0; done < count; ) {
    if (positions - now <= blockRows) moveTogether()
    const rows = min<u32>(blockRows, count - done)
    lookUp(ids + ((done as usize) << 2), rows)
    if (sized) settleSized(sizes + ((done as usize) << 2), rows)
    else settle(rows)
    done += rows
  }
}

function settle(rows: u32): void {
  let objectsHeld = held
  let position = now
  for (let row: usize = 0; row < (rows as usize); row++) {
    const last = load<u32>(before + (row << 2))
    if (last == 0) objectsHeld++
    else {
      countDistance(objectsHeld - marksUpTo(last) + 1)
      unmark(last)
    }
    markNext(++position)
  }
  held = objectsHeld
  now = position
}

function settleSized(requested: usize, rows: u32): void {
  for (let row: usize = 0; row < (rows as usize); row++) {
    const last = load<u32>(before + (row << 2))
    const size = load<u32>(requested + (row << 2))
    let own = size
    if (last == 0) {
      held++
      heldBytes += size
    } else {
      own = bytesOfPosition(last)
      const within = heldBytes - bytesUpTo(last, load<u64>(wordAt(last))) + (own as u64)
      const bucket = bucketOf((within as f64) * scale) as usize
      store<f64>(hits + (bucket << 3), load<f64>(hits + (bucket << 3)) + 1)
      store<f64>(hitBytes + (bucket << 3), load<f64>(hitBytes + (bucket << 3)) + (size as f64))
      countDistance(held - marksUpTo(last) + 1)
      takeBytes(last)
      unmark(last)
    }
    place(own)
  }
}

@inline
function countDistance(distance: u32): void {
  const cell = distances + ((distance as usize) << 2)
  store<u32>(cell, load<u32>(cell) + 1)
}

/** Marks the next position for an object of so many bytes. */
function place(bytes: u32): void {
  if (((now + 1) & 63) == 0) completeWord(load<u64>(wordAt(now)))
  markNext(++now)
  setBytes(now, bytes)
}

/** The first bucket whose border is not below so many bytes, which are at least 1. */
function bucketOf(bytes: f64): u32 {
  const bits = reinterpret<u64>(bytes)
  const mantissa = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000)
  let low: u32 = 0
  let high = perDoubling
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<f64>(borders + ((middle as usize) << 3)) < mantissa) low = middle + 1
    else high = middle
  }
  return min<u32>(byteBuckets - 1, ((((bits >> 52) as u32) - 1023) * perDoubling + low))
}

/** Notes the new positions and finds those before: no look-up waits for another one. */
function lookUp(trace: usize, rows: u32): void {
  const column = lastAt
  const names = objectAt + ((now as usize) << 2)
  for (let row: usize = 0; row < (rows as usize); row++) {
    const id = load<u32>(trace + (row << 2))
    const cell = column + ((id as usize) << 2)
    store<u32>(before + (row << 2), load<u32>(cell))
    store<u32>(cell, now + (row as u32) + 1)
    store<u32>(names + (row << 2), id, 4)
  }
}

/** Gives the objects the first positions, in their order. */
function moveTogether(): void {
  const end = now
  let kept: u32 = 0
  for (let position: u32 = 1; position <= end; position++) {
    const id = load<u32>(objectAt + ((position as usize) << 2))
    const cell = lastAt + ((id as usize) << 2)
    if (load<u32>(cell) != position) continue
    store<u32>(cell, ++kept)
    store<u32>(objectAt + ((kept as usize) << 2), id)
    if (sized) setBytes(kept, bytesOfPosition(position))
  }
  now = 0
  clearTimeLine()
  if (sized) {
    clearWordSums()
    while (now < kept) place(bytesOfPosition(now + 1))
  } else while (now < kept) markNext(++now)
}
