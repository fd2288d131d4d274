import { describe, expect, it } from 'vitest'
import { coldStarts } from '../../src/backend/cold-start.ts'
import { createQuantileFunction } from '../../src/backend/quantiles.ts'
import { createRandom } from '../../src/lib/random.ts'

describe('quantiles', () => {
  it('goes through what is known, straight in the logarithm between, and never beyond', () => {
    const at = createQuantileFunction([
      [0.5, 10],
      [0.9, 40],
      [0.99, 90],
    ])
    expect([at(0.5), at(0.9), at(0.99), at(1)]).toEqual([expect.closeTo(10), expect.closeTo(40), 90, 90])
    expect(at(0.7)).toBeCloseTo(20)
    expect(at(0.945)).toBeCloseTo(60)
    expect(at(0.3)).toBeCloseTo(5)
  })

  it('is a constant for one value, zero too', () => {
    expect(createQuantileFunction([[0.5, 7]])(0.99)).toBe(7)
    expect(createQuantileFunction([[0.5, 7]])(0.1)).toBeCloseTo(7)
    expect(createQuantileFunction([[0.5, 0]])(0.1)).toBeCloseTo(0)
  })

  it('gives back the quantiles of every cold start when it is drawn from', () => {
    const random = createRandom(1)
    for (const { initMs } of coldStarts) {
      const draw = createQuantileFunction(initMs)
      const draws = Float64Array.from({ length: 40_000 }, () => draw(random.unit())).sort()
      for (const [share, ms] of initMs) expect(draws[Math.floor(share * draws.length) - 1]! / ms).toBeCloseTo(1, 1)
    }
  })

  it('refuses tables that fall', () => {
    expect(() =>
      createQuantileFunction([
        [0.5, 2],
        [0.9, 1],
      ]),
    ).toThrow()
    expect(() =>
      createQuantileFunction([
        [0.5, 2],
        [0.5, 3],
      ]),
    ).toThrow()
    expect(() => createQuantileFunction([])).toThrow()
  })
})
