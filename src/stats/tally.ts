import { bucketCount, bucketOf } from '../lib/log-histogram.ts'
import { BackendTally } from './backend-tally.ts'
import type { Served } from './served.ts'

/** Every request ends in exactly one of these; they add up. */
export const Fate = {
  /** Served from the shelf, fresh. */
  hit: 0,
  /** Served from the shelf though no longer fresh: while it is refreshed, or because the origin failed. */
  stale: 1,
  /** Served from the shelf after the origin said that it still holds. */
  revalidated: 2,
  /** Fetched. */
  miss: 3,
  /** Served by a fetch that another request had begun. */
  join: 4,
  /** Must not be stored: fetched each time. */
  pass: 5,
  error: 6,
} as const
export type Fate = (typeof Fate)[keyof typeof Fate]
export const fateNames = ['hit', 'stale', 'revalidated', 'miss', 'join', 'pass', 'error'] as const
export const fates = fateNames.length

export const missReasons = ['cold', 'capacity', 'expired', 'purge', 'join', 'uncacheable', 'error'] as const
export type MissReason = (typeof missReasons)[number]

/** Columns of sums for each place: requests, hits, ms with and ms without the CDN. */
export const placeSums = 4

export interface TallyShape {
  /** PoPs that visitors reach. One more row counts the requests that reach none. */
  edges: number
  places: number
  behaviors: number
  /** True where things stand behind the PoPs that are counted too. */
  hasBackends?: boolean
}

/** What happened to the requests of one stretch of a run, as columns. Stretches are added up for a report. */
export class Tally {
  readonly shape: TallyShape
  /** Requests of edge e with fate f at e x fates + f. */
  readonly requests: Float64Array
  /** Bytes served, in the same places. */
  readonly bytes: Float64Array
  readonly reasons = new Float64Array(missReasons.length)
  /** Per place, `placeSums` each. Times are of requests served. */
  readonly places: Float64Array
  /** Per behaviour: requests, hits, bytes. */
  readonly behaviors: Float64Array
  /** Latency of edge e in buckets from e x bucketCount on. */
  readonly latency: Uint32Array
  readonly direct = new Uint32Array(bucketCount)
  readonly saved = new Uint32Array(bucketCount)
  /** Mirrored: what was slower with the CDN than without. */
  readonly lost = new Uint32Array(bucketCount)
  /** Sums in ms of edge e: with the CDN at 2e, without it at 2e + 1. */
  readonly sums: Float64Array
  /** What happened behind and at the edge; null where nothing by name stands there. */
  readonly behind: BackendTally | null

  constructor(shape: TallyShape) {
    this.shape = shape
    const rows = shape.edges + 1
    this.requests = new Float64Array(rows * fates)
    this.bytes = new Float64Array(rows * fates)
    this.places = new Float64Array(shape.places * placeSums)
    this.behaviors = new Float64Array(shape.behaviors * 3)
    this.latency = new Uint32Array(rows * bucketCount)
    this.sums = new Float64Array(rows * 2)
    this.behind = shape.hasBackends === true ? new BackendTally(shape.behaviors) : null
  }

  /** Counts a request that was served. */
  record(
    edge: number,
    place: number,
    behavior: number,
    fate: Fate,
    bytes: number,
    withMs: number,
    directMs: number,
  ): void {
    const cell = edge * fates + fate
    this.requests[cell]!++
    this.bytes[cell]! += bytes
    const isHit = fate <= Fate.stale ? 1 : 0
    this.latency[edge * bucketCount + bucketOf(withMs)]!++
    this.direct[bucketOf(directMs)]!++
    const savedMs = directMs - withMs
    if (savedMs >= 0) this.saved[bucketOf(savedMs)]!++
    else this.lost[bucketOf(-savedMs)]!++
    this.sums[2 * edge]! += withMs
    this.sums[2 * edge + 1]! += directMs
    const row = place * placeSums
    this.places[row]!++
    this.places[row + 1]! += isHit
    this.places[row + 2]! += withMs
    this.places[row + 3]! += directMs
    this.behaviors[3 * behavior]!++
    this.behaviors[3 * behavior + 1]! += isHit
    this.behaviors[3 * behavior + 2]! += bytes
  }

  /** Counts a request that got an error: it has no latency. */
  recordError(edge: number, behavior: number): void {
    this.requests[edge * fates + Fate.error]!++
    this.behaviors[3 * behavior]!++
  }

  /** Counts the requests of a block that were timed, in the order of their rows. */
  recordAll({ count, edges, places, behaviors, fates: fateOf, bytes, withMs, directMs }: Served): void {
    const { behind } = this
    for (let row = 0; row < count; row++) {
      const fate = fateOf[row] as Fate
      const behavior = behaviors[row]!
      if (fate === Fate.error) {
        this.recordError(edges[row]!, behavior)
        if (behind !== null) behind.errors[behavior]!++
        continue
      }
      this.record(edges[row]!, places[row]!, behavior, fate, bytes[row]!, withMs[row]!, directMs[row]!)
      if (behind !== null) behind.serve(behavior, fate <= Fate.stale, bytes[row]!, withMs[row]!, directMs[row]!)
    }
  }

  /** The same counts in columns of their own. */
  copy(): Tally {
    const copy = new Tally(this.shape)
    copy.add(this)
    return copy
  }

  /** Adds what another stretch counted. */
  add(other: Tally): void {
    addColumn(this.requests, other.requests)
    addColumn(this.bytes, other.bytes)
    addColumn(this.reasons, other.reasons)
    addColumn(this.places, other.places)
    addColumn(this.behaviors, other.behaviors)
    addColumn(this.latency, other.latency)
    addColumn(this.direct, other.direct)
    addColumn(this.saved, other.saved)
    addColumn(this.lost, other.lost)
    addColumn(this.sums, other.sums)
    if (this.behind !== null && other.behind !== null) this.behind.add(other.behind)
  }

  /** Latency of all edges in one histogram. */
  latencyOfAll(): Float64Array {
    const { latency } = this
    const all = new Float64Array(bucketCount)
    for (let row = 0; row < latency.length; row += bucketCount)
      for (let bucket = 0; bucket < bucketCount; bucket++) all[bucket]! += latency[row + bucket]!
    return all
  }
}

function addColumn(to: Float64Array | Uint32Array, from: Float64Array | Uint32Array): void {
  for (let index = 0; index < to.length; index++) to[index]! += from[index]!
}
