import { createCurveRun, fitsCurve } from '../kernels/curve-run.ts'
import type { RequestSource } from '../traffic/request-source.ts'

/** Misses of LRU at every size, found in one pass. */
export interface LruCurve {
  requests: number
  requestedBytes: number
  /** `missesAt[c]`: misses of a cache for c objects; the last entry holds all objects, where only first requests miss. */
  missesAt: Float64Array
  /** Reuse distances in bytes, rising, with the requests and the bytes that hit from that size on: for caches limited in bytes. */
  byteSizes: Float64Array
  hitsUpTo: Float64Array
  hitBytesUpTo: Float64Array
}

/** Buckets to a doubling of the distance in bytes. */
const perDoubling = 64
const byteBuckets = 52 * perDoubling

/**
 * The exact curve of LRU over all sizes: a request hits in every cache that holds as many objects as were asked for since the last request
 * for the same one. How many those are is a sum over a Fenwick tree in which each object marks the time of its last request; times are
 * numbered anew when they run out. Exact in objects. In bytes it is LRU's stack rule on sizes, whose borders are 1.1 % apart: a cache that
 * evicts whole objects may differ at the edge. `scale` is the number of requests that each stands for.
 * Source: R. Mattson et al.: Evaluation techniques for storage hierarchies, IBM Systems Journal 1970; F. Olken, LBL-12370, 1981.
 */
export function lruCurve(trace: RequestSource, ignoreSize = false, scale = 1): LruCurve {
  const { objects, count } = trace
  const room = nextPower(2 * objects + 2)
  const counts = new Float64Array(room + 1)
  const sums = new Float64Array(ignoreSize ? 0 : room + 1)
  const lastAt = new Int32Array(objects)
  const sizeOf = new Float64Array(objects)
  const objectAt = new Int32Array(room + 1)
  const distances = new Float64Array(Math.ceil(objects * scale) + 2)
  const byteHits = new Float64Array(byteBuckets)
  const byteHitBytes = new Float64Array(byteBuckets)
  let [now, requestedBytes] = [0, 0]
  const add = (at: number, one: number, size: number): void => {
    for (let node = at; node <= room; node += node & -node) {
      counts[node]! += one
      if (!ignoreSize) sums[node]! += size
    }
  }
  const sumTo = (tree: Float64Array, at: number): number => {
    let sum = 0
    for (let node = at; node > 0; node -= node & -node) sum += tree[node]!
    return sum
  }
  const renumber = (): void => {
    counts.fill(0)
    sums.fill(0)
    let next = 0
    for (let time = 1; time <= room; time++) {
      const id = objectAt[time]! - 1
      if (id < 0 || lastAt[id] !== time) continue
      lastAt[id] = ++next
      objectAt[next] = id + 1
    }
    objectAt.fill(0, next + 1)
    now = next
    for (let time = 1; time <= now; time++) add(time, 1, sizeOf[objectAt[time]! - 1]!)
  }
  let [held, heldBytes] = [0, 0]
  const ask = (id: number, size: number): void => {
    requestedBytes += size
    if (now === room) renumber()
    const last = lastAt[id]!
    if (last === 0) {
      held++
      heldBytes += size
      sizeOf[id] = size
    } else {
      const distance = held - sumTo(counts, last) + 1
      distances[Math.round(distance * scale)]!++
      if (!ignoreSize) {
        const bucket = byteBucketOf((heldBytes - sumTo(sums, last) + sizeOf[id]!) * scale)
        byteHits[bucket]!++
        byteHitBytes[bucket]! += size
      }
      add(last, -1, -sizeOf[id]!)
    }
    lastAt[id] = ++now
    objectAt[now] = id + 1
    add(now, 1, sizeOf[id]!)
  }
  for (let index = 0; index < trace.blocks; index++) {
    const { ids, bytes, count: rows } = trace.block(index)
    for (let row = 0; row < rows; row++) ask(ids[row]!, ignoreSize || bytes === null ? 1 : bytes[row]!)
  }
  return { requests: count, requestedBytes, missesAt: missesOf(distances, count), ...byteCurve(byteHits, byteHitBytes) }
}

/** The same by the kernel, where the trace fits into it. */
export function lruCurveByKernel(
  trace: RequestSource,
  kernels: WebAssembly.Module,
  ignoreSize = false,
  scale = 1,
): LruCurve {
  const { objects, count } = trace
  if (!fitsCurve(trace)) return lruCurve(trace, ignoreSize, scale)
  const run = createCurveRun(kernels, { objects, sized: !ignoreSize, scale })
  for (let index = 0; index < trace.blocks; index++) {
    const { ids, bytes } = trace.block(index)
    run.feed(ids, bytes)
  }
  const distances = new Float64Array(Math.ceil(objects * scale) + 2)
  run.distances().forEach((times, distance) => {
    if (times > 0) distances[Math.round(distance * scale)]! += times
  })
  return {
    requests: count,
    requestedBytes: ignoreSize ? count : trace.requestedBytes,
    missesAt: missesOf(distances, count),
    ...byteCurve(run.byteHits(), run.byteHitBytes()),
  }
}

function nextPower(least: number): number {
  let power = 1
  while (power < least) power *= 2
  return power
}

/** Misses at each size from the counts of the distances. */
function missesOf(distances: Float64Array, count: number): Float64Array {
  const misses = new Float64Array(distances.length - 1)
  let hits = 0
  for (let size = 0; size < misses.length; size++) {
    hits += distances[size]!
    misses[size] = count - hits
  }
  return misses
}

function byteBucketOf(bytes: number): number {
  return Math.min(byteBuckets - 1, Math.max(0, Math.ceil(Math.log2(bytes) * perDoubling)))
}

function byteCurve(
  hits: Float64Array,
  hitBytes: Float64Array,
): Pick<LruCurve, 'byteSizes' | 'hitsUpTo' | 'hitBytesUpTo'> {
  const used = [...hits.keys()].filter(bucket => hits[bucket]! > 0)
  let [sum, sumBytes] = [0, 0]
  const hitsUpTo = new Float64Array(used.length)
  const hitBytesUpTo = new Float64Array(used.length)
  used.forEach((bucket, index) => {
    sum += hits[bucket]!
    sumBytes += hitBytes[bucket]!
    hitsUpTo[index] = sum
    hitBytesUpTo[index] = sumBytes
  })
  return { byteSizes: Float64Array.from(used, bucket => 2 ** (bucket / perDoubling)), hitsUpTo, hitBytesUpTo }
}

/** Miss ratio of a cache for so many objects; those between two sizes are the smaller one's. */
export function missRatioAt({ missesAt, requests }: LruCurve, objects: number): number {
  return missesAt[Math.min(missesAt.length - 1, Math.floor(objects))]! / requests
}

/** Miss ratio and byte miss ratio of a cache of so many bytes. */
export function byteMissRatioAt(curve: LruCurve, size: number): { missRatio: number; byteMissRatio: number } {
  const { byteSizes, hitsUpTo, hitBytesUpTo, requests, requestedBytes } = curve
  let [low, high] = [0, byteSizes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (byteSizes[middle]! <= size) low = middle + 1
    else high = middle
  }
  const hits = low === 0 ? 0 : hitsUpTo[low - 1]!
  const hitBytes = low === 0 ? 0 : hitBytesUpTo[low - 1]!
  return { missRatio: 1 - hits / requests, byteMissRatio: 1 - hitBytes / requestedBytes }
}
