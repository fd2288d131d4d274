import type { Ms } from '../lib/clock.ts'
import { hashText, type Random } from '../lib/random.ts'
import type { Definition } from '../lib/registry.ts'
import type { Place } from './place.ts'

/**
 * Which PoP the visitors of a place are sent to: an index into the PoPs, or -1 when none is alive. It is asked once for each
 * place when the world is built, and again only when a PoP changes state (and `settleMs` after that). `alive` holds 1 for a PoP
 * that answers and 0 for one that is down. Among equals the lower index wins: PoPs stand in the order of their ids.
 */
export type Router = (place: number, alive: Uint8Array, now: Ms) => number

/** What a router may know of the world. Matrices lie row by row: one row for each place, one column for each PoP. */
export interface RouterContext {
  places: readonly Place[]
  /** People (or share of visitors) of each place. */
  weights: ArrayLike<number>
  /** The PoPs that visitors can reach. */
  pops: readonly { id: string }[]
  distanceKm: Float64Array
  rttMs: Float64Array
  /** The router's own stream of randomness. */
  random: Random
}

export interface RouterDefinition<Params = unknown> extends Definition<Params> {
  create(context: RouterContext, params: Params): Router
  /** How long after a PoP's change the answers may still move: the world asks again then. 0 for a router without memory. */
  settleMs(params: Params): Ms
}

/** Declares a router: one file, one call, and one line in `routers/index.ts`. */
export function defineRouter<Params>(
  definition: Omit<RouterDefinition<Params>, 'settleMs'> & Partial<Pick<RouterDefinition<Params>, 'settleMs'>>,
): RouterDefinition<Params> {
  return { settleMs: () => 0, ...definition }
}

/** The living PoP with the least cost for a place, the first of equals; -1 when none is alive. `costs` is a matrix of the context. */
export function leastCost(costs: Float64Array, place: number, alive: Uint8Array): number {
  const row = place * alive.length
  let best = -1
  let bestCost = Number.POSITIVE_INFINITY
  for (let pop = 0; pop < alive.length; pop++) {
    if (alive[pop] === 0 || costs[row + pop]! >= bestCost) continue
    best = pop
    bestCost = costs[row + pop]!
  }
  return best
}

/**
 * A key of 32 random bits for each place, of the seed and its coordinates alone, so that a new place changes no other. Of places
 * with the same coordinates each has a key of its own.
 */
export function placeKeys(places: readonly Place[], seed: number): Int32Array {
  const seen = new Map<string, number>()
  return Int32Array.from(places, ({ lat, lon }) => {
    const point = `${lat},${lon}`
    const occurrence = seen.get(point) ?? 0
    seen.set(point, occurrence + 1)
    return hashText(seed + occurrence, point)
  })
}
