import { z } from 'zod'
import type { Draws } from '../lib/draws.ts'
import type { Random } from '../lib/random.ts'
import { createRegistry, type Definition } from '../lib/registry.ts'

/** Draws which objects are asked for, in order of the requests. Objects count from 0, the most popular. */
export interface Popularity {
  /** Fills rows `from` to `from + count - 1`. */
  fill(out: Int32Array, from: number, count: number): void
}

export interface PopularityContext {
  objects: number
  random: Random
  /** Who draws, where many numbers are wanted. */
  draws: Draws
}

export interface PopularityDefinition<Params = unknown> extends Definition<Params> {
  create(context: PopularityContext, params: Params): Popularity
  /** How many objects so many requests for `objects` popular ones can name; more where some are asked for once only. */
  catalogSize(objects: number, requests: number, params: Params): number
}

function definePopularity<Params>(
  definition: Omit<PopularityDefinition<Params>, 'catalogSize'> &
    Partial<Pick<PopularityDefinition<Params>, 'catalogSize'>>,
): PopularityDefinition<Params> {
  return { catalogSize: objects => objects, ...definition }
}

const zipfParams = z.strictObject({
  alpha: z.number().min(0).max(10).default(0.9).describe('Exponent: the object of rank r is asked for as r^-alpha'),
  once: z.number().min(0).lt(1).default(0).describe('Share of the requests that go to objects never asked for again'),
  drift: z.number().min(0).default(0).describe('Objects by which the ranks move on in a million requests'),
  thin: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('Neighbours in rank that each object stands for: a sample'),
})

const zipf = definePopularity({
  name: 'zipf',
  title: 'Zipf: few objects get most of the requests',
  source: 'L. Breslau et al.: Web caching and Zipf-like distributions, INFOCOM 1999',
  params: zipfParams,
  catalogSize: (objects, requests, { once }) =>
    objects + Math.ceil(once * requests + 6 * Math.sqrt(once * requests) + (once > 0 ? 100 : 0)),
  create({ objects, random, draws }, { alpha, once, drift, thin }) {
    const table = draws.weighted(zipfWeights(objects, alpha, thin))
    const rankDraws = random.fork('ranks')
    const onceDraws = random.fork('once')
    let onceCount = 0
    let drawn = 0
    return {
      fill(out, from, count) {
        table.fill(out, from, count, rankDraws)
        if (drift > 0)
          for (let row = from; row < from + count; row++)
            out[row] = (out[row]! + Math.floor((drift * drawn++) / 1e6)) % objects
        if (once > 0)
          for (let row = from; row < from + count; row++) if (onceDraws.unit() < once) out[row] = objects + onceCount++
      },
    }
  },
})

/** The weight of each object: that of its rank, or where it stands for `thin` neighbours the sum over theirs. */
function zipfWeights(objects: number, alpha: number, thin: number): Float64Array {
  const weights = new Float64Array(objects)
  for (let rank = 0; rank < objects * thin; rank++) weights[Math.floor(rank / thin)]! += (rank + 1) ** -alpha
  return weights
}

const scanParams = z.strictObject({
  alpha: z.number().min(0).max(10).default(0.9).describe('Exponent of the requests between scans'),
  every: z.number().int().min(1).default(10_000).describe('Requests between two scans'),
  length: z.number().int().min(1).default(1000).describe('Objects that a scan asks for, one after the other'),
})

const scan = definePopularity({
  name: 'scan',
  title: 'Zipf, and now and then a crawler that walks through the objects',
  source: 'N. Megiddo, D. Modha: ARC, FAST 2003 (why scans hurt LRU)',
  params: scanParams,
  create({ objects, random, draws }, { alpha, every, length }) {
    const table = draws.weighted(zipfWeights(objects, alpha, 1))
    const rankDraws = random.fork('ranks')
    let at = 0
    let next = 0
    return {
      fill(out, from, count) {
        table.fill(out, from, count, rankDraws)
        for (let row = from; row < from + count; row++) {
          if (at >= every) {
            out[row] = next
            next = next + 1 === objects ? 0 : next + 1
          }
          at = at + 1 === every + length ? 0 : at + 1
        }
      },
    }
  },
})

const uniform = definePopularity({
  name: 'uniform',
  title: 'Every object equally often',
  source: 'the case without popularity',
  params: z.strictObject({}),
  create({ objects, random }) {
    return {
      fill(out, from, count) {
        for (let row = from; row < from + count; row++) out[row] = random.below(objects)
      },
    }
  },
})

const loop = definePopularity({
  name: 'loop',
  title: 'One after the other, round and round',
  source: 'the worst case of every policy that reads the past',
  params: z.strictObject({}),
  create({ objects }) {
    let next = 0
    return {
      fill(out, from, count) {
        for (let row = from; row < from + count; row++) {
          out[row] = next
          next = next + 1 === objects ? 0 : next + 1
        }
      },
    }
  },
})

export const popularities = createRegistry<PopularityDefinition>('popularity', [zipf, uniform, loop, scan] as never)
