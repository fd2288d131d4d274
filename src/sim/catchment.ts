import { routeAll } from '../geo/mis-routing.ts'
import { createRouter } from '../geo/routers/index.ts'
import type { Pop } from '../network/pop.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Tally } from '../stats/tally.ts'
import type { TimelineColumns } from '../stats/timeline.ts'
import { type OneRun, type Part, routerContextOf } from './run-once.ts'

/** What the edges of one share of a run counted, as plain data for another thread. */
export interface RunShare {
  parts: { tally: Tally; origin: Part['origin']; totals: Part['totals'] }[]
  timeline: TimelineColumns
  /** Of each edge, own or not. */
  shelves: Shelf[]
}

interface Shelf {
  heldBytes: number
  heldObjects: number
  evictions: number
  totals: Pop['totals']
}

/**
 * Why a run cannot be split by the catchments of its PoPs with exact results; undefined where it can. PoPs that share a tier, a queue or
 * a backend see each other's requests in true order; a place that changes its PoP has sums of both.
 */
export function whyWhole({ pops, origin, backends, events }: Plan): string | undefined {
  if (pops.some(({ parent }) => parent >= 0)) return 'its PoPs share a tier'
  if (backends !== null) return 'what stands behind its PoPs is shared'
  if (Number.isFinite(origin.concurrency)) return 'its PoPs share the queue of the origin'
  if (events.some(({ type }) => type === 'pop-down' || type === 'pop-up')) return 'visitors change their PoP'
  return undefined
}

/** The edges of each of so many shares, as 1 in a column. */
export function sharesOf(plan: Plan, geometry: Geometry, count: number): Uint8Array[] {
  const context = routerContextOf(plan, geometry)
  const edgeOf = routeAll(createRouter(plan.router, context).route, context)
  const weightOf = new Float64Array(geometry.edges)
  for (const [place, edge] of edgeOf.entries()) if (edge >= 0) weightOf[edge]! += plan.visitors.weights[place]!
  const shares = Array.from({ length: count }, () => ({ own: new Uint8Array(geometry.edges), weight: 0 }))
  // The heaviest edge first, each to the share that has least: no share is more than a third above the best. Source: R. Graham, 1969.
  for (const edge of [...weightOf.keys()].sort((a, b) => weightOf[b]! - weightOf[a]! || a - b)) {
    const lightest = shares.reduce((least, share) => (share.weight < least.weight ? share : least))
    lightest.own[edge] = 1
    lightest.weight += weightOf[edge]!
  }
  return shares.map(({ own }) => own)
}

/** What a run of some edges counted. */
export function shareOf({ parts, timeline, world }: OneRun): RunShare {
  return {
    parts: parts.map(({ tally, origin, totals }) => ({ tally, origin, totals })),
    timeline: timeline.columns(),
    shelves: world.pops.map(({ cache, evictions, totals }) => ({
      heldBytes: cache.heldBytes,
      heldObjects: cache.heldObjects,
      evictions,
      totals,
    })),
  }
}

/**
 * The run of all edges, from that of one share and what the others counted. Counts and bytes are whole numbers, and every sum of times
 * belongs to one edge or place: the order of adding changes nothing, and the result is that of one thread, to the last bit.
 */
export function joinShares(first: OneRun, others: readonly { own: Uint8Array; share: RunShare }[]): OneRun {
  const pops = [...first.world.pops]
  const origin = { ...first.world.origin }
  for (const { own, share } of others) {
    for (const [index, { tally, origin: asked, totals }] of share.parts.entries()) {
      const part = first.parts[index]!
      part.tally.add(tally)
      part.origin = { asks: part.origin.asks + asked.asks, bytes: part.origin.bytes + asked.bytes }
      part.totals = part.totals.map((total, pop) => (own[pop] === 1 ? totals[pop]! : total))
    }
    const last = share.parts.at(-1)!.origin
    origin.asks += last.asks
    origin.bytes += last.bytes
    first.timeline.add(share.timeline)
    // Reports ask a PoP that has run elsewhere for what its shelf says, and for nothing else.
    for (const [pop, shelf] of share.shelves.entries())
      if (own[pop] === 1)
        pops[pop] = { cache: shelf, evictions: shelf.evictions, totals: shelf.totals } as unknown as Pop
  }
  return { ...first, world: { ...first.world, pops, origin } }
}
