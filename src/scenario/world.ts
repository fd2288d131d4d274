import type { Cache } from '../cache/cache.ts'
import type { Future, ObjectId } from '../cache/policy.ts'
import { Verdict } from '../cache/verdict.ts'
import type { Clock, Ms } from '../lib/clock.ts'
import { createRandom } from '../lib/random.ts'
import type { Ask, Reply, Version } from '../network/ask.ts'
import { createLimitedOrigin, createOrigin, type OriginTotals } from '../network/origin.ts'
import { Pop } from '../network/pop.ts'
import { createClockedWire, createDirectWire, type Leg } from '../network/wire.ts'
import { chooseCache } from '../policies/choose-cache.ts'
import { type BackendPorts, type Backends, createBackends } from './backend-world.ts'
import type { Geometry } from './geometry.ts'
import { createHealth } from './health.ts'
import type { Plan, PopPlan } from './plan.ts'
import type { Rules } from './rules.ts'

/** PoPs wired to each other and to an origin, ready to be asked. */
export interface World {
  /** In the order of the plan: edges first. */
  pops: Pop[]
  /** True where PoPs share something whose state depends on the order of asks: a tier above them, or an origin with limits. */
  isShared: boolean
  /** Asks that have reached the origin, and bytes of bodies that it has sent. */
  origin: OriginTotals
  /** 1 for a PoP that answers. The children of one that is down ask the origin. */
  alive: Uint8Array
  /** What stands behind and at the edge by name; null for one plain origin. */
  backends: Backends | null
}

/** Somewhere that an ask of another PoP came to: the index of a PoP with what its shelf said, or `atOrigin`, less the index of an origin by name. */
export type OnHop = (pop: number, id: ObjectId, now: Ms, verdict: Verdict, status: number, then: Ms) => void
export const atOrigin = -1

export interface WorldPorts {
  clock: Clock
  /** Told of each ask that reaches the origin. */
  onOriginAsk: (now: Ms) => void
  /** Told of each ask that reaches a tier, once it is answered; null costs nothing. */
  onHop: OnHop | null
  /** The way from a PoP to its parent, where that is not seen to here; null where it is. Not there: all are. */
  askAway?: (pop: number, parent: number, leg: Leg) => Ask | null
  /** Seed of this run's dice: of policies and admissions that throw them. */
  seed: number
  /** Who is told of what happens behind the PoPs; where there is nothing by name, nobody. */
  accounts: BackendPorts['accounts']
  onSpan: BackendPorts['onSpan']
}

/** Builds the world of a plan. */
export function createWorld(plan: Plan, geometry: Geometry, rules: Rules, ports: WorldPorts): World {
  const { clock, onOriginAsk, onHop, seed } = ports
  const { pops: popPlans, origin, network, events } = plan
  const health = createHealth(events)
  const isLimited = Number.isFinite(origin.concurrency)
  const backends =
    plan.backends === null ? null : createBackends(plan.backends, rules, popPlans.length, { ...ports, health })
  const isShared = isLimited || backends !== null || popPlans.some(({ parent }) => parent >= 0)
  const totals = { asks: 0, bytes: 0 }
  const answering = isLimited
    ? createLimitedOrigin(rules, health, origin.thinkMs, totals, origin)
    : createOrigin(rules, health, origin.thinkMs, totals)
  /** An origin whose asks are told of; `number` is that of an origin by name. */
  const told =
    (ask: Ask, number = 0): Ask =>
    (id, now, held, reply) => {
      onOriginAsk(now)
      if (onHop === null) return ask(id, now, held, reply)
      ask(id, now, held, (answer, then) => {
        onHop(atOrigin - number, id, now, Verdict.miss, answer.status, then)
        reply(answer, then)
      })
    }
  const askOrigin = told(answering)
  const alive = new Uint8Array(popPlans.length).fill(1)
  const pops: Pop[] = []
  const wireTo = (upstream: Ask, leg: Leg, isClocked: boolean): Ask =>
    isClocked ? createClockedWire(upstream, leg, clock) : createDirectWire(upstream, leg)

  function askTier(pop: number, id: ObjectId, now: Ms, held: Version, reply: Reply): void {
    const tier = pops[pop]!
    if (onHop === null) {
      tier.ask(id, now, held, reply)
      return
    }
    let verdict: Verdict | null = null
    tier.ask(id, now, held, (answer, then) => {
      onHop(pop, id, now, verdict ?? tier.lastVerdict, answer.status, then)
      reply(answer, then)
    })
    verdict = tier.lastVerdict
  }

  /** The way from a PoP to where an object comes from. */
  function wayToOrigin(pop: number): Ask {
    const toPlain = wireTo(askOrigin, geometry.originLegs[pop]!, isLimited)
    if (backends === null) return toPlain
    const ways = geometry.named.map(({ legs }, number) => {
      const leg = legs[pop]!
      return wireTo(told(backends.askOver(number, leg, totals), number), leg, true)
    })
    return (id, now, held, reply) => (ways[backends.originOf(id)] ?? toPlain)(id, now, held, reply)
  }

  /** The way up from a PoP: its parent, or while that is down the origin. */
  function upstreamOf(pop: number): Ask {
    const toOrigin = wayToOrigin(pop)
    const { parent } = popPlans[pop]!
    if (parent < 0) return toOrigin
    const leg = geometry.parentLegs[pop]!
    const toParent =
      ports.askAway?.(pop, parent, leg) ??
      wireTo((id, now, held, reply) => askTier(parent, id, now, held, reply), leg, true)
    return (id, now, held, reply) => (alive[parent] === 1 ? toParent : toOrigin)(id, now, held, reply)
  }

  popPlans.forEach((popPlan, pop) => {
    let restarts = 0
    const future = { nextUse: Number.POSITIVE_INFINITY }
    pops.push(
      new Pop({
        createCache: () => createShelf(popPlan, future, seed, restarts++),
        future,
        upstream:
          popPlan.isEdge && backends?.hooks.hasOrigin ? hooked(upstreamOf(pop), pop, backends, clock) : upstreamOf(pop),
        collapse: popPlan.collapse,
        isPass: rules.isPass,
        timeoutMs: network.timeoutMs,
        thinkMs: network.edgeThinkMs,
      }),
    )
  })
  return { pops, isShared, origin: totals, alive, backends }
}

/** An edge's way up with the hooks of its misses: before the ask goes, and when the answer is there. */
function hooked(upstream: Ask, pop: number, { hooks }: Backends, clock: Clock): Ask {
  return (id, now, held, reply) =>
    upstream(id, now + hooks.originRequestMs(pop, id, now), held, (answer, then) => {
      const kept = { ...answer }
      clock.at(then, at => reply(kept, at + hooks.originResponseMs(pop, id, at)))
    })
}

function createShelf(
  { id, capacityBytes, policy, admission }: PopPlan,
  future: Future,
  seed: number,
  restart: number,
): Cache {
  const random = createRandom(seed, 'shelf', id, String(restart))
  return chooseCache({ capacityBytes, policy, admission, random, future })
}
