import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/lib/random.ts'

describe('a stream of randomness', () => {
  it('fills rows with what single draws give, and goes on after them', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat(40), { maxLength: 6 }), (seed, counts) => {
        const [filled, drawn] = [createRandom(seed, 'a'), createRandom(seed, 'a')]
        const rows = new Uint32Array(40)
        for (const count of counts) {
          filled.fill(rows, count)
          expect([...rows.subarray(0, count)]).toEqual(Array.from({ length: count }, () => drawn.uint32()))
          expect(filled.uint32()).toBe(drawn.uint32())
        }
      }),
    )
  })
})
