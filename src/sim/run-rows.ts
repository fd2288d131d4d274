import { bucketCount, quantileOf } from '../lib/log-histogram.ts'
import type { Plan } from '../scenario/plan.ts'
import type { CityRow, PopRow, RunResult, VisitorRow } from '../stats/result.ts'
import { Fate, fates, placeSums, type Tally } from '../stats/tally.ts'
import type { Counted } from './run-once.ts'
import type { Routes, Warm } from './run-result.ts'

/** A row a PoP, in the order of the plan. Bytes held are of the last replication's end, evictions of all. */
export function popRows(
  plan: Plan,
  runs: readonly Pick<Counted, 'world'>[],
  warm: Pick<Warm, 'tally' | 'totals'>,
): PopRow[] {
  const last = runs.at(-1)!
  let edge = 0
  return plan.pops.map((pop, index) => {
    const { cache } = last.world.pops[index]!
    const shelf = {
      id: pop.id,
      place: pop.place,
      isEdge: pop.isEdge,
      parent: plan.pops[pop.parent]?.id ?? null,
      capacityBytes: pop.capacityBytes,
      policy: typeof pop.policy === 'string' ? pop.policy : pop.policy.name,
      heldBytes: cache.heldBytes,
      heldObjects: cache.heldObjects,
      evictions: runs.reduce((sum, { world }) => sum + world.pops[index]!.evictions, 0),
    }
    return pop.isEdge
      ? { ...shelf, ...edgeFigures(warm.tally, edge++) }
      : { ...shelf, ...tierFigures(warm.totals[index]!) }
  })
}

export type PopFigures = Omit<
  PopRow,
  'id' | 'place' | 'isEdge' | 'parent' | 'capacityBytes' | 'policy' | 'heldBytes' | 'heldObjects' | 'evictions'
>

/** What visitors got from an edge. */
export function edgeFigures({ requests, bytes, latency, sums }: Tally, edge: number): PopFigures {
  const row = edge * fates
  const sum = (cells: Float64Array): number => cells.subarray(row, row + fates).reduce((all, cell) => all + cell, 0)
  const hit = (cells: Float64Array): number => cells[row + Fate.hit]! + cells[row + Fate.stale]!
  const served = sum(requests) - requests[row + Fate.error]!
  const percentile = (share: number): number | null =>
    served === 0 ? null : quantileOf(latency, share, edge * bucketCount)
  return {
    requests: sum(requests),
    hitRatio: hit(requests) / sum(requests),
    byteHitRatio: hit(bytes) / sum(bytes),
    bytes: sum(bytes),
    stale: requests[row + Fate.stale]!,
    joins: requests[row + Fate.join]!,
    errors: requests[row + Fate.error]!,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
    savedMeanMs: served === 0 ? null : (sums[2 * edge + 1]! - sums[2 * edge]!) / served,
  }
}

/** What other PoPs got from a tier. */
export function tierFigures(
  totals: Pick<
    Warm['totals'][number],
    'asks' | 'askHits' | 'askStale' | 'askHitBytes' | 'askBytes' | 'askJoins' | 'askErrors'
  >,
): PopFigures {
  return {
    requests: totals.asks,
    hitRatio: (totals.askHits + totals.askStale) / totals.asks,
    byteHitRatio: totals.askHitBytes / totals.askBytes,
    bytes: totals.askBytes,
    stale: totals.askStale,
    joins: totals.askJoins,
    errors: totals.askErrors,
    p50Ms: null,
    p95Ms: null,
    p99Ms: null,
    savedMeanMs: null,
  }
}

/** A row a city, those with most requests first. */
export function cityRows({ visitors }: Plan, { places }: Tally, routes: Routes): CityRow[] {
  const { edgeOf, fastest, rttMs, edges } = routes
  const rows = visitors.places.map((place, index): CityRow => {
    const pop = edgeOf[index]!
    const best = fastest[index]!
    return {
      ...visitorRow(
        place.name ?? `${place.lat},${place.lon}`,
        places.subarray(index * placeSums, (index + 1) * placeSums),
      ),
      place,
      pop,
      rttMs: rttMs[index * edges + pop]!,
      fastestPop: best === pop ? null : best,
      fastestRttMs: rttMs[index * edges + best]!,
    }
  })
  return rows.sort((a, b) => b.requests - a.requests)
}

/** A row a country, those with most requests first. */
export function countryRows({ visitors }: Plan, { places }: Tally): VisitorRow[] {
  const sums = new Map<string, Float64Array>()
  visitors.places.forEach(({ cc }, index) => {
    const country = cc || '??'
    const sum = sums.get(country) ?? new Float64Array(placeSums)
    for (let cell = 0; cell < placeSums; cell++) sum[cell]! += places[index * placeSums + cell]!
    sums.set(country, sum)
  })
  return [...sums].map(([country, sum]) => visitorRow(country, sum)).sort((a, b) => b.requests - a.requests)
}

function visitorRow(name: string, sums: ArrayLike<number>): VisitorRow {
  const [requests, hits, withMs, directMs] = [sums[0]!, sums[1]!, sums[2]!, sums[3]!]
  return {
    name,
    requests,
    hitRatio: hits / requests,
    meanMs: withMs / requests,
    directMeanMs: directMs / requests,
    savedMeanMs: (directMs - withMs) / requests,
  }
}

/** A row a behaviour, in the order of the plan. */
export function behaviorRows({ behaviors }: Plan, tally: Tally): RunResult['behaviors'] {
  return behaviors.map(({ label }, index) => ({
    label,
    requests: tally.behaviors[3 * index]!,
    hits: tally.behaviors[3 * index + 1]!,
    bytes: tally.behaviors[3 * index + 2]!,
  }))
}

/** What the router costs. */
export function routingRow({ router }: Plan, { chosen, nearest }: Routes): RunResult['routing'] {
  return {
    router: typeof router === 'string' ? router : router.name,
    onFastestShare: chosen.shareOnFastest,
    loses25MsShare: chosen.shareLosing25Ms,
    loses100MsShare: chosen.shareLosing100Ms,
    meanLossMs: chosen.meanLossMs,
    nearestByDistance: {
      onFastestShare: nearest.shareOnFastest,
      loses25MsShare: nearest.shareLosing25Ms,
      meanLossMs: nearest.meanLossMs,
    },
  }
}
