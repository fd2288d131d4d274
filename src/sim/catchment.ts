import type { Plan } from '../scenario/plan.ts'
import { Tally } from '../stats/tally.ts'
import { Timeline, type TimelineColumns } from '../stats/timeline.ts'
import type { Partition } from './partition.ts'
import { type Counted, type CountedPop, type OneRun, type Part, timelineSteps } from './run-once.ts'

/** What the PoPs of one share of a run counted, as plain data for another thread. */
export interface RunShare {
  parts: Pick<Part, 'fromMs' | 'tally' | 'origin' | 'totals'>[]
  timeline: TimelineColumns
  durationMs: number
  requests: number
  bytesOf: Float64Array
  /** Of each PoP, own or not. */
  pops: CountedPop[]
}

/**
 * Why a run cannot be split with exact results; undefined where it can. A queue or a backend at the origin sees all requests in true order
 * and at once; a place that changes its PoP has sums of both.
 */
export function whyWhole({ origin, backends, events }: Plan): string | undefined {
  if (backends !== null) return 'what stands behind its PoPs is shared'
  if (Number.isFinite(origin.concurrency)) return 'its PoPs share the queue of the origin'
  if (events.some(({ type }) => type === 'pop-down' || type === 'pop-up')) return 'visitors change their PoP'
  return undefined
}

/** What a run of some PoPs counted. */
export function shareOf({ parts, timeline, world, requests, durationMs, catalog }: OneRun): RunShare {
  return {
    parts,
    timeline: timeline.columns(),
    durationMs,
    requests,
    bytesOf: catalog.bytesOf,
    pops: world.pops.map(({ cache: { heldBytes, heldObjects }, evictions, totals }) => ({
      cache: { heldBytes, heldObjects },
      evictions,
      totals,
    })),
  }
}

/**
 * The run of all PoPs, from what the shares counted, in their order. Counts and bytes are whole numbers, and every sum of times belongs to
 * one edge or place: the order of adding changes nothing, and the result is that of one thread, to the last bit.
 */
export function joinShares(shares: readonly RunShare[], { homeOf }: Partition): Counted {
  const first = shares[0]!
  const timeline = new Timeline(timelineSteps, first.durationMs)
  const parts = first.parts.map(({ fromMs, tally }): Part => {
    return { fromMs, tally: new Tally(tally.shape), origin: { asks: 0, bytes: 0 }, totals: [] }
  })
  for (const share of shares) {
    timeline.add(share.timeline)
    for (const [index, { tally, origin }] of share.parts.entries()) {
      const part = parts[index]!
      part.tally.add(tally)
      part.origin.asks += origin.asks
      part.origin.bytes += origin.bytes
    }
  }
  for (const [index, part] of parts.entries())
    part.totals = Array.from(homeOf, (home, pop) => shares[home]!.parts[index]!.totals[pop]!)
  return {
    ...{ parts, timeline, requests: first.requests, durationMs: first.durationMs },
    catalog: { bytesOf: first.bytesOf },
    world: { pops: Array.from(homeOf, (home, pop) => shares[home]!.pops[pop]!), backends: null },
  }
}
