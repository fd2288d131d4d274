import { z } from 'zod'
import { defineRouter, leastCost, placeKeys, type RouterContext } from '../router.ts'

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
 * there after all and counts among those who reach it. Places are dealt evenly by people, in an order drawn from the seed.
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
  const keys = placeKeys(places, random.uint32())
  const order = Int32Array.from(places.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b)
  const people = places.reduce((sum, _, place) => sum + weights[place]!, 0)
  const { direct, share25, share100 } = calibrate(context, chosen)
  const losses = new Float64Array(places.length).fill(-1)
  let before = 0
  for (const place of order) {
    const position = (before + weights[place]! / 2) / people
    before += weights[place]!
    if (position > direct) losses[place] = lossAt((position - direct) / (1 - direct), share25, share100)
  }
  return losses
}

/**
 * The share of people to deal no loss, and the shares of the rest to deal 25 and 100 ms or more, such that on this map all
 * people together come out as wanted: the nearest PoP loses something too, and some have no other PoP within 25 ms.
 */
function calibrate(context: RouterContext, chosen: Params): { direct: number; share25: number; share100: number } {
  const { nearest25, nearest100, alone } = surveyMap(context)
  const tail25 = clampShare(chosen.lose25 - chosen.closest * nearest25)
  const tail100 = clampShare(chosen.lose100 - chosen.closest * nearest100)
  // closest = direct + alone x (1 - direct - tail25), solved for direct.
  const direct = alone === 1 ? 0 : clampShare((chosen.closest - alone * (1 - tail25)) / (1 - alone))
  const share25 = direct === 1 ? 0 : clampShare(tail25 / (1 - direct))
  const share100 = direct === 1 ? 0 : clampShare(tail100 / (1 - direct))
  return { direct, share25, share100: Math.min(share25, share100) }
}

/** Shares of people: whose nearest PoP loses 25 and 100 ms, and who have no PoP within 25 ms of the fastest but the nearest. */
function surveyMap(context: RouterContext): { nearest25: number; nearest100: number; alone: number } {
  const { places, pops, weights, distanceKm, rttMs } = context
  const alive = new Uint8Array(pops.length).fill(1)
  const sums = { people: 0, nearest25: 0, nearest100: 0, alone: 0 }
  for (let place = 0; place < places.length; place++) {
    const row = place * pops.length
    const nearest = leastCost(distanceKm, place, alive)
    const fastestMs = rttMs[row + leastCost(rttMs, place, alive)]!
    const lossMs = rttMs[row + nearest]! - fastestMs
    const weight = weights[place]!
    sums.people += weight
    if (lossMs >= 25) sums.nearest25 += weight
    if (lossMs >= 100) sums.nearest100 += weight
    if (!pops.some((_, pop) => pop !== nearest && rttMs[row + pop]! < fastestMs + 25)) sums.alone += weight
  }
  const people = sums.people || 1
  return { nearest25: sums.nearest25 / people, nearest100: sums.nearest100 / people, alone: sums.alone / people }
}

function clampShare(value: number): number {
  return Math.min(1, Math.max(0, value))
}

/** The loss at a position from 0 (the best) to 1 (the worst): evenly in the first band, evenly by factors in the others. */
function lossAt(position: number, share25: number, share100: number): number {
  const starts = [0, 1 - share25, 1 - share100, 1]
  const band = position < starts[1]! ? 0 : position < starts[2]! ? 1 : 2
  const within = (position - starts[band]!) / (starts[band + 1]! - starts[band]!)
  const [low, high] = [bands[band]!, bands[band + 1]!]
  return band === 0 ? high * within : low * (high / low) ** within
}
