import type { Place } from '../../src/geo/place.ts'
import { createRandom } from '../../src/lib/random.ts'
import { metrics } from '../../src/stats/metrics.ts'
import type { CityRow, Estimate, PopRow, RunResult, VisitorRow } from '../../src/stats/result.ts'

export interface FixtureShape {
  pops?: number
  cities?: number
  replications?: number
  /** Every name in the result: of PoPs, cities, files, events. */
  name?: (kind: string, index: number) => string
}

/** A result that looks like one of a run, made from a seed alone. */
export function createResultFixture({
  pops = 20,
  cities = 200,
  replications = 1,
  name = (kind, index) => `${kind} ${index}`,
}: FixtureShape = {}): RunResult {
  const random = createRandom(7, 'report fixture')
  const between = (low: number, high: number): number => low + (high - low) * random.unit()
  const place = (kind: string, index: number, cc: string): Place => ({
    lat: between(-50, 65),
    lon: between(-175, 175),
    name: name(kind, index),
    cc,
  })
  const visitor = (label: string): VisitorRow => {
    const requests = Math.round(between(50, 60_000))
    const meanMs = between(20, 300)
    const directMeanMs = meanMs + between(-20, 400)
    return { name: label, requests, hitRatio: random.unit(), meanMs, directMeanMs, savedMeanMs: directMeanMs - meanMs }
  }
  const popRows = Array.from({ length: pops + 1 }, (_, index): PopRow => {
    const isEdge = index < pops
    const p50Ms = between(10, 200)
    return {
      id: name('pop', index),
      place: place('pop city', index, 'DE'),
      isEdge,
      parent: isEdge ? name('pop', pops) : null,
      capacityBytes: 2 ** 31,
      policy: 'sieve',
      requests: Math.round(between(10, 90_000)),
      hitRatio: random.unit(),
      byteHitRatio: random.unit(),
      bytes: Math.round(between(1e6, 1e10)),
      heldBytes: Math.round(between(1e5, 2 ** 31)),
      heldObjects: random.below(100_000),
      evictions: random.below(100_000),
      stale: random.below(50),
      joins: random.below(50),
      errors: random.below(3),
      p50Ms: isEdge ? p50Ms : null,
      p95Ms: isEdge ? 3 * p50Ms : null,
      p99Ms: isEdge ? 5 * p50Ms : null,
      savedMeanMs: isEdge ? between(-20, 300) : null,
    }
  })
  const cityRows = Array.from({ length: cities }, (_, index): CityRow => {
    const rttMs = between(5, 200)
    const isLost = index % 7 === 0 && pops > 1
    return {
      ...visitor(name('city', index)),
      place: place('city', index, ['US', 'DE', 'IN', 'BR'][index % 4]!),
      pop: random.below(pops),
      rttMs,
      fastestPop: isLost ? random.below(pops) : null,
      fastestRttMs: isLost ? rttMs * 0.4 : rttMs,
    }
  })
  const steps = 60
  const column = (low: number, high: number): number[] =>
    Array.from({ length: steps }, () => Math.round(between(low, high)))
  return {
    format: 'cdnlab-run-1',
    manifest: {
      version: '1.0.0',
      command: `cdnlab run ${name('file', 0)}`,
      seed: 7,
      replications,
      scenario: name('file', 0),
      scenarioHash: 'ab'.repeat(32),
      traceHash: null,
      node: 'v20.20.2',
      os: 'linux',
      cpu: name('cpu', 0),
    },
    title: name('title', 0),
    headline: headlineFixture(replications),
    cold: Object.fromEntries(Object.entries(headlineFixture(1)).map(([id, { value }]) => [id, value * 0.98])),
    warmup: { requests: 12_345, rule: 'MSER-5 on the hit ratio' },
    pops: popRows,
    countries: ['US', 'DE', 'IN', 'BR', 'JP', 'FR', 'GB', 'NG', 'ZA'].map(visitor),
    cities: cityRows,
    behaviors: [
      { label: name('behavior', 0), requests: 900_000, hits: 700_000, bytes: 4e10 },
      { label: name('behavior', 1), requests: 100_000, hits: 0, bytes: 1e9 },
    ],
    missReasons: {
      cold: 120_000,
      capacity: 40_000,
      expired: 9000,
      purge: 0,
      join: 500,
      uncacheable: 100_000,
      error: 12,
    },
    histogram: {
      upToMs: Array.from({ length: 60 }, (_, bar) => 8 * 2 ** ((bar + 1) / 8)),
      withCdn: column(0, 20_000),
      withoutCdn: column(0, 20_000),
    },
    series: {
      stepMs: 10_000,
      requests: column(10_000, 20_000),
      hitRatio: Array.from({ length: steps }, (_, step) => (step === 5 ? Number.NaN : between(0.5, 0.9))),
      originRequests: column(1000, 5000),
      stale: column(0, 30),
      errors: column(0, 2),
      p95Ms: column(100, 300),
    },
    events: [
      { atMs: 100_000, text: `pop-down ${name('pop', 1)}` },
      { atMs: 300_000, text: `pop-up ${name('pop', 1)}` },
    ],
    routing: {
      router: 'anycast',
      onFastestShare: 0.8,
      loses25MsShare: 0.1,
      loses100MsShare: 0.02,
      meanLossMs: 4.2,
      nearestByDistance: { onFastestShare: 0.7, loses25MsShare: 0.12, meanLossMs: 6 },
    },
    thresholds: [
      { text: 'hit_ratio > 0.5', value: 0.73, passed: true },
      { text: 'p95_ms < 100', value: 180, passed: false },
    ],
    checks: [{ law: 'every request has one fate', left: 1_000_000, right: 1_000_000 }],
    notes: [name('note', 0)],
  }
}

/** A headline whose values follow from each other as in a run. */
function headlineFixture(replications: number): Record<string, Estimate> {
  const values: Record<string, number> = { requests: 1_000_000, hit_ratio: 0.7305, errors: 12, saved_total_h: 55.5 }
  const byUnit = { '%': 0.65, ms: 120, bytes: 5e10, count: 270_000, h: 50 }
  return Object.fromEntries(
    metrics.map(({ id, unit }): [string, Estimate] => {
      const value = values[id] ?? byUnit[unit]
      return [id, { value, halfWidth: replications > 1 ? value / 500 : null }]
    }),
  )
}
