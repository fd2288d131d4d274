import { describe, expect, it } from 'vitest'
import { createRouter } from '../../src/geo/routers/index.ts'
import { createRandom } from '../../src/lib/random.ts'

/** Three places and PoPs a, b, c; place p is nearest to the PoP with its number. */
const context = {
  places: [0, 1, 2].map(lat => ({ lat, lon: 0 })),
  weights: [1, 1, 1],
  pops: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
  distanceKm: new Float64Array(9),
  rttMs: Float64Array.from([1, 5, 9, 5, 1, 5, 9, 5, 1]),
  random: createRandom(1, 'listed'),
}
const routesOf = (to: string, alive = [1, 1, 1]) => {
  const { route } = createRouter({ name: 'listed', to }, context)
  return [0, 1, 2].map(place => route(place, Uint8Array.from(alive), 0))
}

describe('the listed router', () => {
  it('sends each place where the list says', () => expect(routesOf('c,a,a')).toEqual([2, 0, 0]))
  it('leaves places without an entry, or with an unknown one, to the fastest PoP', () =>
    expect(routesOf(',zzz')).toEqual([0, 1, 2]))
  it('is the lowest round trip without a list', () => expect(routesOf('')).toEqual([0, 1, 2]))
  it('leaves a dead PoP for the fastest living one', () => expect(routesOf('c,c,c', [1, 1, 0])).toEqual([0, 1, 1]))
  it('says when nobody lives', () => expect(routesOf('a,b,c', [0, 0, 0])).toEqual([-1, -1, -1]))
})
