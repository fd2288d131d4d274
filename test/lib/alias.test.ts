import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AliasTable } from '../../src/lib/alias.ts'
import { createRandom } from '../../src/lib/random.ts'

/** Pearson's chi-square over its degrees of freedom: near 1 when draws follow the weights. */
function chiSquareRatio(weights: number[], draws: number): number {
  const table = new AliasTable(weights)
  const out = new Int32Array(draws)
  table.fill(out, 0, draws, createRandom(7, 'alias'))
  const counts = new Float64Array(weights.length)
  for (const index of out) counts[index]!++
  const sum = weights.reduce((total, weight) => total + weight)
  let chi = 0
  weights.forEach((weight, index) => {
    const expected = (draws * weight) / sum
    if (weight === 0) expect(counts[index]).toBe(0)
    else chi += (counts[index]! - expected) ** 2 / expected
  })
  return chi / (weights.filter(weight => weight > 0).length - 1)
}

describe('alias table', () => {
  it('draws a Zipf distribution', () => {
    const weights = Array.from({ length: 500 }, (_, rank) => (rank + 1) ** -0.9)
    const ratio = chiSquareRatio(weights, 400_000)
    expect(ratio).toBeGreaterThan(0.75)
    expect(ratio).toBeLessThan(1.25)
  })

  it('draws any weights, those of 0 never', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(weights, given => {
        fc.pre(given.filter(weight => weight > 0).length >= 2)
        expect(chiSquareRatio(given, 20_000)).toBeLessThan(6)
      }),
      { numRuns: 60, seed: 1 },
    )
  })

  it('draws one by one as in a block', () => {
    const table = new AliasTable([3, 1, 2])
    const block = new Int32Array(50)
    table.fill(block, 0, 50, createRandom(1))
    const random = createRandom(1)
    expect(Array.from(block, () => table.draw(random))).toEqual([...block])
  })
})
