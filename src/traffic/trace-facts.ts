import { grownFloat64 } from '../lib/columns.ts'

/** Longer ones than 32 bits hold count as this. */
const largestGap = 0xffffffff

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

/** Finds the facts of a trace whose requests are given in their order, many at a time: 16 bytes an object. */
export interface TraceScan {
  /** Objects are numbered in order of first appearance. */
  take(ids: Int32Array, bytes: Uint32Array, timesS: Float64Array): void
  /** What all requests have told. */
  facts(): TraceFacts
}

export function createTraceScan(): TraceScan {
  let counts = new Uint32Array(1 << 12)
  let sizes = new Uint32Array(1 << 12)
  let last = new Float64Array(1 << 12)
  const gaps = new Float64Array(32)
  let [requests, objects, footprintBytes, requestedBytes] = [0, 0, 0, 0]
  let [firstS, lastS] = [0, 0]
  return {
    take(ids, bytes, timesS) {
      if (requests === 0) firstS = timesS[0]!
      for (let row = 0; row < ids.length; row++, requests++) {
        const id = ids[row]!
        if (id === objects) {
          if (id === counts.length) {
            counts = twice(counts)
            sizes = twice(sizes)
            last = grownFloat64(last, 2 * id)
          }
          sizes[id] = bytes[row]!
          footprintBytes += bytes[row]!
          objects++
        } else gaps[31 - Math.clz32(Math.min(requests - last[id]!, largestGap))]!++
        counts[id]!++
        last[id] = requests
        requestedBytes += bytes[row]!
      }
      lastS = timesS[ids.length - 1]!
    },
    facts() {
      const sorted = sizes.slice(0, objects).sort()
      const asked = counts.subarray(0, objects)
      const at = (share: number): number => sorted[Math.min(objects - 1, Math.floor(share * objects))]!
      return {
        ...{ requests, objects, footprintBytes, requestedBytes },
        onceShare: asked.reduce((once, times) => once + (times === 1 ? 1 : 0), 0) / objects,
        zipfAlpha: fitZipf(asked),
        meanBytes: footprintBytes / objects,
        sizePercentiles: { p10: at(0.1), p50: at(0.5), p90: at(0.9), p99: at(0.99), largest: sorted[objects - 1]! },
        spanS: lastS - firstS,
        medianReuseRequests: medianGap(gaps),
      }
    },
  }
}

function twice(column: Uint32Array): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * column.length)
  grown.set(column)
  return grown
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
function medianGap(gaps: Float64Array): number {
  const total = gaps.reduce((sum, value) => sum + value, 0)
  let before = 0
  for (let power = 0; power < gaps.length; power++) {
    if (total > 0 && before + gaps[power]! >= total / 2)
      return Math.round(2 ** power * (1 + (total / 2 - before) / gaps[power]!))
    before += gaps[power]!
  }
  return Number.NaN
}
