import { type HopKind, hopKinds, type MeterKind, meterKinds } from '../backend/account.ts'
import { quantileOf } from '../lib/log-histogram.ts'
import { type BackendTally, servedSums } from './backend-tally.ts'

/** What stands behind and at the edge, and what it did: plain data of a run's result. */
export interface BackendResult {
  behaviors: BackendRow[]
  functions: FunctionRow[]
}

/** One behaviour over the warm part of a run. */
export interface BackendRow {
  label: string
  /** Name of its origin. */
  origin: string
  /** Requests of visitors, those that got an answer, and those that got an error. */
  requests: number
  served: number
  errors: number
  /** Shares that the edge kept for itself: of requests, of bytes; and that no origin was asked for. */
  hitRatio: number
  byteHitRatio: number
  offload: number
  /** What visitors wait, with the CDN and when they ask the origin themselves. */
  meanMs: number
  directMeanMs: number
  /** Each part of an ask's time that came up, in the order in which an ask meets them. */
  hops: { kind: HopKind; count: number; meanMs: number; p99Ms: number }[]
  meters: Record<MeterKind, number>
  /** List prices of what stands behind it, for a million requests of visitors: with the CDN, and if every request were an ask; null without prices. */
  usd: { withCdn: number; withoutCdn: number } | null
}

/** One function over the whole run. */
export interface FunctionRow {
  name: string
  invocations: number
  coldStarts: number
  throttled: number
  /** Most environments that were busy at once. */
  peak: number
  /** Seconds that environments waited for the next event. */
  idleSeconds: number
}

/** List prices of one unit of what is counted; 0 for what costs nothing. */
export type UnitPrices = Record<MeterKind, number>

const million = 1_000_000

/** The rows of a tally. `behaviors` are labels and origins; `counts` are requests and hits, three columns each as a `Tally` has them. */
export function backendRows(
  tally: BackendTally,
  behaviors: readonly { label: string; origin: string }[],
  counts: Float64Array,
  prices: UnitPrices | null,
): BackendRow[] {
  return behaviors.map(({ label, origin }, behavior): BackendRow => {
    const [served, withMs, directMs, bytes, missedBytes] = tally.served.subarray(behavior * servedSums) as unknown as [
      number, number, number, number, number,
    ] // biome-ignore format: as many as there are sums
    const requests = counts[3 * behavior]!
    const meters = Object.fromEntries(
      meterKinds.map((kind, index) => [kind, tally.meters[behavior * meterKinds.length + index]!]),
    ) as Record<MeterKind, number>
    return {
      label,
      origin,
      requests,
      served,
      errors: tally.errors[behavior]!,
      hitRatio: counts[3 * behavior + 1]! / requests,
      byteHitRatio: 1 - missedBytes / bytes,
      offload: 1 - meters.asks / requests,
      meanMs: withMs / served,
      directMeanMs: directMs / served,
      hops: hopsOf(tally, behavior),
      meters,
      usd: prices === null ? null : moneyOf(meters, requests, prices),
    }
  })
}

function hopsOf(tally: BackendTally, behavior: number): BackendRow['hops'] {
  return hopKinds.flatMap((kind, index) => {
    const cell = behavior * hopKinds.length + index
    const count = tally.hops[2 * cell + 1]!
    const histogram = tally.histograms[cell]
    if (count === 0 || histogram === undefined) return []
    return [{ kind, count, meanMs: tally.hops[2 * cell]! / count, p99Ms: quantileOf(histogram, 0.99) }]
  })
}

/** Without the CDN no code runs at the edge, and every request costs what an ask costs now. */
function moneyOf(meters: Record<MeterKind, number>, requests: number, prices: UnitPrices): BackendRow['usd'] {
  const sum = (kinds: readonly MeterKind[]): number => kinds.reduce((all, kind) => all + meters[kind] * prices[kind], 0)
  const atEdge = meterKinds.filter(kind => kind.startsWith('edge ') || kind === 'hook runs')
  const behind = sum(meterKinds.filter(kind => !atEdge.includes(kind)))
  return {
    withCdn: ((behind + sum(atEdge)) * million) / requests,
    withoutCdn: meters.asks === 0 ? Number.NaN : (behind * million) / meters.asks,
  }
}
