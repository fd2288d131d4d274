import { objects, take } from './run'

// The counting Bloom filter of libCacheSim's W-TinyLFU, as the readable one beside that policy: all probes of an id are raised, and its
// estimate is the least of them. Probes lie `start + i step` modulo 2^32 and then modulo the number of counters; going from one to
// the next needs no division.

const probes: u32 = 10
/** Counters for a member and an error of a thousandth: ln 1000 / ln(2)^2, the latter to as many digits as that program has. */
const countersPerMember: f64 = 14.37758756605117
/** Beyond so many counters collisions are too rare to matter, and every object has a counter of its own. */
const mostCounters: f64 = 33_554_432

let counters: usize = 0
let count: u32 = 0
let isExact: bool = false
/** 2^32 modulo the number of counters. */
let wrap: u32 = 0

/** The place of the probe that stands, its value modulo 2^32, and the two steps. */
let place: u32 = 0
let value: u32 = 0
let step: u32 = 0
let stepOver: u32 = 0

/** Members are a 32-bit number, which overflows as in that program. */
export function openFilter(members: i64): void {
  const wanted = min<f64>(ceil(countersPerMember * ((members as i32) as f64)), 2_147_483_647)
  const most: f64 = wanted < (probes as f64) ? 2 * (probes as f64) : wanted
  isExact = most > mostCounters
  count = isExact ? objects : (most as u32)
  counters = take((count as u64) << 2)
  wrap = (((1 as u64) << 32) % (max<u32>(1, count) as u64)) as u32
}

@inline
function begin(id: u32): void {
  value = mix(id)
  step = mix(id ^ 0x12344321)
  place = value % count
  stepOver = step % count
}

/** Goes on to the next probe. */
@inline
function next(): void {
  const sum = value + step
  let at = place + stepOver
  at -= at >= count ? count : 0
  const lower = at - wrap
  const wrapped = at < wrap ? lower + count : lower
  place = sum < step ? wrapped : at
  value = sum
}

@inline
function cell(): usize {
  return counters + ((place as usize) << 2)
}

/** Counts one more occurrence. */
export function raise(id: u32): void {
  if (isExact) {
    const own = counters + ((id as usize) << 2)
    store<u32>(own, load<u32>(own) + 1)
    return
  }
  begin(id)
  for (let probe: u32 = 0; probe < probes; probe++) {
    store<u32>(cell(), load<u32>(cell()) + 1)
    next()
  }
}

export function countOf(id: u32): u32 {
  if (isExact) return load<u32>(counters + ((id as usize) << 2))
  begin(id)
  let least: u32 = 0xffffffff
  for (let probe: u32 = 0; probe < probes; probe++) {
    least = min<u32>(least, load<u32>(cell()))
    next()
  }
  return least
}

/** Halves all counts. */
export function halve(): void {
  for (let at = counters, end = counters + ((count as usize) << 2); at < end; at += 4) store<u32>(at, load<u32>(at) >> 1)
}

/** lowbias32, as `mix32` in lib. */
@inline
function mix(id: u32): u32 {
  let mixed = (id ^ (id >> 16)) * 0x21f0aaad
  mixed = (mixed ^ (mixed >> 15)) * 0x735a2d97
  return mixed ^ (mixed >> 15)
}
