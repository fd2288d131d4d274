import { mix } from './mix'
import { take } from './run'

// The count-min sketch of recent popularity, as the readable one in lib: four rows of counters up to 15 of which only the smallest are
// raised; after ten additions for each member all are halved. The memory is taken once, and the part in use is widened.

const most: u32 = 15

let counters: usize = 0
/** Counters of a row in memory, and those in use less one. */
let stride: usize = 0
let mask: u32 = 0
let additions: u32 = 0
let sampleSize: u32 = 0

export function openSketch(mostMembers: u32): void {
  stride = widthFor(max<u32>(64, mostMembers)) as usize
  counters = take((4 * stride) as u64)
  ensure(64)
}

/** Widens the sketch for so many members: a counter's new twin starts with its value. */
export function ensure(members: u32): void {
  sampleSize = max<u32>(sampleSize, 10 * members)
  const needed = widthFor(members)
  if (needed <= mask + 1) return
  for (let width = mask + 1; width < needed && mask != 0; width <<= 1)
    for (let row: usize = 0; row < 4; row++)
      memory.copy(counters + row * stride + width, counters + row * stride, width as usize)
  mask = needed - 1
}

function widthFor(members: u32): u32 {
  return 1 << (32 - (clz<u32>(max<u32>(16, members) - 1) as u32))
}

/** Counts one more occurrence. */
export function add(id: u32): void {
  const first = placeOf(id, 0x9e3779b9, 0)
  const second = placeOf(id, 0x85ebca6b, 1)
  const third = placeOf(id, 0xc2b2ae35, 2)
  const fourth = placeOf(id, 0x27d4eb2f, 3)
  const least = leastOf(first, second, third, fourth)
  if (least < most) {
    raise(first, least)
    raise(second, least)
    raise(third, least)
    raise(fourth, least)
  }
  if (++additions >= sampleSize) halve()
}

/** Occurrences lately, 0 to 15. */
export function estimate(id: u32): u32 {
  return leastOf(
    placeOf(id, 0x9e3779b9, 0),
    placeOf(id, 0x85ebca6b, 1),
    placeOf(id, 0xc2b2ae35, 2),
    placeOf(id, 0x27d4eb2f, 3),
  )
}

@inline
function leastOf(first: usize, second: usize, third: usize, fourth: usize): u32 {
  return min<u32>(min<u32>(load<u8>(first), load<u8>(second)), min<u32>(load<u8>(third), load<u8>(fourth)))
}

@inline
function raise(place: usize, least: u32): void {
  const count = load<u8>(place) as u32
  store<u8>(place, count + ((count == least) as u32))
}

function halve(): void {
  for (let row: usize = 0; row < 4; row++)
    for (let place: usize = 0; place <= mask; place += 8) {
      const cell = counters + row * stride + place
      store<u64>(cell, (load<u64>(cell) >> 1) & 0x7f7f7f7f7f7f7f7f)
    }
  additions >>= 1
}

@inline
function placeOf(id: u32, seed: u32, row: usize): usize {
  return counters + row * stride + ((mix(id ^ seed) & mask) as usize)
}
