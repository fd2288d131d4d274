import { z } from 'zod'
import { nameHint } from '../../lib/nearest-name.ts'
import { hashText, mix32 } from '../../lib/random.ts'
import { UserError } from '../../lib/user-error.ts'
import { defineRouter, leastCost, placeKeys } from '../router.ts'

const params = z.strictObject({
  /** PoP id to weight; a PoP that isn't named weighs 1, a weight of 0 drains it. */
  weights: z.record(z.string(), z.number().min(0)).default({}),
  /** Only PoPs at most this much slower than the fastest living one share the visitors of a place. */
  slackMs: z.number().min(0).default(20),
})

/**
 * Shares places out among the PoPs near to them, in proportion to the PoPs' weights. A place as a whole goes to one PoP, by
 * weighted rendezvous hashing: the PoP with the greatest weight / -ln(hash of place and PoP). So a PoP that dies or comes back
 * moves its own places only. Shares are of places: a city that should be split is listed several times.
 * Source: Schindelhauer, Schomaker: Weighted Distributed Hash Tables, SPAA 2005.
 */
export const weighted = defineRouter({
  name: 'weighted',
  title: 'Near PoPs share the places in proportion to weights',
  source: 'Schindelhauer, Schomaker: Weighted Distributed Hash Tables, SPAA 2005',
  params,
  create({ pops, places, rttMs, random }, { weights, slackMs }) {
    const unknown = Object.keys(weights).filter(id => !pops.some(pop => pop.id === id))
    if (unknown.length > 0)
      throw new UserError(
        unknown.map(id => ({
          message: `router weighted: no PoP has the id "${id}"`,
          hint: nameHint(
            id,
            pops.map(pop => pop.id),
          ),
        })),
      )
    const popCount = pops.length
    const weightOf = Float64Array.from(pops, pop => (Object.hasOwn(weights, pop.id) ? weights[pop.id]! : 1))
    const seed = random.uint32()
    const popKeys = Int32Array.from(pops, pop => hashText(seed, pop.id))
    const keys = placeKeys(places, seed)

    return (place, alive) => {
      const fastest = leastCost(rttMs, place, alive)
      if (fastest < 0) return -1
      const row = place * popCount
      const limitMs = rttMs[row + fastest]! + slackMs
      let best = fastest
      let bestScore = 0
      for (let pop = 0; pop < popCount; pop++) {
        if (alive[pop] === 0 || rttMs[row + pop]! > limitMs) continue
        const unit = ((mix32(keys[place]! ^ mix32(popKeys[pop]!)) >>> 0) + 0.5) / 4_294_967_296
        const score = weightOf[pop]! / -Math.log(unit)
        if (score <= bestScore) continue
        best = pop
        bestScore = score
      }
      return best
    }
  },
})
