import { z } from 'zod'
import { defineRouter, leastCost } from '../router.ts'

const params = z.strictObject({
  /** Ids of PoPs with commas between them, one for each place in order; an empty one leaves the place to the fastest PoP. */
  to: z.string().default(''),
})

/**
 * Sends each place where a list says, such as a log of who was served by whom. A place without an entry, or whose PoP is unknown or down, goes
 * to the living PoP with the lowest round trip.
 */
export const listed = defineRouter({
  name: 'listed',
  title: 'Each place to the PoP that a list names, else to the fastest',
  source: 'a log: what was, not what a rule would do',
  params,
  create({ pops, rttMs }, { to }) {
    const indexOf = new Map(pops.map(({ id }, index) => [id, index]))
    const listedPop = to === '' ? [] : to.split(',').map(id => indexOf.get(id) ?? -1)
    return (place, alive) => {
      const pop = listedPop[place] ?? -1
      return pop >= 0 && alive[pop] === 1 ? pop : leastCost(rttMs, place, alive)
    }
  },
})
