// What every kernel works on: one run of one policy over one trace. An instance of the module serves a single run, so that its
// state is plain globals, and fresh memory, which is zero, means "not held" everywhere.

/** Bytes that may be held, or objects at unit size. */
export let capacity: i64 = 0
/** Ids are 0 to objects - 1. */
export let objects: u32 = 0
/** False when every object counts 1. */
export let sized: bool = false
/** Requests that lie in memory at a time: those of a chunk, or of the whole trace where the trace is the queue. */
export let room: u32 = 0
export let ids: usize = 0
export let sizes: usize = 0
/** Index of the next request for the same object, for the policies that know the future. */
export let nexts: usize = 0

/**
 * How far ahead of a request kernels read what a later one will ask: alone, it would wait for memory behind a branch. Behind the ids of a
 * chunk there is room for it.
 */
export const aheadBytes: usize = 48

let missedBytes: i64 = 0
let readAhead: u32 = 0
let skipped: u32 = 0
let free: usize = __heap_base
/** 16 MB. */
const growthPages: i32 = 256

/** Takes memory for a column; it is zero, and begins on a cache line. */
export function take(bytes: u64): usize {
  const start = (free + 63) & ~63
  const end = (start as u64) + bytes
  const pages = ((end + 65_535) >> 16) as i32
  const missing = pages - memory.size()
  // Each growth costs the caller its views, so that it is a large one where that can be.
  if (missing > 0 && memory.grow(max<i32>(missing, growthPages)) < 0 && memory.grow(missing) < 0) unreachable()
  free = end as usize
  return start
}

/** Begins a run with room for so many requests at a time. */
export function begin(capacityBytes: f64, objectCount: u32, requests: u32, hasSizes: bool, hasNexts: bool): void {
  capacity = capacityBytes as i64
  objects = objectCount
  sized = hasSizes
  room = requests
  ids = take(((room as u64) << 2) + aheadBytes)
  if (hasSizes) sizes = take((room as u64) << 2)
  if (hasNexts) nexts = take((room as u64) << 2)
}

/** The most objects that can be held at a time; a column of rows for them has at least one. */
export function mostHeld(): u32 {
  return (max<i64>(1, min<i64>(capacity, objects)) as u32)
}

/** The smallest power of two that is more than a number of rows: a ring of so many never meets its own tail. */
export function ringRows(rows: u32): u32 {
  return 1 << (32 - (clz(rows) as u32))
}

/** Says what a chunk did apart from its misses. */
export function tell(missed: i64, without: u32): void {
  missedBytes = missed
  skipped = without
}

/** Takes what was read ahead: were it for nothing, the compiler would leave it out. */
export function discard(read: u32): void {
  readAhead = read
}

export function idsAt(): usize {
  return ids
}

export function sizesAt(): usize {
  return sizes
}

export function nextsAt(): usize {
  return nexts
}

/** Bytes of the misses of the last chunk; at unit size nobody asks. */
export function lastMissedBytes(): f64 {
  return missedBytes as f64
}

/** Requests of size 0 in the last chunk, which are not counted. */
export function lastSkipped(): u32 {
  return skipped
}

/** Bytes of the columns, the requests not counted. */
export function stateBytes(): f64 {
  return ((free - __heap_base) as f64) - ((room as f64) * (4 + (sized ? 4 : 0) + (nexts != 0 ? 4 : 0)))
}
