import type { Ms } from '../lib/clock.ts'
import { Served } from '../stats/served.ts'
import type { Fate, Tally } from '../stats/tally.ts'
import type { Timeline } from '../stats/timeline.ts'
import type { Timing } from './timing.ts'

/** Where requests are written down whose fate is known. They are timed and counted block by block, in the order in which they came. */
export class Ledger {
  readonly #timing: Timing
  readonly #timeline: Timeline
  readonly #served = new Served()
  /** Where the rows of the block count. */
  #counts: Tally

  constructor(timing: Timing, timeline: Timeline, counts: Tally) {
    this.#timing = timing
    this.#timeline = timeline
    this.#counts = counts
  }

  /** Writes down one request; `counts` is the tally of the part of the run in which it was made. */
  add(
    counts: Tally,
    request: number,
    now: Ms,
    place: number,
    edge: number,
    behavior: number,
    kind: number,
    fate: Fate,
    bytes: number,
    waitMs: Ms,
  ): void {
    if (this.#served.isFull || counts !== this.#counts) this.flush()
    this.#counts = counts
    this.#served.add(request, now, place, edge, behavior, kind, fate, bytes, waitMs)
  }

  /** Times and counts what was written down since the last time. */
  flush(): void {
    this.#timing.timeAll(this.#served)
    this.#counts.recordAll(this.#served)
    this.#timeline.recordAll(this.#served)
    this.#served.count = 0
  }
}
