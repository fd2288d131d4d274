import type { Atlas } from './atlas.ts'
import { fibreMsPerKm, vectorDistanceKm } from './distance.ts'
import type { PairRtt } from './rtt.ts'
import type { RegionFactors } from './rtt-parameters.ts'
import { regionNames, type Sites } from './sites.ts'

/** No pair is faster than straight fibre with 2 % of slack and a fifth of a millisecond of equipment. */
const slackOverFibre = 1.02
const equipmentMs = 0.2

/** The factors as a square table: row and column count the regions as `Sites.regionOf` does. */
function tableOf(factors: RegionFactors, regions: readonly string[]): Float64Array {
  return Float64Array.from({ length: regions.length ** 2 }, (_, cell) => {
    const [a, b] = [regions[Math.floor(cell / regions.length)]!, regions[cell % regions.length]!]
    return factors.f[a < b ? `${a}-${b}` : `${b}-${a}`] ?? factors.f0
  })
}

/**
 * Round trip over a way of some length, stretched by the factor of its two regions:
 * max(1.02 K d + 0.2, a0 min(1, K x / 2) + f K x), d the great circle and x the way in km, K light in fibre.
 */
export function regionFactorRtt(
  atlas: Atlas,
  factors: RegionFactors,
  from: Sites,
  to: Sites,
  wayKm: (i: number, j: number) => number,
): PairRtt {
  const regions = regionNames(atlas)
  const table = tableOf(factors, regions)
  const count = regions.length
  const { regionOf: fromRegions } = from
  const { regionOf: toRegions } = to
  return (i, j) => {
    const floorMs = slackOverFibre * fibreMsPerKm * vectorDistanceKm(from, i, to, j) + equipmentMs
    const lightMs = fibreMsPerKm * wayKm(i, j)
    const factor = table[fromRegions[i]! * count + toRegions[j]!]!
    return Math.max(floorMs, factors.a0 * Math.min(1, lightMs / 2) + factor * lightMs)
  }
}
