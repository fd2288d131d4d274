import { coarseBucketOf, coarseBuckets, coarseP95Ms } from './coarse-latency.ts'
import type { Served } from './served.ts'
import { Fate } from './tally.ts'

const { stale, error } = Fate

/** What a timeline has counted, as plain columns that can be sent to another thread. */
export type TimelineColumns = Record<'requests' | 'hits' | 'stale' | 'errors' | 'originAsks', Float64Array> & {
  latency: Uint32Array
}

/** The run in equal steps of time: what a chart over time and the search for the warm-up need. */
export class Timeline {
  readonly steps: number
  readonly stepMs: number
  readonly requests: Float64Array
  readonly hits: Float64Array
  readonly stale: Float64Array
  readonly errors: Float64Array
  readonly originAsks: Float64Array
  readonly #latency: Uint32Array

  constructor(steps: number, durationMs: number) {
    this.steps = steps
    this.stepMs = Math.max(durationMs / steps, Number.MIN_VALUE)
    this.requests = new Float64Array(steps)
    this.hits = new Float64Array(steps)
    this.stale = new Float64Array(steps)
    this.errors = new Float64Array(steps)
    this.originAsks = new Float64Array(steps)
    this.#latency = new Uint32Array(steps * coarseBuckets)
  }

  columns(): TimelineColumns {
    const { requests, hits, stale, errors, originAsks } = this
    return { requests, hits, stale, errors, originAsks, latency: this.#latency }
  }

  /** Adds what another share of the same run counted. */
  add(other: TimelineColumns): void {
    const own = this.columns()
    for (const name of Object.keys(own) as (keyof TimelineColumns)[]) {
      const [to, from] = [own[name], other[name]]
      for (let index = 0; index < to.length; index++) to[index]! += from[index]!
    }
  }

  /** The step of a time; what is later than expected counts in the last one. */
  stepOf(now: number): number {
    const step = Math.floor(now / this.stepMs)
    return step < this.steps ? step : this.steps - 1
  }

  record(step: number, fate: Fate, withMs: number): void {
    this.requests[step]!++
    if (fate === error) {
      this.errors[step]!++
      return
    }
    if (fate <= stale) this.hits[step]!++
    if (fate === stale) this.stale[step]!++
    this.#latency[step * coarseBuckets + coarseBucketOf(withMs)]!++
  }

  /** Counts the requests of a block that were timed. */
  recordAll({ count, timesMs, fates, withMs }: Served): void {
    for (let row = 0; row < count; row++) this.record(this.stepOf(timesMs[row]!), fates[row] as Fate, withMs[row]!)
  }

  /** 95th percentile of some steps together in ms, within a quarter of a doubling; NaN where nothing was served. */
  p95Ms(firstStep: number, steps: number): number {
    const counts = new Float64Array(coarseBuckets)
    for (let cell = 0; cell < steps * coarseBuckets; cell++)
      counts[cell % coarseBuckets]! += this.#latency[firstStep * coarseBuckets + cell]!
    return coarseP95Ms(counts)
  }
}
