import { z } from 'zod'
import type { Definition } from '../lib/registry.ts'
import type { Atlas } from './atlas.ts'
import type { Place } from './place.ts'
import { withResidual } from './residual.ts'
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
  /** Share of pairs that take a detour of some 27 ms, which they keep for ever; 0.3 of the measured pairs do. */
  detours: z.number().min(0).max(1).default(0),
  /** Seed of what a pair has of its own. */
  seed: z.number().int().default(1),
}
const commonParams = z.strictObject(common)
export type CommonRttParams = z.output<typeof commonParams>

export interface RttModelDefinition<Params = unknown> extends Definition<Params> {
  create(atlas: Atlas, params: Params): RttModel
}

/** What `defineRttModel` makes a model of. */
export interface RttModelSource<Shape extends z.ZodRawShape> {
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
      const isRegular = chosen.sigma === 0 && chosen.detours === 0
      const rttOf = isRegular ? formula : withResidual(formula, chosen)
      const between = (from: readonly Place[], to: readonly Place[]): PairRtt =>
        rttOf(createSites(atlas, from), createSites(atlas, to))
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
