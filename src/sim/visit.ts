import { Verdict } from '../cache/verdict.ts'
import type { Ms } from '../lib/clock.ts'
import { type Landed, Outcome } from '../network/flights.ts'
import type { Pop } from '../network/pop.ts'
import { Fate, missReasons, type Tally } from '../stats/tally.ts'
import type { PopOrder } from './pop-order.ts'
import type { Simulation } from './simulate.ts'

const reasonIndex = Object.fromEntries(missReasons.map((reason, index) => [reason, index])) as Record<
  (typeof missReasons)[number],
  number
>

export interface Visits {
  /** Sees to request number `request` at a time, for an object, from a place, at an edge or (-1) at none. */
  one(request: number, now: Ms, id: number, place: number, edge: number): void
  /** Sees to the requests of one edge in rows `from` to `to` - 1, whose numbers count from `first`. */
  stretch(order: PopOrder, first: number, from: number, to: number, edge: number): void
}

/**
 * Sends one request to its edge and counts what becomes of it. A hit is looked up, timed and counted here, without an allocation;
 * everything else becomes a fetch, whose answer may come later.
 */
export function createVisits(simulation: Simulation): Visits {
  const { world, rules, catalog, edges, tally, ledger, nextUseOf, watch, sentBytes } = simulation
  const { pops, backends } = world
  const viewerHooks = backends?.hooks.hasViewer ? backends.hooks : null
  const { behaviorOf, hasOne: hasOneRule } = rules
  const { bytesOf, classOf } = catalog

  function count(
    counts: Tally,
    request: number,
    now: Ms,
    id: number,
    place: number,
    edge: number,
    fate: Fate,
    bytes: number,
    waitMs: Ms,
    reason: number,
  ): void {
    if (watch !== null) watch.served(request, fate, waitMs, missReasons[reason] ?? '', now, id, place)
    const kind = backends === null ? 0 : classOf[id]!
    const sent = sentOf(sentBytes, request, bytes)
    ledger.add(counts, request, now, place, edge, hasOneRule ? 0 : behaviorOf[id]!, kind, fate, sent, waitMs)
  }

  /** Requests that wait for an answer; used again and again, so that waiting costs no garbage. */
  const free: Waiting[] = []

  function createWaiting(): Waiting {
    const waiting: Waiting = {
      counts: tally.current,
      request: 0,
      now: 0,
      id: 0,
      place: 0,
      edge: 0,
      verdict: Verdict.miss,
      reason: 0,
      hookMs: 0,
      landed: (answer, then, outcome) => {
        const { counts, request, now, id, place, edge, verdict, reason, hookMs } = waiting
        free.push(waiting)
        const fate = fateOf(verdict, outcome)
        const why = fate === Fate.stale ? -1 : fate === Fate.error ? reasonIndex.error : reason
        if (why >= 0) counts.reasons[why]!++
        count(counts, request, now, id, place, edge, fate, answer.bytes, then - now + hookMs, why)
      },
    }
    return waiting
  }

  function fetch(
    request: number,
    now: Ms,
    id: number,
    place: number,
    edge: number,
    verdict: Verdict,
    hookMs: Ms,
  ): void {
    const pop = pops[edge]!
    const waiting = free.pop() ?? createWaiting()
    waiting.counts = tally.current
    waiting.request = request
    waiting.now = now
    waiting.id = id
    waiting.place = place
    waiting.edge = edge
    waiting.verdict = verdict
    waiting.hookMs = hookMs
    waiting.reason = verdict === Verdict.miss ? reasonIndexOf(pop.reasonOf(id)) : reasonOfVerdict[verdict]!
    pop.fetch(id, now, verdict, waiting.landed)
  }

  function one(request: number, now: Ms, id: number, place: number, edge: number): void {
    if (edge < 0) {
      tally.current.reasons[reasonIndex.error]!++
      count(tally.current, request, now, id, place, edges, Fate.error, 0, 0, reasonIndex.error)
      return
    }
    const pop = pops[edge]!
    if (nextUseOf !== null) pop.nextUse = nextUseOf(request)
    const verdict = pop.look(id, now)
    if (watch !== null) watch.seen(request, now, id, place, edge, verdict)
    const hookMs = viewerHooks === null ? 0 : viewerHooks.viewerMs(edge, id, now)
    if (verdict === Verdict.hit) count(tally.current, request, now, id, place, edge, Fate.hit, bytesOf[id]!, hookMs, -1)
    else fetch(request, now, id, place, edge, verdict, hookMs)
  }

  const isPlain = sentBytes === null && nextUseOf === null && watch === null && backends === null

  function stretch(order: PopOrder, first: number, from: number, to: number, edge: number): void {
    const { rows, timesMs, objects, places } = order
    if (edge < 0 || !isPlain) {
      for (let row = from; row < to; row++) one(first + rows[row]!, timesMs[row]!, objects[row]!, places[row]!, edge)
      return
    }
    // The same for the many worlds without witnesses and hooks: a hit is looked up and written down in this very loop.
    const pop = pops[edge]!
    const counts = tally.current
    const [book, sizes, ruleOf, hit] = [ledger, bytesOf, behaviorOf, Verdict.hit]
    for (let row = from; row < to; row++) {
      const id = objects[row]!
      const now = timesMs[row]!
      const verdict = pop.look(id, now)
      if (verdict !== hit) fetch(first + rows[row]!, now, id, places[row]!, edge, verdict, 0)
      else
        book.add(
          counts,
          first + rows[row]!,
          now,
          places[row]!,
          edge,
          hasOneRule ? 0 : ruleOf[id]!,
          0,
          hit,
          sizes[id]!,
          0,
        )
    }
  }

  return { one, stretch }
}

/** What the visitor of a request gets of an object: a part at most as large as the object, or all of it. */
export function sentOf(sentBytes: Float64Array | null, request: number, bytes: number): number {
  if (sentBytes === null) return bytes
  const sent = sentBytes[request]!
  return sent < bytes ? sent : bytes
}

/** A request and what is to be counted when its answer is known. */
interface Waiting {
  /** Where it counts: what is asked for in one part of a run belongs to it, whenever the answer comes. */
  counts: Tally
  request: number
  now: Ms
  id: number
  place: number
  edge: number
  verdict: Verdict
  reason: number
  /** What hooks of visitors cost it. */
  hookMs: Ms
  landed: Landed
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

/** Comparisons, because a look-up by a name that varies is slow. */
function reasonIndexOf(reason: ReturnType<Pop['reasonOf']>): number {
  if (reason === 'cold') return reasonIndex.cold
  return reason === 'capacity' ? reasonIndex.capacity : reasonIndex.purge
}

function fateOf(verdict: Verdict, outcome: Outcome): Fate {
  if (outcome === Outcome.failed) return Fate.error
  if (outcome === Outcome.staleIfError || verdict === Verdict.stale) return Fate.stale
  if (verdict === Verdict.join) return Fate.join
  if (verdict === Verdict.pass) return Fate.pass
  return outcome === Outcome.revalidated ? Fate.revalidated : Fate.miss
}
