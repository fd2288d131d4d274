import { randomLogNormal, randomPareto } from 'd3-random'
import { z } from 'zod'
import { parseBytes } from '../lib/quantity.ts'
import type { Random } from '../lib/random.ts'
import { createRegistry, type Definition } from '../lib/registry.ts'

export interface SizeDefinition<Params = unknown> extends Definition<Params> {
  /** Draws the size of the next object in bytes, a whole number from 1. */
  create(random: Random, params: Params): () => number
}

/** A size in a spec: bytes, or a text such as 64KB. */
const size = (bytes: string) =>
  z
    .union([z.number(), z.string()])
    .prefault(bytes)
    .transform((given, context) => {
      const parsed = parseBytes(given)
      if (parsed !== undefined && parsed > 0) return parsed
      context.addIssue({ code: 'custom', message: `"${given}" is no size` })
      return z.NEVER
    })

const whole = (bytes: number, most: number): number => Math.max(1, Math.min(most, Math.round(bytes)))

const fixed = {
  name: 'fixed',
  title: 'All objects of one size',
  source: 'the unit-size model of the theory',
  params: z.strictObject({ bytes: size('16KB') }),
  create:
    (_random: Random, { bytes }: { bytes: number }) =>
    () =>
      bytes,
} satisfies SizeDefinition<{ bytes: number }>

const lognormalParams = z.strictObject({
  median: size('12KB').describe('Half of the objects are smaller'),
  sigma: z.number().min(0).max(5).default(1.6).describe('Spread of the logarithm'),
  most: size('1GB').describe('No object is larger'),
})

const lognormal = {
  name: 'lognormal',
  title: 'Log-normal: most objects small, some very large',
  source:
    'P. Barford, M. Crovella: Generating representative web workloads, SIGMETRICS 1998 (the body of web file sizes)',
  params: lognormalParams,
  create(random: Random, { median, sigma, most }: z.output<typeof lognormalParams>) {
    const draw = randomLogNormal.source(() => random.unit())(Math.log(median), sigma)
    return () => whole(draw(), most)
  },
} satisfies SizeDefinition<z.output<typeof lognormalParams>>

const paretoParams = z.strictObject({
  shape: z.number().gt(0).max(20).default(1.2).describe('Below 2 the variance is infinite'),
  least: size('1KB').describe('Smallest size'),
  most: size('1GB').describe('No object is larger'),
})

const pareto = {
  name: 'pareto',
  title: 'Pareto: a heavy tail',
  source: 'M. Crovella, A. Bestavros: Self-similarity in world wide web traffic, IEEE/ACM ToN 1997',
  params: paretoParams,
  create(random: Random, { shape, least, most }: z.output<typeof paretoParams>) {
    const draw = randomPareto.source(() => 1 - random.unit())(shape)
    return () => whole(draw() * least, most)
  },
} satisfies SizeDefinition<z.output<typeof paretoParams>>

export const sizeModels = createRegistry<SizeDefinition>('size model', [lognormal, fixed, pareto] as never)
