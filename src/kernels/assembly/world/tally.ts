import { mix } from '../mix'
import { behaviorOf, behaviors } from './rules'
import { idOf, placeOf, rowOf, timeOf } from './sorted'

// Times requests to their first byte and counts them, as `sim/timing`, `stats/tally` and `stats/timeline` do: every sum of times is added up in
// the same order. The columns are the caller's.

/** Requests that are seen to and counted together. */
export const blockRows: u32 = 256
/** What became of the requests of a block: fate, ms that the edge waited for others, and bytes served. */
export const rowFates = memory.data(256, 16)
export const rowWaits = memory.data(256 << 3, 16)
export const rowBytes = memory.data(256 << 3, 16)

const fates: u32 = 7
const lastHit: u8 = 1
const stale: u8 = 1
/** Buckets of `lib/log-histogram`. */
const bucketCount: u32 = 25 << 7
const firstBits: i32 = (127 - 5) << 7
/** Fine buckets in a coarse one of the timeline, as a power of two. */
const coarseBits: u32 = 5
/** Quantiles in a table of last miles, as a power of two. */
const quantileBits: u32 = 10

let places: u32 = 0
let profileOf: usize = 0
let accessMs: usize = 0
let jitterMs: usize = 0
/** Round trip of place p to edge e at e x places + p, and of place p to the origin. */
let rttMs: usize = 0
let directRttMs: usize = 0
let newBelow: u64 = 0
let newTrips: f64 = 1
let newDnsMs: f64 = 0
let edgeThinkMs: f64 = 0
let originThinkMs: f64 = 0
let runKey: u32 = 0

export function setTiming(
  placeCount: u32,
  profiles: usize,
  access: usize,
  jitter: usize,
  rtt: usize,
  directRtt: usize,
  newBelowDraw: f64,
  trips: f64,
  dnsMs: f64,
  edgeMs: f64,
  originMs: f64,
  key: u32,
): void {
  places = placeCount
  profileOf = profiles
  accessMs = access
  jitterMs = jitter
  rttMs = rtt
  directRttMs = directRtt
  newBelow = newBelowDraw as u64
  newTrips = trips
  newDnsMs = dnsMs
  edgeThinkMs = edgeMs
  originThinkMs = originMs
  runKey = key
}

let requests: usize = 0
let bytes: usize = 0
let reasons: usize = 0
let placeSums: usize = 0
let behaviorSums: usize = 0
let latency: usize = 0
let direct: usize = 0
let saved: usize = 0
let lost: usize = 0
let sums: usize = 0

/** Where requests are counted from now on: the columns of a tally. */
export function setTally(
  requestCounts: usize,
  byteSums: usize,
  reasonCounts: usize,
  ofPlaces: usize,
  ofBehaviors: usize,
  latencies: usize,
  directs: usize,
  saveds: usize,
  losts: usize,
  ofEdges: usize,
): void {
  requests = requestCounts
  bytes = byteSums
  reasons = reasonCounts
  placeSums = ofPlaces
  behaviorSums = ofBehaviors
  latency = latencies
  direct = directs
  saved = saveds
  lost = losts
  sums = ofEdges
}

let steps: u32 = 1
let stepMs: f64 = 1
let stepRequests: usize = 0
let stepHits: usize = 0
let stepStales: usize = 0
let stepAsks: usize = 0
let stepLatency: usize = 0

export function setTimeline(
  stepCount: u32,
  lengthMs: f64,
  requestCounts: usize,
  hits: usize,
  stales: usize,
  originAsks: usize,
  latencies: usize,
): void {
  steps = stepCount
  stepMs = lengthMs
  stepRequests = requestCounts
  stepHits = hits
  stepStales = stales
  stepAsks = originAsks
  stepLatency = latencies
}

@inline
function count(column: usize, row: u32, by: f64 = 1): void {
  const cell = column + ((row as usize) << 3)
  store<f64>(cell, load<f64>(cell) + by)
}

@inline
function countBucket(histogram: usize, bucket: u32): void {
  const cell = histogram + ((bucket as usize) << 2)
  store<u32>(cell, load<u32>(cell) + 1)
}

@inline
function bucketOf(value: f64): u32 {
  const bucket = (reinterpret<i32>(value as f32) >> 16) - firstBits
  return max<i32>(0, min<i32>(bucket, bucketCount - 1)) as u32
}

@inline
function stepOf(now: f64): u32 {
  return min<f64>(floor(now / stepMs), (steps - 1) as f64) as u32
}

export function countOriginAsk(now: f64): void {
  count(stepAsks, stepOf(now))
}

export function countReason(reason: u32): void {
  count(reasons, reason)
}

@inline
function addPair(cell: usize, pair: v128): void {
  v128.store(cell, f64x2.add(v128.load(cell), pair))
}

/** Times and counts a block of one edge's requests, whose numbers count from `first`. */
export function countRows(edge: u32, first: u64, from: u32, rows: u32): void {
  const rtt = rttMs + (((edge * places) as usize) << 3)
  const ofEdge = latency + (((edge * bucketCount) as usize) << 2)
  const fateRow = edge * fates
  const sumCell = sums + ((edge as usize) << 4)
  let withSum = load<f64>(sumCell)
  let directSum = load<f64>(sumCell, 8)
  for (let row: u32 = 0; row < rows; row++) {
    const sorted = from + row
    const request = first + rowOf(sorted)
    const draw = mix((request as u32) ^ runKey ^ (((request >> 32) as u32) * 0x632be5ab))
    const isNew = (mix(draw ^ 0x3c6ef372) as u64) < newBelow
    const table = (load<u8>(profileOf + (draw & 1023)) as u32) << quantileBits
    const extraMs =
      load<f64>(accessMs + (((table + ((draw >> 10) & 1023)) as usize) << 3)) +
      load<f64>(jitterMs + (((table + (draw >> 22)) as usize) << 3))
    const trips = isNew ? newTrips : 1
    const dnsMs = isNew ? newDnsMs : 0
    const place = placeOf(sorted) as usize
    const waitMs = load<f64>(rowWaits + ((row as usize) << 3))
    const withMs = dnsMs + trips * (load<f64>(rtt + (place << 3)) + extraMs) + edgeThinkMs + waitMs
    const directMs = dnsMs + trips * (load<f64>(directRttMs + (place << 3)) + extraMs) + originThinkMs

    const fate = load<u8>(rowFates + row)
    const size = load<f64>(rowBytes + ((row as usize) << 3))
    const isHit = (fate <= lastHit) as i32 as f64
    count(requests, fateRow + fate)
    count(bytes, fateRow + fate, size)
    const bucket = bucketOf(withMs)
    countBucket(ofEdge, bucket)
    countBucket(direct, bucketOf(directMs))
    const savedMs = directMs - withMs
    countBucket(savedMs >= 0 ? saved : lost, bucketOf(abs(savedMs)))
    withSum += withMs
    directSum += directMs
    const placeCell = placeSums + (place << 5)
    addPair(placeCell, f64x2.replace_lane(f64x2.splat(1), 1, isHit))
    addPair(placeCell + 16, f64x2.replace_lane(f64x2.splat(withMs), 1, directMs))
    if (behaviors > 1) {
      const behavior = 3 * behaviorOf(idOf(sorted))
      count(behaviorSums, behavior)
      count(behaviorSums, behavior + 1, isHit)
      count(behaviorSums, behavior + 2, size)
    } else {
      count(behaviorSums, 0)
      count(behaviorSums, 1, isHit)
      count(behaviorSums, 2, size)
    }
    const step = stepOf(timeOf(sorted))
    count(stepRequests, step)
    count(stepHits, step, isHit)
    if (fate == stale) count(stepStales, step)
    countBucket(stepLatency, step * (bucketCount >> coarseBits) + (bucket >> coarseBits))
  }
  store<f64>(sumCell, withSum)
  store<f64>(sumCell, directSum, 8)
}
