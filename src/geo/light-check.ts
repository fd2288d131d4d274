import { distanceKm, fibreMsPerKm } from './distance.ts'
import type { Place } from './place.ts'

/** A measured round trip between two places. */
export interface MeasuredPair {
  a: Place
  b: Place
  rttMs: number
}

/** A pair that was faster than light: at least one coordinate is wrong, or the measurement is. */
export interface ImpossiblePair {
  /** Index into the measured pairs. */
  pair: number
  distanceKm: number
  /** The least round trip that fibre allows: 2 d n / c, n = 1.468. */
  lightMs: number
}

/** The measured pairs that are faster than light in fibre along the great circle, in the order they were given. */
export function findImpossiblePairs(pairs: readonly MeasuredPair[]): ImpossiblePair[] {
  return pairs.flatMap(({ a, b, rttMs }, pair) => {
    const km = distanceKm(a, b)
    const lightMs = fibreMsPerKm * km
    return rttMs < lightMs ? [{ pair, distanceKm: km, lightMs }] : []
  })
}
