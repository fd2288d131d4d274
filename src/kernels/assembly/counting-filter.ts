import { mix } from './mix'
import { objects, take } from './run'

// The counting Bloom filter of libCacheSim's W-TinyLFU, as the readable one beside that policy: all probes of an id are raised, and its
// estimate is the least of them. Probes lie `start + i step` modulo 2^32 and then modulo the number of counters; going from one to
// the next needs no division.

const probes: u32 = 10
const half: u32 = probes / 2
/** Counters for a member and an error of a thousandth: ln 1000 / ln(2)^2, the latter to as many digits as that program has. */
const countersPerMember: f64 = 14.37758756605117
/** Beyond so many counters collisions are too rare to matter, and every object has a counter of its own. */
const mostCounters: f64 = 33_554_432

let counters: usize = 0
let count: u32 = 0
let isExact: bool = false
/** 2^32 modulo the number of counters. */
let wrap: u32 = 0

/** Members are a 32-bit number, which overflows as in that program. */
export function openFilter(members: i64): void {
  const wanted = min<f64>(ceil(countersPerMember * ((members as i32) as f64)), 2_147_483_647)
  const most: f64 = wanted < (probes as f64) ? 2 * (probes as f64) : wanted
  isExact = most > mostCounters
  count = isExact ? objects : (most as u32)
  counters = take((count as u64) << 2)
  wrap = (((1 as u64) << 32) % (max<u32>(1, count) as u64)) as u32
}

/** Counts one more occurrence and answers how many there were before. */
export function raise(id: u32): u32 {
  if (isExact) {
    const own = counters + ((id as usize) << 2)
    const before = load<u32>(own)
    store<u32>(own, before + 1)
    return before
  }
  const column = counters
  const most = count
  // Two rows of probes side by side: each place waits for the one before it in its row only.
  let value = mix(id)
  const step = mix(id ^ 0x12344321)
  let farValue = value + half * step
  let place = value % most
  let farPlace = farValue % most
  const stepOver = step % most
  let least: u32 = 0xffffffff
  for (let probe: u32 = 0; probe < half; probe++) {
    const cell = column + ((place as usize) << 2)
    const farCell = column + ((farPlace as usize) << 2)
    const before = load<u32>(cell)
    store<u32>(cell, before + 1)
    const farBefore = load<u32>(farCell)
    store<u32>(farCell, farBefore + 1)
    least = min<u32>(least, min<u32>(before, farBefore))
    value += step
    farValue += step
    place = placeAfter(place + stepOver, most, value < step)
    farPlace = placeAfter(farPlace + stepOver, most, farValue < step)
  }
  return least
}

export function countOf(id: u32): u32 {
  if (isExact) return load<u32>(counters + ((id as usize) << 2))
  const column = counters
  const most = count
  let value = mix(id)
  const step = mix(id ^ 0x12344321)
  let farValue = value + half * step
  let place = value % most
  let farPlace = farValue % most
  const stepOver = step % most
  let least: u32 = 0xffffffff
  for (let probe: u32 = 0; probe < half; probe++) {
    least = min<u32>(least, load<u32>(column + ((place as usize) << 2)))
    least = min<u32>(least, load<u32>(column + ((farPlace as usize) << 2)))
    value += step
    farValue += step
    place = placeAfter(place + stepOver, most, value < step)
    farPlace = placeAfter(farPlace + stepOver, most, farValue < step)
  }
  return least
}

/** The place of a probe from the sum of the one before and the step's, both modulo the counters; `hasWrapped`: it began again at 2^32. */
@inline
function placeAfter(sum: u32, most: u32, hasWrapped: bool): u32 {
  const place = sum - select<u32>(most, 0, sum >= most)
  const less = place - wrap
  return select<u32>(less + select<u32>(most, 0, place < wrap), place, hasWrapped)
}

/** Halves all counts. */
export function halve(): void {
  for (let at = counters, end = counters + ((count as usize) << 2); at < end; at += 4) store<u32>(at, load<u32>(at) >> 1)
}
