import { z } from 'zod'
import { defineRouter, leastCost, type RouterContext } from '../router.ts'

const params = z.strictObject({
  /** What makes a PoP better: `rtt`, or `distance` with 100 km counted as one ms. */
  by: z.enum(['rtt', 'distance']).default('rtt'),
  /** Visitors stay with a living PoP until another one is better by this much. */
  marginMs: z.number().min(0).default(5),
  /** A PoP that has come back gets visitors only after this long, unless no other is alive. */
  holdMs: z.number().min(0).default(60_000),
})

function costsOf({ distanceKm, rttMs }: RouterContext, by: 'rtt' | 'distance'): Float64Array {
  return by === 'rtt' ? rttMs : distanceKm.map(km => km / 100)
}

/**
 * The best PoP with hysteresis, so that a PoP that comes and goes doesn't drag its visitors along: they leave at once when it
 * dies, come back only when it has lived for `holdMs`, and not at all for a gain below `marginMs`.
 */
export const failover = defineRouter({
  name: 'failover',
  title: 'The best PoP, with a hold-down and a margin before visitors move back',
  source: 'hold-down as in route flap damping, RFC 2439, applied to PoPs',
  params,
  settleMs: ({ holdMs }) => holdMs,
  create(context, { by, marginMs, holdMs }) {
    const costs = costsOf(context, by)
    const popCount = context.pops.length
    const current = new Int32Array(context.places.length).fill(-1)
    const wasAlive = new Uint8Array(popCount).fill(1)
    const trustedFrom = new Float64Array(popCount).fill(Number.NEGATIVE_INFINITY)
    const trusted = new Uint8Array(popCount)

    return (place, alive, now) => {
      for (let pop = 0; pop < popCount; pop++) {
        if (alive[pop] === 1 && wasAlive[pop] === 0) trustedFrom[pop] = now + holdMs
        wasAlive[pop] = alive[pop]!
        trusted[pop] = alive[pop] === 1 && trustedFrom[pop]! <= now ? 1 : 0
      }
      const held = current[place]!
      const isHeldAlive = held >= 0 && alive[held] === 1
      let best = leastCost(costs, place, trusted)
      if (best < 0) best = isHeldAlive ? held : leastCost(costs, place, alive)
      const row = place * popCount
      if (isHeldAlive && best >= 0 && costs[row + held]! - costs[row + best]! < marginMs) best = held
      current[place] = best
      return best
    }
  },
})
