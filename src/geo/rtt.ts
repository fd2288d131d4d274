import { z } from 'zod'
import { hashText, mix32 } from '../lib/random.ts'
import type { Definition } from '../lib/registry.ts'
import type { Atlas } from './atlas.ts'
import { fibreMsPerKm, vectorDistanceKm } from './distance.ts'
import type { Place } from './place.ts'
import type { RttParameterSet } from './rtt-parameters.ts'
import { createSites, type Sites } from './sites.ts'

/** Round trip in ms between place `i` of one list and place `j` of another. */
export type PairRtt = (i: number, j: number) => number

/** What a round trip between two places takes. Symmetric, finite, and the same whenever it is asked. */
export interface RttModel {
  /** Round trip of two places in ms. For set-up; many pairs go through `between` or `rttMatrix`. */
  rttMs(a: Place, b: Place): number
  /** Makes both lists ready, so that a pair costs little. */
  between(from: readonly Place[], to: readonly Place[]): PairRtt
}

/** What every model can be told, beside its own parameters. */
const common = {
  /** Which fit: `public` for visitor to PoP or origin, `backbone` for PoP to PoP or origin over a private network. */
  set: z.enum(['public', 'backbone']).default('public'),
  /** Sigma of a log-normal residual that each pair keeps for ever; measured pairs scatter by 0.15 to 0.25. */
  sigma: z.number().min(0).max(2).default(0),
  /** Seed of that residual. */
  seed: z.number().int().default(1),
}
const commonParams = z.strictObject(common)
export type CommonRttParams = z.output<typeof commonParams>

export interface RttModelDefinition<Params = unknown> extends Definition<Params> {
  create(atlas: Atlas, params: Params): RttModel
}

interface RttModelSource<Shape extends z.ZodRawShape> {
  name: string
  title: string
  source: string
  /** Parameters of this model alone. */
  params: Shape
  /** The model's own formula over places made ready. */
  between(
    atlas: Atlas,
    params: z.output<z.ZodObject<Shape>> & CommonRttParams,
    fitted: RttParameterSet,
  ): (from: Sites, to: Sites) => PairRtt
}

/** Declares an RTT model: one file, one call, and one line in `models/index.ts`. */
export function defineRttModel<Shape extends z.ZodRawShape>(
  source: RttModelSource<Shape>,
): RttModelDefinition<z.output<z.ZodObject<Shape>> & CommonRttParams> {
  type Params = z.output<z.ZodObject<Shape>> & CommonRttParams
  const { name, title, source: origin, params } = source
  return {
    name,
    title,
    source: origin,
    params: z.strictObject({ ...common, ...params }) as unknown as z.ZodType<Params>,
    create(atlas, chosen) {
      const formula = source.between(atlas, chosen, atlas.rttParameters[chosen.set])
      const withResidual = chosen.sigma === 0 ? formula : scatter(formula, chosen.sigma, chosen.seed)
      const between = (from: readonly Place[], to: readonly Place[]): PairRtt =>
        withResidual(createSites(atlas, from), createSites(atlas, to))
      return { between, rttMs: (a, b) => between([a], [b])(0, 0) }
    },
  }
}

/** Round trips of all pairs in ms, row by row: `from.length` rows of `to.length`. */
export function rttMatrix(model: RttModel, from: readonly Place[], to: readonly Place[]): Float64Array {
  const rttOf = model.between(from, to)
  const matrix = new Float64Array(from.length * to.length)
  let next = 0
  for (let i = 0; i < from.length; i++) for (let j = 0; j < to.length; j++) matrix[next++] = rttOf(i, j)
  return matrix
}

/**
 * Multiplies each pair by exp(sigma x normal), the normal drawn by a hash of the seed and both coordinates, whichever comes
 * first. Never below light in fibre. Two of the hash's halves make one normal. Source: Box and Muller, Annals of Mathematical
 * Statistics 29(2), 1958.
 */
function scatter(
  formula: (from: Sites, to: Sites) => PairRtt,
  sigma: number,
  seed: number,
): (from: Sites, to: Sites) => PairRtt {
  const keysOf = (sites: Sites): Int32Array =>
    Int32Array.from(sites.places, ({ lat, lon }) => hashText(seed, `${lat},${lon}`))
  return (from, to) => {
    const rttOf = formula(from, to)
    const fromKeys = keysOf(from)
    const toKeys = keysOf(to)
    return (i, j) => {
      const [a, b] = [fromKeys[i]!, toKeys[j]!]
      const first = mix32(Math.imul(a + b, 0x9e3779b1) ^ (a ^ b))
      const radius = Math.sqrt(-2 * Math.log(((first >>> 0) + 1) / 4_294_967_296))
      const normal = radius * Math.cos((2 * Math.PI * (mix32(first ^ 0x5bd1e995) >>> 0)) / 4_294_967_296)
      const light = fibreMsPerKm * vectorDistanceKm(from, i, to, j)
      return Math.max(light, rttOf(i, j) * Math.exp(sigma * normal))
    }
  }
}
