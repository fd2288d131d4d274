import type { Trace } from './trace.ts'

/** What is known of a trace after one look. */
export interface TraceFacts {
  requests: number
  objects: number
  footprintBytes: number
  requestedBytes: number
  /** Share of the objects that are asked for once. */
  onceShare: number
  /** Exponent of the Zipf law that fits the counts of the 10 to 10,000 most popular objects best. */
  zipfAlpha: number
  meanBytes: number
  /** Of the objects' sizes at their first request. */
  sizePercentiles: { p10: number; p50: number; p90: number; p99: number; largest: number }
  spanS: number
  /** Half of the repetitions come within so many requests of the one before. */
  medianReuseRequests: number
}

export function factsOf({ count, objects, ids, bytes, timesS, footprintBytes }: Trace): TraceFacts {
  const counts = new Uint32Array(objects)
  const sizes = new Float64Array(objects)
  const last = new Int32Array(objects).fill(-1)
  const gaps = new Uint32Array(32)
  let requestedBytes = 0
  for (let row = 0; row < count; row++) {
    const id = ids[row]!
    if (counts[id] === 0) sizes[id] = bytes[row]!
    else gaps[31 - Math.clz32(row - last[id]!)]!++
    counts[id]!++
    last[id] = row
    requestedBytes += bytes[row]!
  }
  sizes.sort()
  const at = (share: number): number => sizes[Math.min(objects - 1, Math.floor(share * objects))]!
  return {
    requests: count,
    objects,
    footprintBytes,
    requestedBytes,
    onceShare: counts.filter(times => times === 1).length / objects,
    zipfAlpha: fitZipf(counts),
    meanBytes: footprintBytes / objects,
    sizePercentiles: { p10: at(0.1), p50: at(0.5), p90: at(0.9), p99: at(0.99), largest: sizes[objects - 1]! },
    spanS: timesS[count - 1]! - timesS[0]!,
    medianReuseRequests: medianGap(gaps),
  }
}

/** Slope of log count over log rank by least squares, on ranks apart by a factor, so that the tail does not outweigh the head. */
function fitZipf(counts: Uint32Array): number {
  const sorted = Uint32Array.from(counts).sort().reverse()
  const points: [number, number][] = []
  for (let rank = 10; rank <= Math.min(10_000, sorted.length); rank *= 1.25)
    if (sorted[Math.floor(rank) - 1]! > 1)
      points.push([Math.log(Math.floor(rank)), Math.log(sorted[Math.floor(rank) - 1]!)])
  if (points.length < 3) return Number.NaN
  const mean = (column: 0 | 1): number => points.reduce((sum, point) => sum + point[column], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const slope =
    points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) /
    points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return -slope
}

/** Middle of the gaps counted by powers of two, with equal spread within a power. */
function medianGap(gaps: Uint32Array): number {
  const total = gaps.reduce((sum, value) => sum + value, 0)
  let before = 0
  for (let power = 0; power < gaps.length; power++) {
    if (total > 0 && before + gaps[power]! >= total / 2)
      return Math.round(2 ** power * (1 + (total / 2 - before) / gaps[power]!))
    before += gaps[power]!
  }
  return Number.NaN
}
