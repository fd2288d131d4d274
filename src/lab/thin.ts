import type { Spec } from '../lib/registry.ts'
import type { Plan } from '../scenario/plan.ts'

/** A plan cut down for a quick look, and what was cut, as a sentence for the page. */
export interface ThinPlan {
  plan: Plan
  /** One of so many objects is kept; 1: the plan is whole. */
  factor: number
  says: string
}

/** Requests that a quick look may make. */
const quickRequests = 100_000
/** The same with many PoPs, each of which costs something too. */
const quickRequestsOfMany = 80_000
/** Pairs of city and PoP that a quick look may measure. The number of cities goes by doublings, so that a PoP more changes no city. */
const quickPairs = 400_000
/** With more PoPs than this, looking for the end of the warm-up takes longer than the run. */
const manyPops = 100
/** Fewer cities than this show no map. */
const leastCities = 60

/**
 * The same world with one of `factor` objects, over the same time: as many times fewer requests and less room on each shelf, so that
 * each object that is left is asked for as often as before and finds as much competition. Each stands for its neighbours in rank.
 * Only the largest cities are kept where cities times PoPs are many. Replayed traces and popularities without ranks stay whole.
 * Source: C. Waldspurger et al.: Efficient MRC Construction with SHARDS, FAST 2015, section 3: spatially hashed sampling.
 */
export function thinPlan(plan: Plan): ThinPlan {
  const { traffic, visitors, origin } = plan
  const whole = { plan, factor: 1, says: '' }
  if (traffic.kind === 'trace') return whole
  const expected = Math.min(traffic.requests, (traffic.ratePerSecond * traffic.durationMs) / 1000)
  const popularity = thinPopularity(traffic.popularity)
  const edges = plan.pops.filter(({ isEdge }) => isEdge).length
  const factor = Math.min(
    Math.ceil(expected / (edges > manyPops ? quickRequestsOfMany : quickRequests)),
    Math.floor(traffic.objects / 100),
  )
  const room = Math.max(leastCities, leastCities * 2 ** Math.floor(Math.log2(quickPairs / edges / leastCities)))
  const cities = Math.min(visitors.places.length, room)
  if (factor < 2 || popularity === null) return whole
  const weight = visitors.weights.slice(0, cities).reduce((sum, part) => sum + part, 0)
  const isHalf = edges > manyPops && plan.warmup.kind === 'mser5'
  const thin: Plan = {
    ...plan,
    replications: 1,
    warmup: isHalf ? { kind: 'share', share: 0.5 } : plan.warmup,
    pops: plan.pops.map(pop => ({ ...pop, capacityBytes: Math.ceil(pop.capacityBytes / factor) })),
    origin: {
      ...origin,
      concurrency: Math.ceil(origin.concurrency / factor),
      queue: Math.ceil(origin.queue / factor),
    },
    visitors: {
      ...visitors,
      places: visitors.places.slice(0, cities),
      weights: visitors.weights.slice(0, cities).map(part => part / weight),
      utcOffsetHours: visitors.utcOffsetHours.slice(0, cities),
    },
    traffic: {
      ...traffic,
      objects: Math.ceil(traffic.objects / factor),
      requests: Math.ceil(traffic.requests / factor),
      ratePerSecond: traffic.ratePerSecond / factor,
      popularity: popularity(factor),
    },
    events: plan.events.map(event =>
      event.type === 'flash-crowd' ? { ...event, object: Math.floor(event.object / factor) } : event,
    ),
  }
  const fewer = cities < visitors.places.length ? `, and from the ${cities} largest cities` : ''
  const later = isHalf ? ', second half of the run' : ''
  return { plan: thin, factor, says: `1 of ${factor} objects, requests and bytes of room${fewer}${later}` }
}

/** How a popularity is told that its objects stand for others; null where that means nothing. */
function thinPopularity(spec: Spec): ((factor: number) => Spec) | null {
  if (typeof spec === 'string') {
    if (spec === 'uniform') return () => spec
    return spec === 'zipf' ? thin => ({ name: 'zipf', thin }) : null
  }
  return spec.name === 'zipf' && !('thin' in spec) ? thin => ({ ...spec, thin }) : null
}
