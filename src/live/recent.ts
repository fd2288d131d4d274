import type { Ms } from '../lib/clock.ts'
import { coarseBucketOf, coarseBuckets, coarseP95Ms } from '../stats/coarse-latency.ts'
import type { RunResult } from '../stats/result.ts'
import { Fate } from '../stats/tally.ts'

/** The last stretch of a time without end, in equal steps: a ring, in which a new step takes the place of the oldest. */
export class Recent {
  readonly steps: number
  readonly stepMs: Ms
  readonly #requests: Float64Array
  readonly #hits: Float64Array
  readonly #stale: Float64Array
  readonly #errors: Float64Array
  readonly #originAsks: Float64Array
  readonly #latency: Uint32Array
  /** Number of the newest step since the beginning. */
  #newest = 0

  constructor(steps: number, stepMs: Ms) {
    this.steps = steps
    this.stepMs = stepMs
    this.#requests = new Float64Array(steps)
    this.#hits = new Float64Array(steps)
    this.#stale = new Float64Array(steps)
    this.#errors = new Float64Array(steps)
    this.#originAsks = new Float64Array(steps)
    this.#latency = new Uint32Array(steps * coarseBuckets)
  }

  record(now: Ms, fate: Fate, withMs: Ms): void {
    const row = this.#rowAt(now)
    this.#requests[row]!++
    if (fate === Fate.error) {
      this.#errors[row]!++
      return
    }
    if (fate <= Fate.stale) this.#hits[row]!++
    if (fate === Fate.stale) this.#stale[row]!++
    this.#latency[row * coarseBuckets + coarseBucketOf(withMs)]!++
  }

  recordOrigin(now: Ms, asks: number): void {
    this.#originAsks[this.#rowAt(now)]! += asks
  }

  /** When the oldest step that is kept began. */
  get fromMs(): Ms {
    return Math.max(0, this.#newest - this.steps + 1) * this.stepMs
  }

  /** The steps from the oldest to the one that holds `now`. */
  series(now: Ms): RunResult['series'] {
    this.#rowAt(now)
    const first = Math.max(0, this.#newest - this.steps + 1)
    const rows = Array.from({ length: this.#newest - first + 1 }, (_, step) => (first + step) % this.steps)
    const pick = (column: Float64Array): number[] => rows.map(row => column[row]!)
    return {
      stepMs: this.stepMs,
      requests: pick(this.#requests),
      hitRatio: rows.map(row => this.#hits[row]! / this.#requests[row]!),
      originRequests: pick(this.#originAsks),
      stale: pick(this.#stale),
      errors: pick(this.#errors),
      p95Ms: rows.map(row => this.#p95Ms(row)),
    }
  }

  /** Row of a time; steps that nothing was counted in are made empty on the way. A clock that goes back counts in the newest step. */
  #rowAt(now: Ms): number {
    const step = Math.max(this.#newest, Math.floor(now / this.stepMs))
    for (let next = Math.max(this.#newest + 1, step - this.steps + 1); next <= step; next++) {
      const row = next % this.steps
      for (const column of [this.#requests, this.#hits, this.#stale, this.#errors, this.#originAsks]) column[row] = 0
      this.#latency.fill(0, row * coarseBuckets, (row + 1) * coarseBuckets)
    }
    this.#newest = step
    return step % this.steps
  }

  #p95Ms(row: number): Ms {
    const counts = this.#latency.subarray(row * coarseBuckets, (row + 1) * coarseBuckets)
    return coarseP95Ms(counts)
  }
}
