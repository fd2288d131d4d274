import type { Ms } from '../lib/clock.ts'
import { hashText } from '../lib/random.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { createTiming } from '../sim/run-once.ts'
import type { tierFigures } from '../sim/run-rows.ts'
import type { Timing } from '../sim/timing.ts'
import { Fate, Tally } from '../stats/tally.ts'

/** What was seen of one request to a real PoP. */
export interface Seen {
  /** Number of the request, from 0: what chance decides of its way is drawn by it, as in a run. */
  number: number
  /** Index of the edge; that of the plan's edges + 1 when none was reached. */
  edge: number
  /** Index of the visitor's place. */
  place: number
  /** Index of the behaviour. */
  behavior: number
  fate: Fate
  /** Why it was no hit; empty for a hit. */
  reason: string
  bytes: number
  /** What the visitor waited for the PoP, in ms of the model. */
  waitMs: Ms
}

type TierSums = Parameters<typeof tierFigures>[0]

/** Requests to real PoPs, counted as a run counts its own. */
export interface Measured {
  tally: Tally
  reasons: Record<string, number>
  origin: { asks: number; bytes: number }
  /** What other PoPs asked of each tier, in the order of the plan's PoPs; of edges nothing. */
  tiers: TierSums[]
}

export function createMeasured({ pops, visitors, behaviors }: Plan): Measured {
  const edges = pops.filter(({ isEdge }) => isEdge).length
  const noSums = { asks: 0, askHits: 0, askStale: 0, askHitBytes: 0, askBytes: 0, askJoins: 0, askErrors: 0 }
  return {
    tally: new Tally({ edges, places: visitors.places.length, behaviors: behaviors.length }),
    reasons: {},
    origin: { asks: 0, bytes: 0 },
    tiers: pops.map(() => ({ ...noSums })),
  }
}

/** The sum of two stretches, in columns of its own. */
export function addMeasured(first: Measured, second: Measured): Measured {
  const tally = first.tally.copy()
  tally.add(second.tally)
  const reasons = { ...first.reasons }
  for (const [reason, count] of Object.entries(second.reasons)) reasons[reason] = (reasons[reason] ?? 0) + count
  const sum = <Sums extends object>(a: Sums, b: Sums): Sums =>
    Object.fromEntries(Object.entries(a).map(([key, value]) => [key, value + b[key as keyof Sums]])) as Sums
  return {
    tally,
    reasons,
    origin: sum(first.origin, second.origin),
    tiers: first.tiers.map((tier, pop) => sum(tier, second.tiers[pop]!)),
  }
}

/**
 * Tells how long a visitor waits, with the CDN and without it. Loopback knows no distance: the visitor's own way, to the PoP and
 * to the origin, is the model's, drawn as in a run; what the PoP made the visitor wait is measured.
 */
export function createMeter(plan: Plan, geometry: Geometry): (seen: Seen) => Timing {
  const timing = createTiming(plan, geometry, hashText(plan.seed, 'draws 0'))
  return ({ number, place, edge, bytes, waitMs }) => {
    timing.draw(number)
    timing.time(place, edge, bytes, waitMs)
    return timing
  }
}

/** Counts a request. `timing` is what the meter said of it. */
export function count({ tally, reasons }: Measured, seen: Seen, { withMs, directMs }: Timing): void {
  const { edge, place, behavior, fate, reason, bytes } = seen
  if (reason !== '') reasons[reason] = (reasons[reason] ?? 0) + 1
  if (fate === Fate.error) tally.recordError(edge, behavior)
  else tally.record(edge, place, behavior, fate, bytes, withMs, directMs)
}

/** Counts what another PoP asked of a tier. */
export function addAsk(sums: Measured['tiers'][number], fate: Fate, bytes: number): void {
  sums.asks++
  sums.askBytes += bytes
  if (fate === Fate.hit) sums.askHits++
  if (fate === Fate.stale) sums.askStale++
  if (fate <= Fate.stale) sums.askHitBytes += bytes
  if (fate === Fate.join) sums.askJoins++
  if (fate === Fate.error) sums.askErrors++
}

/** Why a request with a fate was no hit. What a PoP no longer holds is not told from what it never held. */
export const reasonOfFate: readonly string[] = ['', '', 'expired', 'absent', 'join', 'uncacheable', 'error']
