import { Verdict } from '../cache/verdict.ts'
import type { Ms } from '../lib/clock.ts'
import { Outcome } from '../network/flights.ts'
import { Fate, missReasons } from '../stats/tally.ts'
import type { Batch } from '../traffic/traffic.ts'
import type { Simulation } from './simulate.ts'

const reasonIndex = Object.fromEntries(missReasons.map((reason, index) => [reason, index])) as Record<
  (typeof missReasons)[number],
  number
>

/**
 * Sends one request to its edge and counts what becomes of it. A hit is looked up, timed and counted here, without an allocation;
 * everything else becomes a fetch, whose answer may come later.
 */
export function createVisit(simulation: Simulation): (batch: Batch, row: number, edge: number) => void {
  const { world, rules, catalog, timing, edges, timeline, tally, nextUseOf, watch } = simulation
  const { pops } = world
  const { behaviorOf } = rules
  const { bytesOf } = catalog

  function count(
    request: number,
    now: Ms,
    id: number,
    place: number,
    edge: number,
    fate: Fate,
    bytes: number,
    waitMs: Ms,
  ): void {
    const step = timeline.stepOf(now)
    if (watch !== null) watch.served(request, fate, waitMs)
    if (fate === Fate.error) {
      tally.current.recordError(edge, behaviorOf[id]!)
      timeline.record(step, fate, 0)
      return
    }
    timing.draw(request)
    timing.time(place, edge, bytes, waitMs)
    tally.current.record(edge, place, behaviorOf[id]!, fate, bytes, timing.withMs, timing.directMs)
    timeline.record(step, fate, timing.withMs)
  }

  function fetch(request: number, now: Ms, id: number, place: number, edge: number, verdict: Verdict): void {
    const pop = pops[edge]!
    const reason = verdict === Verdict.miss ? reasonIndex[pop.reasonOf(id)] : reasonOfVerdict[verdict]!
    pop.fetch(id, now, verdict, (answer, then, outcome) => {
      const fate = fateOf(verdict, outcome)
      if (fate !== Fate.stale) tally.current.reasons[fate === Fate.error ? reasonIndex.error : reason]!++
      count(request, now, id, place, edge, fate, answer.bytes, then - now)
    })
  }

  return (batch, row, edge) => {
    const request = batch.first + row
    const now = batch.timesMs[row]!
    const id = batch.objects[row]!
    const place = batch.places[row]!
    if (edge < 0) {
      tally.current.reasons[reasonIndex.error]!++
      return count(request, now, id, place, edges, Fate.error, 0, 0)
    }
    const pop = pops[edge]!
    if (nextUseOf !== null) pop.nextUse = nextUseOf(request)
    const verdict = pop.look(id, now)
    if (watch !== null) watch.seen(request, now, id, place, edge, verdict)
    if (verdict === Verdict.hit) count(request, now, id, place, edge, Fate.hit, bytesOf[id]!, 0)
    else fetch(request, now, id, place, edge, verdict)
  }
}

/** Reason of a verdict that needs no closer look; -1 where there is none, or where the PoP knows it. */
const reasonOfVerdict = {
  [Verdict.hit]: -1,
  [Verdict.stale]: -1,
  [Verdict.expired]: reasonIndex.expired,
  [Verdict.miss]: -1,
  [Verdict.join]: reasonIndex.join,
  [Verdict.pass]: reasonIndex.uncacheable,
}

function fateOf(verdict: Verdict, outcome: Outcome): Fate {
  if (outcome === Outcome.failed) return Fate.error
  if (outcome === Outcome.staleIfError || verdict === Verdict.stale) return Fate.stale
  if (verdict === Verdict.join) return Fate.join
  if (verdict === Verdict.pass) return Fate.pass
  return outcome === Outcome.revalidated ? Fate.revalidated : Fate.miss
}
