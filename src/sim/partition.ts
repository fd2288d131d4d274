import { routeAll } from '../geo/mis-routing.ts'
import { createRouter } from '../geo/routers/index.ts'
import type { Ms } from '../lib/clock.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { routerContextOf } from './run-once.ts'

/** Which thread sees to which PoP. */
export interface Partition {
  /** Threads that have something to do. */
  count: number
  /** The thread of each PoP, edges first. A tier is in one thread with the tiers that it asks. */
  homeOf: Int32Array
  /** Edges whose tier another thread sees to. */
  across: number[]
  /** Time that all threads can go ahead before they must hear of each other; Infinity where nobody asks across. */
  windowMs: Ms
}

/** What an edge's visits cost in a tier, as a share of what they cost at the edge: a guess, which decides about speed alone. */
const tierWork = 0.3
/** Fewer requests in a window than this are walked faster than threads meet. */
const leastRequestsPerWindow = 100
/** A window is shorter than the shortest way by this, so that rounding never lets an ask arrive within the window in which it was sent. */
const windowShare = 0.999

/**
 * Shares PoPs out over threads. PoPs that share nothing go apart; where one tier has most of the work, its farthest edges go to other threads,
 * which then may run ahead of each other by the time that an ask needs for its way.
 */
export function partitionOf(plan: Plan, geometry: Geometry, count: number, requestsPerMs: number): Partition {
  const weightOf = weightsOf(plan, geometry)
  const homeOf = homesOfTrees(plan, weightOf, count)
  const leastMs = leastRequestsPerWindow / requestsPerMs / windowShare
  const across = farEdges(plan, geometry, weightOf, homeOf, { count, leastMs })
  const windowMs = windowOf(geometry, across)
  if (across.length === 0 || !isInTime(plan, geometry, windowMs)) return compact(homeOf, [], Number.POSITIVE_INFINITY)
  for (const { edge, thread } of across) homeOf[edge] = thread
  return compact(
    homeOf,
    across.map(({ edge }) => edge),
    windowMs,
  )
}

/** Who writes to whom: edges ask the threads of their tiers, which answer. */
export function waysOf({ pops }: Plan, { homeOf, across, count }: Partition): { from: number; to: number }[] {
  const ways = new Set<number>()
  for (const edge of across) {
    const [from, to] = [homeOf[edge]!, homeOf[pops[edge]!.parent]!]
    ways.add(from * count + to).add(to * count + from)
  }
  return [...ways].map(way => ({ from: Math.floor(way / count), to: way % count }))
}

/** Each PoP's share of the work. */
function weightsOf(plan: Plan, geometry: Geometry): Float64Array {
  const context = routerContextOf(plan, geometry)
  const edgeOf = routeAll(createRouter(plan.router, context).route, context)
  const weightOf = new Float64Array(plan.pops.length)
  for (const [place, edge] of edgeOf.entries()) if (edge >= 0) weightOf[edge]! += plan.visitors.weights[place]!
  for (let edge = 0; edge < geometry.edges; edge++) {
    const { parent } = plan.pops[edge]!
    if (parent >= 0) weightOf[parent]! += tierWork * weightOf[edge]!
  }
  return weightOf
}

/** The heaviest tree first, each to the thread that has least: no thread has more than a third above the best. Source: R. Graham, 1969. */
function homesOfTrees({ pops }: Plan, weightOf: Float64Array, count: number): Int32Array {
  const rootOf = pops.map((_, pop) => {
    let root = pop
    while (pops[root]!.parent >= 0) root = pops[root]!.parent
    return root
  })
  const treeWeights = new Float64Array(pops.length)
  for (const [pop, root] of rootOf.entries()) treeWeights[root]! += weightOf[pop]!
  const loads = new Float64Array(count)
  const threadOfRoot = new Int32Array(pops.length)
  const roots = [...new Set(rootOf)].sort((a, b) => treeWeights[b]! - treeWeights[a]!)
  for (const root of roots) {
    const thread = lightest(loads)
    threadOfRoot[root] = thread
    loads[thread]! += treeWeights[root]!
  }
  return Int32Array.from(rootOf, root => threadOfRoot[root]!)
}

/** The edges that leave the thread of their tier, the farthest first, until threads have about as much to do as each other. */
function farEdges(
  { pops }: Plan,
  { parentLegs }: Geometry,
  weightOf: Float64Array,
  homeOf: Int32Array,
  { count, leastMs }: { count: number; leastMs: Ms },
): { edge: number; thread: number }[] {
  const loads = new Float64Array(count)
  for (const [pop, thread] of homeOf.entries()) loads[thread]! += weightOf[pop]!
  const farthest = [...pops.keys()]
    .filter(pop => pops[pop]!.isEdge && pops[pop]!.parent >= 0 && weightOf[pop]! > 0)
    .filter(pop => parentLegs[pop]!.oneWayMs > 0 && parentLegs[pop]!.oneWayMs >= leastMs)
    .sort((a, b) => parentLegs[b]!.oneWayMs - parentLegs[a]!.oneWayMs)
  const across: { edge: number; thread: number }[] = []
  for (const edge of farthest) {
    const [from, weight] = [homeOf[edge]!, weightOf[edge]!]
    const thread = lightest(loads)
    if (loads[thread]! + weight >= loads[from]!) continue
    loads[from]! -= weight
    loads[thread]! += weight
    across.push({ edge, thread })
  }
  return across
}

function windowOf({ parentLegs }: Geometry, across: readonly { edge: number }[]): Ms {
  return across.reduce(
    (least, { edge }) => Math.min(least, windowShare * parentLegs[edge]!.oneWayMs),
    Number.POSITIVE_INFINITY,
  )
}

/** Whether every fetch that is answered in a window ends after it: one that is given up earlier would end in the past. */
function isInTime({ pops, network }: Plan, { parentLegs, originLegs }: Geometry, windowMs: Ms): boolean {
  const longestMs = pops.reduce((most, { parent }, pop) => {
    let wayMs = windowMs + originLegs[pop]!.oneWayMs
    for (let at = pop, up = parent; up >= 0; at = up, up = pops[at]!.parent) wayMs += parentLegs[at]!.oneWayMs
    return Math.max(most, wayMs)
  }, 0)
  return network.timeoutMs > longestMs
}

/** Numbers the threads that have something to do from 0 on. */
function compact(homeOf: Int32Array, across: number[], windowMs: Ms): Partition {
  const used = [...new Set(homeOf)]
  return { count: used.length, homeOf: homeOf.map(thread => used.indexOf(thread)), across, windowMs }
}

function lightest(loads: Float64Array): number {
  return loads.reduce((least, load, thread) => (load < loads[least]! ? thread : least), 0)
}
