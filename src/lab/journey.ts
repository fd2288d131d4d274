import { hashText } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import { createGeometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { explainRequest, type Story } from '../sim/explain.ts'
import { createTiming, runOnce } from '../sim/run-once.ts'
import { Fate } from '../stats/tally.ts'
import { type Bench, planText } from './engine.ts'
import { whyOf } from './why.ts'

/** Which request is to be followed: by its number from 0, or one of a kind in the second half of the run. */
export type JourneyWish = number | 'hit' | 'miss' | 'slowest'

/** One request as it went, and why, in sentences. */
export interface Journey {
  story: Story
  why: string[]
}

/** Follows one request of a scenario. Throws UserError when there is none of that kind. */
export function followOne(text: string, bench: Bench, wish: JourneyWish): Journey {
  const { atlas, readTrace } = bench
  const plan = planText(text, atlas)
  const request = typeof wish === 'number' ? wish : findRequest(plan, bench, wish)
  const story = explainRequest(plan, atlas, request, readTrace(plan))
  return { story, why: whyOf(plan, story) }
}

/** The first hit or miss of the second half of a run, or its slowest request. */
function findRequest(plan: Plan, { atlas, readTrace }: Bench, wish: 'hit' | 'miss' | 'slowest'): number {
  const { traffic } = plan
  const trace = readTrace(plan)
  const made = traffic.kind === 'synthetic' ? (traffic.ratePerSecond * traffic.durationMs) / 1000 : trace!.requests
  const half = Math.min(traffic.requests, made) / 2
  const geometry = createGeometry(plan, atlas)
  const timing = createTiming(plan, geometry, hashText(plan.seed, 'draws 0'))
  const wanted = wish === 'hit' ? Fate.hit : Fate.miss
  const under = new Map<number, { place: number; edge: number }>()
  let found = -1
  let slowestMs = 0
  const watch = {
    seen(request: number, _now: number, _id: number, place: number, edge: number): void {
      if (wish === 'slowest' && request >= half) under.set(request, { place, edge })
    },
    explained: () => {},
    lost: () => {},
    served(request: number, fate: Fate, waitMs: number): void {
      if (request < half) return
      if (wish !== 'slowest') {
        if (fate === wanted && (found < 0 || request < found)) found = request
        return
      }
      const way = under.get(request)
      under.delete(request)
      if (!way || fate === Fate.error) return
      timing.draw(request)
      timing.time(way.place, way.edge, 0, waitMs)
      if (timing.withMs > slowestMs) [slowestMs, found] = [timing.withMs, request]
    },
  }
  runOnce({ plan, geometry, replication: 0, trace, watch })
  if (found < 0) throw new UserError({ message: `the second half of the run has no ${wish}` })
  return found
}
