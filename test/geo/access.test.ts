import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { createAccessMix, createAccessTable, quantileCount } from '../../src/geo/access.ts'
import { UserError } from '../../src/lib/user-error.ts'

const { accessProfiles } = loadAtlas()
const names = Object.keys(accessProfiles)

/** The lanczos form of the gamma function, for the mean of a Weibull distribution. */
function gamma(x: number): number {
  const weights = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ]
  const sum = weights.reduce((total, weight, index) => total + weight / (x + index), 0.9999999999998099)
  return Math.sqrt(2 * Math.PI) * (x + 6.5) ** (x - 0.5) * Math.exp(-(x + 6.5)) * sum
}

describe('access profiles', () => {
  it.each(names)('%s: the tables have the median and the mean of their distributions', name => {
    const profile = accessProfiles[name]!
    const { accessMs, jitterMs } = createAccessTable(name, profile)
    const mean = (column: Float64Array): number => column.reduce((sum, ms) => sum + ms, 0) / quantileCount
    const { medianMs, sigma } = profile.accessLogNormal
    expect((accessMs[quantileCount / 2 - 1]! + accessMs[quantileCount / 2]!) / 2 / medianMs).toBeCloseTo(1, 2)
    expect(mean(accessMs) / (medianMs * Math.exp(sigma ** 2 / 2))).toBeGreaterThan(0.98)
    expect(mean(accessMs) / (medianMs * Math.exp(sigma ** 2 / 2))).toBeLessThan(1.005)
    expect([...accessMs]).toEqual([...accessMs].sort((a, b) => a - b))
    if (profile.jitterWeibull) {
      const { shape, scaleMs } = profile.jitterWeibull
      expect(mean(jitterMs) / (scaleMs * gamma(1 + 1 / shape))).toBeCloseTo(1, 1)
      expect(jitterMs[quantileCount / 2]! / (scaleMs * Math.LN2 ** (1 / shape))).toBeCloseTo(1, 2)
    }
    expect(jitterMs[0]).toBeGreaterThanOrEqual(0)
  })

  it('has the quartiles that were measured on home fibre', () => {
    // Source: 115 RIPE Atlas probes, February 2023: quarter 1.5, median 2.8, three quarters 4.3, nine tenths 8.4 ms.
    const { accessMs } = createAccessTable('fibre', accessProfiles.fibre!)
    const at = (share: number): number => accessMs[Math.floor(share * quantileCount)]!
    for (const [share, ms] of [
      [0.25, 1.5],
      [0.5, 2.8],
      [0.75, 4.3],
      [0.9, 8.4],
    ] as const)
      expect(Math.abs(at(share) - ms) / ms).toBeLessThan(0.2)
  })
})

describe('a mix of profiles', () => {
  it('draws each as often as its weight says', () => {
    const { tables, tableOf } = createAccessMix(accessProfiles, { fibre: 5, lte: 3, dsl: 2 })
    const shares = tables.map((_, table) => tableOf.filter(index => index === table).length / quantileCount)
    expect(tables.map(({ name }) => name)).toEqual(['fibre', 'lte', 'dsl'])
    for (const [table, share] of [0.5, 0.3, 0.2].entries()) expect(Math.abs(shares[table]! - share)).toBeLessThan(0.001)
  })

  it('refuses an unknown name with the nearest one, and shares of nothing', () => {
    expect(() => createAccessMix(accessProfiles, { fiber: 1 })).toThrow('did you mean "fibre"?')
    expect(() => createAccessMix(accessProfiles, { constructor: 1 })).toThrow(UserError)
    expect(() => createAccessMix(accessProfiles, { fibre: 0 })).toThrow(UserError)
  })
})
