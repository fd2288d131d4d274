import type { Ms } from '../lib/clock.ts'
import { type Batch, firstRowAt } from '../traffic/traffic.ts'
import type { Away } from './away.ts'
import type { MomentClock } from './moment-clock.ts'
import type { OrderedLedger } from './ordered-ledger.ts'
import type { Simulation, Walk } from './simulate.ts'
import { createVisits } from './visit.ts'

/** What keeps a thread in step with others. */
export interface Windows {
  clock: MomentClock
  away: Away
  /** Where a share counts whose PoPs ask across; null where only others ask. */
  ledger: OrderedLedger | null
  /** Time that all threads can go ahead before they must hear of each other. */
  windowMs: Ms
}

/**
 * The walk of one thread through the requests of its own PoPs in order of time, window by window. An ask that is sent in a window arrives
 * after it, and so does an answer that is given in it. So each thread walks through a window alone, and hands over at its end; all threads
 * have the same windows. Source: conservative parallel simulation by windows of lookahead; D. Nicol, 1993.
 */
export function createWindowWalk(simulation: Simulation, { clock, away, ledger, windowMs }: Windows): Walk {
  const { edgeOf, own, world } = simulation
  const visits = createVisits(simulation)
  /** Everything before this time is done. */
  let reachedMs = 0

  function reach(ms: Ms): void {
    clock.runUntil(ms)
    ledger?.closeWalk()
    away.exchange(world)
    ledger?.closeWindow()
    reachedMs = ms
  }

  function visit({ first, timesMs, objects, places }: Batch, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const place = places[row]!
      const edge = edgeOf[place]!
      if (own !== null && own[Math.max(0, edge)] === 0) continue
      const now = timesMs[row]!
      clock.begin(first + row, now)
      visits.one(first + row, now, objects[row]!, place, edge)
    }
  }

  return {
    rows(batch, from, to) {
      const { timesMs } = batch
      for (let start = from; start < to; ) {
        // Where nobody asks for longer than a window, nothing is sent: all can go on to the next request at once.
        if (timesMs[start]! >= reachedMs + windowMs) reach(timesMs[start]!)
        const endMs = reachedMs + windowMs
        const stop = Math.min(to, firstRowAt(batch, endMs, start))
        visit(batch, start, stop)
        reach(stop < to ? endMs : timesMs[to - 1]!)
        start = stop
      }
    },
    until: ms => {
      if (ms > reachedMs) reach(ms)
    },
    out: () => reach(Number.POSITIVE_INFINITY),
  }
}
