import { type Draws, plainDraws } from '../lib/draws.ts'
import type { Random } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import { policies } from '../policies/index.ts'
import type { EventPlan, Plan, TrafficPlan } from '../scenario/plan.ts'
import { type ObjectKind, objectKindsOf } from '../scenario/rules.ts'
import type { World } from '../scenario/world.ts'
import { createCatalog } from '../traffic/catalog.ts'
import type { FlashCrowd } from '../traffic/crowds.ts'
import { popularities } from '../traffic/popularity.ts'
import { createSyntheticTraffic, expectedLoad } from '../traffic/synthetic.ts'
import type { Catalog, Traffic } from '../traffic/traffic.ts'
import { foresee } from './foresight.ts'
import type { Routing } from './run-once.ts'

/** A trace that was looked through once: what it asks for, how much and for how long, and a way to read it again. */
export interface TraceSource {
  catalog: Catalog
  requests: number
  durationMs: number
  /** Bytes that the visitor of a request gets, by its number, where that is a part of the object; NaN: all of it. Not there: all get all. */
  sentBytes?: Float64Array | null
  /** The requests of the trace; places that it does not say are drawn from the weights. */
  open(weights: readonly number[], random: Random): Traffic
}

/** What is asked for in one run. */
export interface Load {
  catalog: Catalog
  classes: ObjectKind[]
  traffic: Traffic
  /** Expected, where chance decides. */
  requests: number
  durationMs: number
  /** As in `TraceSource`; null where nobody gets a part. */
  sentBytes: Float64Array | null
  /** Tells the next use of each request at its edge where a policy must know it, else null. */
  foresee(routing: Routing, world: World): ((request: number) => number) | null
}

export function createLoad(plan: Plan, trace: TraceSource | null, random: Random, draws: Draws = plainDraws): Load {
  const { traffic } = plan
  const load =
    traffic.kind === 'synthetic' ? syntheticLoad(plan, traffic, random, draws) : tracedLoad(plan, trace, random)
  const first = load.open()
  return {
    ...load,
    traffic: first,
    foresee(routing) {
      if (!plan.pops.some(({ policy }) => policies.choose(policy).definition.needsFuture)) return null
      const blind = plan.pops.find(({ isEdge, policy }) => !isEdge && policies.choose(policy).definition.needsFuture)
      if (blind)
        throw new UserError({
          message: `${blind.id}: a shield's policy cannot know the future`,
          hint: 'its requests depend on what the edges miss; belady works at edges',
        })
      if (plan.events.some(({ type }) => type === 'pop-down' || type === 'pop-up'))
        throw new UserError('a policy that knows the future needs PoPs that do not fail')
      return foresee(load.open(), routing.edgeOf, load.catalog.count, load.requests)
    },
  }
}

interface Source extends Omit<Load, 'traffic' | 'foresee'> {
  /** Each call gives the same requests. */
  open(): Traffic
}

function syntheticLoad(
  plan: Plan,
  traffic: Extract<TrafficPlan, { kind: 'synthetic' }>,
  random: Random,
  draws: Draws,
): Source {
  const { visitors, events } = plan
  const { classes, popularity } = traffic
  const options = {
    ...traffic,
    weights: visitors.weights,
    utcOffsetHours: visitors.utcOffsetHours,
    diurnal: visitors.diurnal,
    startHourUtc: visitors.startHourUtc,
    crowds: events.flatMap(event => (event.type === 'flash-crowd' ? [crowdOf(event, plan)] : [])),
  }
  const expected = expectedLoad(options)
  const chosen = popularities.choose(popularity)
  const objects = chosen.definition.catalogSize(traffic.objects, expected.requests, chosen.params)
  return {
    catalog: createCatalog(objects, classes, random.fork('catalogue')),
    classes,
    ...expected,
    sentBytes: null,
    open: () => createSyntheticTraffic({ ...options, random: random.fork('traffic'), draws }),
  }
}

function tracedLoad(plan: Plan, trace: TraceSource | null, random: Random): Source {
  if (trace === null) throw new UserError('the scenario reads a trace, and none was given')
  const { catalog, requests, durationMs, sentBytes = null } = trace
  return {
    catalog,
    classes: objectKindsOf(plan.traffic),
    requests,
    durationMs,
    sentBytes,
    open: () => trace.open(plan.visitors.weights, random.fork('traffic')),
  }
}

/** A crowd's visitors come from a city, from a country, or from everywhere. */
function crowdOf(event: Extract<EventPlan, { type: 'flash-crowd' }>, { visitors }: Plan): FlashCrowd {
  const { atMs, untilMs, factor, object, share, place } = event
  const wanted = place.toLowerCase()
  const isFrom = ({ name, cc }: { name?: string; cc?: string }): boolean =>
    wanted !== '' && (name?.toLowerCase() === wanted || cc?.toLowerCase() === wanted)
  const weights = visitors.places.map((from, index) => (isFrom(from) ? visitors.weights[index]! : 0))
  return { fromMs: atMs, untilMs, factor, object, share, weights }
}
