import { studentQuantile95 } from '../stats/estimate.ts'
import type { Manifest } from '../stats/result.ts'

/** One policy in one cache on one trace. Times are of this machine and moment; all else is the same on every machine. */
export interface CompareRow {
  trace: string
  policy: string
  params: Record<string, unknown>
  admission: string
  size: number
  sizeUnit: 'bytes' | 'objects'
  /** The size as it was asked for: 0.01, 1GiB, 5000. */
  sizeAsked: string
  requests: number
  misses: number
  missRatio: number
  requestedBytes: number
  missedBytes: number
  byteMissRatio: number
  nsPerRequest: number
  requestsPerSecond: number
  metadataBytes: number
  engine: 'kernel' | 'plain'
  /** True for a policy that knows the requests to come: a bound, no contestant. */
  knowsFuture: boolean
  /** Miss ratios of equal stretches of the trace, in order. */
  blocks: number[]
  /** Requests and misses of each interval, where a curve over time was asked for. */
  series: { requests: number; misses: number }[]
}

export interface CompareResult {
  format: 'cdnlab-compare-1'
  manifest: Manifest
  traces: { name: string; requests: number; objects: number; footprintBytes: number; notes: Record<string, number> }[]
  reference: string
  rows: CompareRow[]
  /** The reference at each size, where it is no row. */
  references: CompareRow[]
  /** Belady's choice at each size: at unit size no policy can miss less. */
  bounds: CompareRow[]
  /** Where a share of the objects stood for all: how far LRU's miss ratio from them is from the whole trace's. */
  sampling: SamplingError[]
}

/** The miss ratio of LRU from a sample beside the one of the whole trace. */
export interface SamplingError {
  trace: string
  sizeAsked: string
  sampleRatio: number
  wholeMissRatio: number
  sampledMissRatio: number
}

/** How a policy does against another on the same requests. */
export interface Difference {
  /** Mean of the differences of the stretches' miss ratios: below 0 it misses less. */
  mean: number
  halfWidth: number
  /** True when the 95 % interval of the paired difference leaves 0 out. */
  isShown: boolean
}

/**
 * The paired difference of two policies over the stretches of one trace, with its Student-t interval. A trace is one sample: the interval
 * says whether the difference is the same all along this trace, not what it would be on another.
 */
export function differenceOf(a: CompareRow, b: CompareRow): Difference {
  const differences = a.blocks.map((ratio, block) => ratio - b.blocks[block]!)
  const count = differences.length
  const mean = differences.reduce((sum, value) => sum + value, 0) / count
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, count - 1)
  const halfWidth = count < 2 ? Number.POSITIVE_INFINITY : studentQuantile95(count - 1) * Math.sqrt(variance / count)
  return { mean, halfWidth, isShown: Math.abs(mean) > halfWidth }
}

/** The rows of one trace and one size, fewest misses first. */
export interface CompareGroup {
  trace: string
  sizeAsked: string
  rows: CompareRow[]
  bound: CompareRow | undefined
  reference: CompareRow | undefined
  /** The row with fewest misses of those that do not know the future. */
  first: CompareRow | undefined
  /** The same, where it is shown to be better than every other one. */
  best: CompareRow | undefined
}

export function groupsOf({ rows, references, bounds, reference }: CompareResult): CompareGroup[] {
  const groups = new Map<string, CompareRow[]>()
  for (const row of rows) {
    const key = JSON.stringify([row.trace, row.sizeAsked])
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map(unsorted => {
    const sorted = [...unsorted].sort((a, b) => a.missRatio - b.missRatio)
    const { trace, sizeAsked } = unsorted[0]!
    const isHere = (row: CompareRow): boolean => row.trace === trace && row.sizeAsked === sizeAsked
    const [first, ...others] = sorted.filter(({ knowsFuture }) => !knowsFuture)
    const isBest = others.length > 0 && others.every(other => differenceOf(first!, other).isShown)
    return {
      trace,
      sizeAsked,
      rows: sorted,
      bound: bounds.find(isHere),
      reference: [...sorted, ...references.filter(isHere)].find(({ policy }) => policy === reference),
      first,
      best: isBest ? first : undefined,
    }
  })
}

/** What a row of a group is called: the best where that is shown, one that knows the future, or one that cannot be told from the first. */
export function markOf({ rows, first, best }: CompareGroup, row: CompareRow): string {
  if (row === best) return 'best'
  if (row.knowsFuture) return 'knows the future'
  const isAlone = rows.filter(({ knowsFuture }) => !knowsFuture).length < 2
  if (best !== undefined || first === undefined || isAlone) return ''
  // One stretch has no interval: nothing can be shown.
  if (row.blocks.length < 2) return ''
  return row !== first && differenceOf(first, row).isShown ? '' : 'no difference shown'
}

/** By how much a policy lowers the misses of the reference: (reference - own) / reference. Source: as in the papers on SIEVE and S3-FIFO. */
export function reductionOf(row: CompareRow, reference: CompareRow | undefined): number {
  return reference === undefined || reference.misses === 0 ? Number.NaN : 1 - row.misses / reference.misses
}
