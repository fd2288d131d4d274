import { leastCost, type Router, type RouterContext } from './router.ts'

/** What a router costs against sending everybody to the fastest PoP. Shares are of people; losses are round trips in ms. */
export interface RoutingCost {
  shareOnFastest: number
  shareLosing25Ms: number
  shareLosing100Ms: number
  meanLossMs: number
  /** The places that lose most, worst first; of equal losses the first in the list of places. */
  worst: { place: number; pop: number; fastest: number; lossMs: number }[]
}

/** A loss below this is no loss: two PoPs of one city are equally fast. */
const sameMs = 0.5

/** Where a router sends every place. `alive` has 1 for each PoP that answers; all do when left out. */
export function routeAll(
  router: Router,
  { places, pops }: Pick<RouterContext, 'places' | 'pops'>,
  alive: Uint8Array = new Uint8Array(pops.length).fill(1),
): Int32Array {
  return Int32Array.from(places.keys(), place => router(place, alive, 0))
}

/**
 * Compares where places are sent (`pops[place]`, or -1 for nowhere, which is left out) with the fastest PoP of each.
 * Weights of one count places instead of people.
 */
export function routingCost(
  context: Pick<RouterContext, 'pops' | 'rttMs' | 'weights'>,
  popOf: ArrayLike<number>,
  worstCount = 10,
): RoutingCost {
  const { pops, rttMs, weights } = context
  const alive = new Uint8Array(pops.length).fill(1)
  const sums = { people: 0, onFastest: 0, losing25: 0, losing100: 0, lossMs: 0 }
  const losses: RoutingCost['worst'] = []
  for (let place = 0; place < popOf.length; place++) {
    const pop = popOf[place]!
    if (pop < 0) continue
    const fastest = leastCost(rttMs, place, alive)
    const row = place * pops.length
    const lossMs = rttMs[row + pop]! - rttMs[row + fastest]!
    const weight = weights[place]!
    sums.people += weight
    sums.lossMs += weight * lossMs
    if (lossMs < sameMs) sums.onFastest += weight
    if (lossMs >= 25) sums.losing25 += weight
    if (lossMs >= 100) sums.losing100 += weight
    if (lossMs > 0) losses.push({ place, pop, fastest, lossMs })
  }
  const people = sums.people || 1
  return {
    shareOnFastest: sums.onFastest / people,
    shareLosing25Ms: sums.losing25 / people,
    shareLosing100Ms: sums.losing100 / people,
    meanLossMs: sums.lossMs / people,
    worst: losses.sort((a, b) => b.lossMs - a.lossMs || a.place - b.place).slice(0, worstCount),
  }
}
