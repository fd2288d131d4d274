import { z } from 'zod'
import { hashText } from '../../lib/random.ts'
import { defineRouter, leastCost, type RouterContext } from '../router.ts'

const params = z.strictObject({
  /** Share of the people who reach the PoP that is nearest to them. */
  closest: z.number().min(0).max(1).default(0.55),
  /** Share of the people who lose 25 ms or more against their fastest PoP. */
  lose25: z.number().min(0).max(1).default(0.2),
  /** Share of the people who lose 100 ms or more. */
  lose100: z.number().min(0).max(1).default(0.095),
})
type Params = z.output<typeof params>

/** Few routes cost more than this; the tail of the losses ends here. */
const worstLossMs = 250
/** Losses in ms between which a share of the people lies. */
const bands = [0, 25, 100, worstLossMs]

/**
 * Anycast as it was measured: the network's routing, not the visitor, chooses the PoP, and knows neither distance nor delay.
 * A share of the people reaches the nearest PoP. The others are carried past it, most of them to a neighbour, some to another
 * continent: each of these places is dealt a loss in ms, and goes to the PoP whose round trip comes nearest to the fastest one's
 * plus that loss. The nearest PoP by distance costs something too, so what it costs on this map is subtracted first, and the
 * losses of all people together come out as wanted. Who should lose less than 25 ms, but has no such PoP beside the nearest, goes
 * there after all: on a sparse map more people than `closest` reach their nearest PoP. Places are dealt evenly by people, in an order drawn from the seed.
 * Source: Calder et al.: Analyzing the Performance of an Anycast CDN, IMC 2015, sections 5 and 6.
 */
export const anycast = defineRouter({
  name: 'anycast',
  title: 'The network chooses: mis-routes as measured for a large anycast CDN',
  source: 'Calder, Flavel, Katz-Bassett, Mahajan, Padhye: Analyzing the Performance of an Anycast CDN, IMC 2015',
  params,
  create(context, chosen) {
    const { distanceKm, rttMs } = context
    const popCount = context.pops.length
    const losses = dealLosses(context, chosen)
    return (place, alive) => {
      const nearest = leastCost(distanceKm, place, alive)
      const lossMs = losses[place]!
      if (nearest < 0 || lossMs < 0) return nearest
      const row = place * popCount
      const fastestMs = rttMs[row + leastCost(rttMs, place, alive)]!
      const limitMs = lossMs < bands[1]! ? fastestMs + bands[1]! : Number.POSITIVE_INFINITY
      const wantedMs = fastestMs + lossMs
      let best = nearest
      let bestGapMs = Number.POSITIVE_INFINITY
      for (let pop = 0; pop < popCount; pop++) {
        if (alive[pop] === 0 || pop === nearest || rttMs[row + pop]! >= limitMs) continue
        const gapMs = Math.abs(rttMs[row + pop]! - wantedMs)
        if (gapMs >= bestGapMs) continue
        best = pop
        bestGapMs = gapMs
      }
      return best
    }
  },
})

/** For each place the loss in ms that the network's routing costs it, or -1: it reaches its nearest PoP. */
function dealLosses(context: RouterContext, chosen: Params): Float64Array {
  const { places, weights, random } = context
  const seed = random.uint32()
  const keys = Int32Array.from(places, ({ lat, lon }, place) => hashText(seed ^ place, `${lat},${lon}`))
  const order = Int32Array.from(places.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b)
  const people = places.reduce((sum, _, place) => sum + weights[place]!, 0)
  const { share25, share100 } = tailShares(context, chosen)
  const losses = new Float64Array(places.length).fill(-1)
  let before = 0
  for (const place of order) {
    const position = (before + weights[place]! / 2) / people
    before += weights[place]!
    if (!(position >= chosen.closest)) continue
    losses[place] = lossAt((position - chosen.closest) / (1 - chosen.closest), share25, share100)
  }
  return losses
}

/** Of the people carried past their nearest PoP: the shares that must lose 25 and 100 ms for all people to lose as wanted. */
function tailShares(
  context: RouterContext,
  { closest, lose25, lose100 }: Params,
): { share25: number; share100: number } {
  const { places, pops, weights, distanceKm, rttMs } = context
  const alive = new Uint8Array(pops.length).fill(1)
  let [people, nearest25, nearest100] = [0, 0, 0]
  for (let place = 0; place < places.length; place++) {
    const row = place * pops.length
    const lossMs = rttMs[row + leastCost(distanceKm, place, alive)]! - rttMs[row + leastCost(rttMs, place, alive)]!
    people += weights[place]!
    if (lossMs >= 25) nearest25 += weights[place]!
    if (lossMs >= 100) nearest100 += weights[place]!
  }
  const share = (wanted: number, nearest: number): number =>
    Math.min(1, Math.max(0, (wanted - (closest * nearest) / people) / (1 - closest)))
  const share25 = share(lose25, nearest25)
  return { share25, share100: Math.min(share25, share(lose100, nearest100)) }
}

/** The loss at a position from 0 (the best) to 1 (the worst): evenly in the first band, evenly by factors in the others. */
function lossAt(position: number, share25: number, share100: number): number {
  const starts = [0, 1 - share25, 1 - share100, 1]
  const band = position < starts[1]! ? 0 : position < starts[2]! ? 1 : 2
  const within = (position - starts[band]!) / (starts[band + 1]! - starts[band]!)
  const [low, high] = [bands[band]!, bands[band + 1]!]
  return band === 0 ? high * within : low * (high / low) ** within
}
