import type { Cache } from '../cache/cache.ts'
import type { Protocol } from '../geo/request-time.ts'
import type { RouterContext } from '../geo/router.ts'
import { createRouter } from '../geo/routers/index.ts'
import { createKernelDraws } from '../kernels/draw-kernel.ts'
import { plainDraws } from '../lib/draws.ts'
import type { Post } from '../lib/post.ts'
import { createRandom, hashText } from '../lib/random.ts'
import { createVirtualClock, type VirtualClock } from '../lib/virtual-clock.ts'
import type { Pop } from '../network/pop.ts'
import type { OnSpan } from '../scenario/backend-world.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { createRules, type Rules } from '../scenario/rules.ts'
import { createWorld, type OnHop, type World } from '../scenario/world.ts'
import { createAccounts } from '../stats/backend-tally.ts'
import { Tally } from '../stats/tally.ts'
import { Timeline } from '../stats/timeline.ts'
import type { Catalog } from '../traffic/traffic.ts'
import { createAway, ownOf, type Share } from './away.ts'
import { directKindsOf } from './direct.ts'
import { Ledger } from './ledger.ts'
import { createLoad, type TraceSource } from './load.ts'
import { MomentClock } from './moment-clock.ts'
import { OrderedLedger } from './ordered-ledger.ts'
import { createPlainWalk } from './plain-walk.ts'
import { purgeMarks } from './purge-marks.ts'
import { batchRows, type Mark, simulate, type Watch } from './simulate.ts'
import { Timing } from './timing.ts'
import type { Windows } from './window-walk.ts'

/** A stretch of a run: its tally, and the running totals at its end. */
export interface Part {
  fromMs: number
  tally: Tally
  origin: { asks: number; bytes: number }
  /** Of each PoP, what other PoPs asked of it and what it asked. */
  totals: Pop['totals'][]
}

/** What a result is made of: a run that is over. */
export interface Counted {
  /** In order of time; they add up to the run. */
  parts: Part[]
  timeline: Timeline
  world: Pick<World, 'backends'> & { pops: readonly CountedPop[] }
  requests: number
  /** Expected, where chance decides. */
  durationMs: number
  catalog: Pick<Catalog, 'bytesOf'>
}

/** What is asked of a PoP when all is over. */
export interface CountedPop extends Pick<Pop, 'evictions' | 'totals'> {
  cache: Pick<Cache, 'heldBytes' | 'heldObjects'>
}

export interface OneRun extends Counted {
  world: Counted['world'] & Pick<World, 'origin'>
  catalog: Catalog
  rules: Rules
  /** Times any request again, by its number. */
  timing: Timing
  /** Who walked through the world: kernels, or the readable engine. */
  engine: 'kernel' | 'plain'
}

/** A run under way, to be looked at and left alone. */
export type SoFar = Pick<OneRun, 'parts' | 'timeline' | 'world'>

export interface OneRunOptions {
  plan: Plan
  geometry: Geometry
  replication: number
  trace: TraceSource | null
  watch?: Watch | null
  onHop?: OnHop | null
  onSpan?: OnSpan | null
  /** Compiled kernels, which walk through plain worlds; the result is the same without. */
  kernels?: WebAssembly.Module | null
  /** Given the world before anything is asked. */
  onWorld?: (world: World) => void
  /** Sees to the PoPs of this share alone: see `sim/catchment`. */
  share?: Share
  /** The run ends with this request, when it is not over before. */
  lastRequest?: number
  onProgress?: (requests: number, expected: number) => void
  /** Called now and then on the way, with the share of the run's time that is over. It may look, and change nothing. */
  onLook?: (share: number, soFar: SoFar) => void
}

/** Steps of the timeline: enough that means of five leave a choice of 64 cuts. */
export const timelineSteps = 320
/** Where the parts of a run begin when the warm-up is still to be found: halves of halves. */
const dyadicShares = [0, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2]

/** Runs one replication of a plan. Everything that chance decides comes from the seed and the replication's number. */
export function runOnce(options: OneRunOptions): OneRun {
  const { plan, geometry, replication, onProgress } = options
  const random = createRandom(plan.seed, `replication ${replication}`)
  const { watch = null, kernels = null } = options
  const draws = kernels === null ? plainDraws : createKernelDraws(kernels)
  const load = createLoad(plan, options.trace, random, draws)
  const { catalog, traffic, durationMs, requests: expected } = load
  const seed = random.fork('seed').uint32()
  const rules = createRules(catalog, load.classes, plan.behaviors, seed)
  const { share } = options
  const steps = share === undefined || share.post === null ? null : createSteps(share, share.post)
  const clock: VirtualClock = steps?.clock ?? createVirtualClock()
  const timeline = new Timeline(timelineSteps, durationMs)
  const onOriginAsk = (now: number): void => {
    timeline.originAsks[timeline.stepOf(now)]!++
  }
  const parts = partsOf(plan, geometry, durationMs)
  const tally = { current: parts[0]!.tally }
  const { onHop = null, onSpan = null } = options
  const accounts = plan.backends === null ? [] : createAccounts(plan.behaviors.length, () => tally.current.behind!)
  const world = createWorld(plan, geometry, rules, {
    ...{ clock, onOriginAsk, onHop, seed, accounts, onSpan },
    ...(steps === null ? {} : { askAway: steps.away.askFor }),
  })
  options.onWorld?.(world)
  // A kernel puts the figures of its edges into the place of theirs.
  const pops: CountedPop[] = [...world.pops]
  const counted = { origin: world.origin, backends: world.backends, pops }
  const routing = createRouting(plan, geometry, world)
  const marks: Mark[] = [
    ...partMarks(parts, tally, counted),
    ...routing.marks,
    ...purgeMarks(plan, world, catalog),
    ...lookMarks(options.onLook, durationMs, { parts, timeline, world: counted }),
  ]
  marks.sort((a, b) => a.atMs - b.atMs)
  const timing = createTiming(plan, geometry, hashText(plan.seed, `draws ${replication}`))
  const ledger = new Ledger(timing, timeline, tally.current)
  const own = share === undefined ? null : ownOf(share)
  const rows = Math.min(batchRows, Math.max(1024, Math.ceil(1.1 * expected)))
  const nextUseOf = load.foresee(routing, world)
  const { edgeOf } = routing
  const plain =
    kernels === null || watch !== null || onHop !== null || nextUseOf !== null || load.sentBytes !== null
      ? null
      : createPlainWalk(kernels, {
          ...{ plan, geometry, rules, load, counted, edgeOf, timing, timeline, tally, own, rows },
        })
  const windows = steps && { ...steps, ledger: steps.asksAway ? new OrderedLedger(ledger, steps.clock) : null }
  const requests = simulate({
    world,
    clock,
    rules,
    catalog,
    traffic,
    edges: geometry.edges,
    edgeOf,
    tally,
    ledger: windows?.ledger ?? ledger,
    marks,
    nextUseOf,
    sentBytes: load.sentBytes,
    watch,
    own,
    windows,
    plain,
    lastRequest: options.lastRequest ?? Number.POSITIVE_INFINITY,
    rows,
    ...(onProgress ? { onProgress: (done: number) => onProgress(done, expected) } : {}),
  })
  closePart(parts.at(-1)!, counted)
  return {
    parts,
    timeline,
    world: counted,
    requests,
    durationMs,
    catalog,
    rules,
    timing,
    engine: plain === null ? 'plain' : 'kernel',
  }
}

/** What keeps a share in step with those whose PoPs ask its own, or are asked. */
function createSteps(share: Share, post: Post): Omit<Windows, 'ledger'> & { asksAway: boolean } {
  const { partition, self } = share
  const clock = new MomentClock()
  return {
    clock,
    away: createAway(share, post, clock),
    windowMs: partition.windowMs,
    asksAway: partition.across.some(edge => partition.homeOf[edge] === self),
  }
}

/** Moments to look at the run from: at most so many. */
const looks = 100

function lookMarks(onLook: OneRunOptions['onLook'], durationMs: number, soFar: SoFar): Mark[] {
  if (onLook === undefined) return []
  return Array.from({ length: looks }, (_, look) => {
    const share = (look + 1) / looks
    return { atMs: share * durationMs, act: () => onLook(share, soFar) }
  })
}

export function createTiming(plan: Plan, geometry: Geometry, key: number): Timing {
  const { network, origin, backends } = plan
  return new Timing({
    ...(backends === null ? {} : { directKinds: directKindsOf(plan, geometry) }),
    rttMs: geometry.rttMs,
    edges: geometry.edges,
    directRttMs: geometry.directRttMs,
    access: geometry.access,
    protocol: network.protocol as Protocol,
    reuse: network.reuse,
    dnsMs: network.dnsMs,
    edgeThinkMs: network.edgeThinkMs,
    originThinkMs: origin.thinkMs,
    until: network.until,
    key,
  })
}

function partsOf({ warmup, behaviors, visitors, backends }: Plan, { edges }: Geometry, durationMs: number): Part[] {
  const shape = {
    edges,
    places: visitors.places.length,
    behaviors: behaviors.length,
    hasBackends: backends !== null,
  }
  const starts =
    warmup.kind === 'mser5'
      ? dyadicShares.map(share => share * durationMs)
      : [0, warmup.kind === 'share' ? warmup.share * durationMs : warmup.kind === 'time' ? warmup.ms : 0]
  return [...new Set(starts)].map(fromMs => ({
    fromMs,
    tally: new Tally(shape),
    origin: { asks: 0, bytes: 0 },
    totals: [],
  }))
}

/** Changes the tally where a part begins, and closes the one before. */
function partMarks(parts: readonly Part[], tally: { current: Tally }, world: OneRun['world']): Mark[] {
  return parts.slice(1).map((part, index) => ({
    atMs: part.fromMs,
    act: () => {
      closePart(parts[index]!, world)
      tally.current = part.tally
    },
  }))
}

function closePart(part: Part, world: OneRun['world']): void {
  part.origin = { ...world.origin }
  part.totals = world.pops.map(({ totals }) => ({ ...totals }))
}

/** What a router may know of a plan's world. */
export function routerContextOf({ visitors, pops, seed }: Plan, { distanceKm, rttMs }: Geometry): RouterContext {
  return {
    places: visitors.places,
    weights: visitors.weights,
    pops: pops.filter(({ isEdge }) => isEdge),
    distanceKm,
    rttMs,
    random: createRandom(seed, 'router'),
  }
}

export interface Routing {
  edgeOf: Int32Array
  /** PoPs that fail and come back, and what the router makes of it. */
  marks: Mark[]
}

/** Which edge each place is sent to, from the beginning on and after each change of a PoP. */
export function createRouting(plan: Plan, geometry: Geometry, world: World): Routing {
  const { visitors, router, events } = plan
  const context = routerContextOf(plan, geometry)
  const { route, settleMs } = createRouter(router, context)
  const edgeOf = new Int32Array(visitors.places.length)
  const aliveEdges = world.alive.subarray(0, geometry.edges)
  const reroute = (now: number): void => {
    for (let place = 0; place < edgeOf.length; place++) edgeOf[place] = route(place, aliveEdges, now)
  }
  reroute(0)
  const changes = events.flatMap(event =>
    event.type === 'pop-down' || event.type === 'pop-up' ? [{ ...event, isUp: event.type === 'pop-up' }] : [],
  )
  const marks = changes.flatMap(({ atMs, pop, isUp }): Mark[] => {
    const change = (now: number): void => {
      if (isUp && world.alive[pop] === 0) world.pops[pop]!.restart()
      world.alive[pop] = isUp ? 1 : 0
      if (pop < geometry.edges) reroute(now)
    }
    const settled = settleMs > 0 && pop < geometry.edges ? [{ atMs: atMs + settleMs, act: reroute }] : []
    return [{ atMs, act: change }, ...settled]
  })
  return { edgeOf, marks }
}
