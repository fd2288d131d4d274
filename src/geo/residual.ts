import { hashText, mix32 } from '../lib/random.ts'
import { fibreMsPerKm, vectorDistanceKm } from './distance.ts'
import type { PairRtt } from './rtt.ts'
import type { Sites } from './sites.ts'

/** What a pair has of its own, above or below what geography alone gives. */
export interface ResidualParams {
  /** Sigma of the log-normal factor. */
  sigma: number
  /** Share of the pairs that take a detour. */
  detours: number
  seed: number
}

/** Mean length of a detour in ms: measured pairs exceed the model by 28 ms in a tenth and 60 ms in 3 % of all, near or far. */
const detourMeanMs = 27
/** Detours grow to their length over the first milliseconds of a way: within a town none is long. */
const detourFullMs = 2

/**
 * Gives each pair a residual that it keeps for ever: a factor exp(sigma x normal), and for a share of the pairs a detour with an
 * exponential length in ms. Both are drawn by a hash of the seed and the two coordinates, whichever comes first, so that a new
 * place changes no other pair. Never below light in fibre.
 * Source for the normal: Box and Muller, Annals of Mathematical Statistics 29(2), 1958.
 */
export function withResidual(
  formula: (from: Sites, to: Sites) => PairRtt,
  { sigma, detours, seed }: ResidualParams,
): (from: Sites, to: Sites) => PairRtt {
  const keysOf = (sites: Sites): Int32Array =>
    Int32Array.from(sites.places, ({ lat, lon }) => hashText(seed, `${lat},${lon}`))
  return (from, to) => {
    const rttOf = formula(from, to)
    const fromKeys = keysOf(from)
    const toKeys = keysOf(to)
    return (i, j) => {
      const key = pairKey(fromKeys[i]!, toKeys[j]!)
      const radius = Math.sqrt(-2 * Math.log(openUnit(mix32(key ^ 0x2545f491))))
      const normal = radius * Math.cos(2 * Math.PI * openUnit(mix32(key ^ 0x5bd1e995)))
      const lightMs = fibreMsPerKm * vectorDistanceKm(from, i, to, j)
      const straightMs = Math.max(lightMs, rttOf(i, j) * Math.exp(sigma * normal))
      const draw = openUnit(mix32(key ^ 0x68e31da4))
      if (draw >= detours) return straightMs
      return straightMs - detourMeanMs * Math.min(1, lightMs / detourFullMs) * Math.log(draw / detours)
    }
  }
}

/** The same for (a, b) and (b, a). */
function pairKey(a: number, b: number): number {
  return mix32(Math.imul(a + b, 0x9e3779b1) ^ (a ^ b))
}

/** A number in (0, 1) of 32 bits. */
function openUnit(bits: number): number {
  return ((bits >>> 0) + 0.5) / 4_294_967_296
}
