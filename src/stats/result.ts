import type { Place } from '../geo/place.ts'
import type { BackendResult } from './backend-result.ts'
import type { Cost } from './cost.ts'

/** What a run says, as plain data: every report is made from this alone. Version it by `format` when its meaning changes. */
export interface RunResult {
  format: 'cdnlab-run-1'
  manifest: Manifest
  title: string
  /** Metric id (see `stats/metrics`) to its value over the warm part of the run and, where there are replications, its interval. */
  headline: Record<string, Estimate>
  /** The same metrics over the whole run, cold start included. */
  cold: Record<string, number>
  /** Of measured figures: the same metrics as a simulation of the same requests gives them, cold start included. */
  modelled?: Record<string, number>
  /** Where the warm part begins: requests left out, and the rule that decided. */
  warmup: { requests: number; rule: string }
  pops: PopRow[]
  /** One row a country, most people first. */
  countries: VisitorRow[]
  /** One row a city, most people first. */
  cities: CityRow[]
  /** Rows a behaviour: requests, hits, bytes. */
  behaviors: { label: string; requests: number; hits: number; bytes: number }[]
  /** Reason of every request that was no hit: cold, capacity, expired, join, uncacheable, purge, pass, error. Counts. */
  missReasons: Record<string, number>
  /** Latency with the CDN and without it, on one scale: bucket borders in ms and counts. */
  histogram: { upToMs: number[]; withCdn: number[]; withoutCdn: number[] }
  /** The run over time, in equal steps. */
  series: {
    stepMs: number
    requests: number[]
    hitRatio: number[]
    originRequests: number[]
    stale: number[]
    errors: number[]
    p95Ms: number[]
  }
  /** What happened when, for marks on the timeline. */
  events: { atMs: number; text: string }[]
  /** What the router costs against always choosing the fastest PoP, weighted by people. */
  routing: {
    router: string
    onFastestShare: number
    loses25MsShare: number
    loses100MsShare: number
    meanLossMs: number
    nearestByDistance: { onFastestShare: number; loses25MsShare: number; meanLossMs: number }
  }
  /** What stands behind and at the edge by name; not there for one plain origin. */
  backends?: BackendResult
  /** A month at the pace of the run in money; only where the scenario names prices. */
  cost?: Cost
  thresholds: { text: string; value: number; passed: boolean }[]
  /** Conservation laws that were checked: every request in one bucket, a tier's misses are the next one's requests. */
  checks: { law: string; left: number; right: number }[]
  /** What the reader of these figures should know: assumptions, things left out, warnings. */
  notes: string[]
}

export interface Manifest {
  version: string
  command: string
  seed: number
  replications: number
  scenario: string
  scenarioHash: string
  traceHash: string | null
  node: string
  os: string
  cpu: string
}

export interface Estimate {
  value: number
  /** Half width of the Student-t 95 % interval of the mean over replications; null for a single run. */
  halfWidth: number | null
}

/** Latencies are of requests served, in ms; saved is without the CDN less with it. */
export interface VisitorRow {
  name: string
  requests: number
  hitRatio: number
  meanMs: number
  directMeanMs: number
  savedMeanMs: number
}

export interface CityRow extends VisitorRow {
  place: Place
  /** Index into `pops`. */
  pop: number
  rttMs: number
  /** The fastest PoP for this city when it is another one; else null. */
  fastestPop: number | null
  fastestRttMs: number
}

export interface PopRow {
  id: string
  place: Place
  isEdge: boolean
  parent: string | null
  capacityBytes: number
  policy: string
  requests: number
  hitRatio: number
  byteHitRatio: number
  bytes: number
  heldBytes: number
  heldObjects: number
  evictions: number
  stale: number
  joins: number
  errors: number
  /** Null for tiers that no visitor reaches. */
  p50Ms: number | null
  p95Ms: number | null
  p99Ms: number | null
  savedMeanMs: number | null
}
