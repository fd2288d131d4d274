import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPopOrder } from '../../src/sim/pop-order.ts'
import { createBatch } from '../../src/traffic/traffic.ts'

const edges = 4
const placeCount = 6

it('gathers the rows of a stretch by edge, in order of time, those that reach none apart', () => {
  const order = createPopOrder(edges, 40)
  const stretches = fc.record({
    places: fc.array(fc.nat(placeCount - 1), { minLength: 1, maxLength: 40 }),
    edgeOf: fc.array(fc.integer({ min: -1, max: edges - 1 }), { minLength: placeCount, maxLength: placeCount }),
    skipped: fc.nat(5),
    left: fc.nat(5),
  })
  fc.assert(
    fc.property(stretches, ({ places, edgeOf, skipped, left }) => {
      const batch = createBatch(40)
      batch.count = places.length
      batch.places.set(places)
      for (let row = 0; row < 40; row++) {
        batch.timesMs[row] = 2 * row
        batch.objects[row] = 3 * row
      }
      const from = Math.min(skipped, places.length)
      const to = Math.max(from, places.length - left)
      order.sort(batch, from, to, Int32Array.from(edgeOf))
      for (let edge = -1; edge < edges; edge++) {
        const expected = [...places.keys()].filter(row => row >= from && row < to && edgeOf[places[row]!] === edge)
        const [start, end] = [order.startOf(edge), order.endOf(edge)]
        const gathered = (column: ArrayLike<number>) =>
          Array.from({ length: end - start }, (_, row) => column[start + row])
        expect(gathered(order.rows)).toEqual(expected)
        expect(gathered(order.timesMs)).toEqual(expected.map(row => 2 * row))
        expect(gathered(order.objects)).toEqual(expected.map(row => 3 * row))
        expect(gathered(order.places)).toEqual(expected.map(row => places[row]))
      }
    }),
    { seed: 4 },
  )
})
