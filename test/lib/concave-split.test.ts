import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GainCurve, splitByHulls } from '../../src/lib/concave-split.ts'

/** Curves over whole amounts 1, 2, ... with rising gains. */
const curve = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 }).map(steps => ({
  amounts: steps.map((_, index) => index + 1),
  gains: steps.map((_, index) => sum(steps.slice(0, index + 1))),
}))
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/** The most that whole amounts can gain on the curves themselves. */
function best(curves: readonly GainCurve[], total: number): number {
  const [first, ...others] = curves
  if (!first) return 0
  let most = best(others, total)
  for (let index = 0; index < first.amounts.length && first.amounts[index]! <= total; index++)
    most = Math.max(most, first.gains[index]! + best(others, total - first.amounts[index]!))
  return most
}

describe('a split by hulls', () => {
  it('shares out everything, is never below the best of the curves, and is that where they are concave', () => {
    fc.assert(
      fc.property(fc.array(curve, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 16 }), (curves, total) => {
        const { amounts, gains } = splitByHulls(curves, total)
        expect(sum(amounts)).toBeCloseTo(total, 9)
        expect(sum(gains)).toBeGreaterThanOrEqual(best(curves, total) - 1e-9)
        const concave = curves.map(({ amounts, gains }) => {
          const steps = gains.map((gain, index) => gain - (gains[index - 1] ?? 0)).sort((a, b) => b - a)
          return { amounts, gains: steps.map((_, index) => sum(steps.slice(0, index + 1))) }
        })
        expect(sum(splitByHulls(concave, total).gains)).toBeCloseTo(best(concave, total), 9)
      }),
      { numRuns: 300, seed: 3 },
    )
  })

  it('gives everybody the least, and steps over a cliff as one piece', () => {
    const cliff = { amounts: [1, 10], gains: [0, 100] }
    const slope = { amounts: [10], gains: [50] }
    expect(splitByHulls([slope, cliff], 12, 1)).toEqual({ amounts: [2, 10], gains: [10, 100] })
  })
})
