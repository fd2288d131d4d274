import type { Ms } from '../lib/clock.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { routesOf } from '../sim/run.ts'
import { seriesOf } from '../sim/run-series.ts'
import type { Manifest, RunResult } from '../stats/result.ts'
import { Fate } from '../stats/tally.ts'
import { Timeline } from '../stats/timeline.ts'
import { createBehaviorFinder } from './behaviors.ts'
import { addAsk, count, createMeasured, createMeter } from './measured.ts'
import { measuredResult } from './measured-result.ts'
import { measuredNotes } from './observer.ts'
import { popNameOf } from './pop-options.ts'
import { type CacheWord, fateOfWord, hasAsked, readCacheStatus } from './read-cache-status.ts'

/** One visit, when it was over. */
export interface Visit {
  number: number
  atMs: Ms
  place: number
  path: string
  /** 0 when nobody answered. */
  status: number
  cacheStatus: string
  bytes: number
  /** What the PoP made the visitor wait, in ms of the model. */
  waitMs: Ms
}

/** All visits, counted as a run counts its requests. */
export interface VisitLog {
  add(visit: Visit): void
  readonly requests: number
  readonly errors: number
  result(manifest: Manifest, notes: readonly string[]): RunResult
}

/** Steps of the timeline of visits. */
const steps = 320

export function createVisitLog(plan: Plan, geometry: Geometry): VisitLog {
  const measured = createMeasured(plan)
  const meter = createMeter(plan, geometry)
  const popOf = new Map(plan.pops.map(({ id }, index) => [popNameOf(id), index]))
  const find = createBehaviorFinder(plan.behaviors)
  const behaviorOf = new Map(plan.behaviors.map((rule, index) => [rule, index]))
  const routes = routesOf(plan, geometry)
  const seen: { atMs: Ms; fate: Fate; withMs: Ms; asks: number }[] = []
  let errors = 0

  /** What the caches before the edge said, and whether the origin was asked. */
  function countWay(words: readonly CacheWord[], bytes: number): number {
    for (const word of words.slice(0, -1)) {
      const pop = popOf.get(word.cache)
      if (pop !== undefined && plan.pops[pop]!.isEdge === false)
        addAsk(measured.tiers[pop]!, fateOfWord(word).fate, bytes)
    }
    const asks = words.length > 0 && words.every(hasAsked) ? 1 : 0
    measured.origin.asks += asks
    if (asks > 0 && words[0]!.fwdStatus !== 304) measured.origin.bytes += bytes
    return asks
  }

  return {
    get requests() {
      return seen.length
    },
    get errors() {
      return errors
    },
    add({ number, atMs, place, path, status, cacheStatus, bytes, waitMs }) {
      const words = readCacheStatus(cacheStatus)
      const asks = countWay(words, bytes)
      const last = words.at(-1)
      const isError = status === 0 || status >= 500 || last === undefined
      const { fate, reason } = isError ? { fate: Fate.error, reason: 'error' } : fateOfWord(last)
      const pop = popOf.get(last?.cache ?? '') ?? geometry.edges
      // A cache that the scenario does not know stands for the PoP that the router would choose.
      const edge = pop < geometry.edges ? pop : last === undefined ? geometry.edges : routes.edgeOf[place]!
      if (isError) errors++
      const behavior = behaviorOf.get(find(path)!) ?? plan.behaviors.length - 1
      const one = { number, edge, place, behavior, fate, reason, bytes, waitMs }
      const timing = meter(one)
      count(measured, one, timing)
      seen.push({ atMs, fate, withMs: timing.withMs, asks })
    },
    result(manifest, notes) {
      const timeline = new Timeline(steps, Math.max(1, seen.at(-1)?.atMs ?? 0) * (1 + 1e-9))
      for (const { atMs, fate, withMs, asks } of seen) {
        const step = timeline.stepOf(atMs)
        timeline.record(step, fate, withMs)
        timeline.originAsks[step]! += asks
      }
      return measuredResult({
        plan,
        manifest,
        measured,
        routes,
        shelves: [],
        series: seriesOf([timeline]),
        events: [],
        notes: [...notes, ...measuredNotes],
      })
    },
  }
}
