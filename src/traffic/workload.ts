import { plainDraws } from '../lib/draws.ts'
import { createRandom, type Random } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import { arrivalModels } from './arrivals.ts'
import { createCatalog } from './catalog.ts'
import { popularities } from './popularity.ts'
import type { Trace } from './trace.ts'

/** Parameters of a workload that are not its popularity's. */
const common = ['objects', 'requests', 'seed', 'sizes', 'rate']

/** Whether a name means a made-up workload and not a file: `zipf:alpha=1,objects=1e6,requests=1e7`. */
export function isWorkload(name: string): boolean {
  return popularities.names.includes(name.split(':')[0]!) && /^[a-z-]+(?::|$)/.test(name)
}

/**
 * Makes a trace from a name: a popularity with its parameters, and `objects`, `requests`, `seed`, `sizes` (a size model; all of 1 byte
 * without one) and `rate` (Poisson arrivals a second; without it the trace has no time). Parameters are apart by commas. Objects are
 * numbered in order of first appearance. Throws UserError.
 */
export function makeWorkload(name: string): Trace {
  const [kind, ...rest] = name.split(':')
  const given = Object.fromEntries(
    rest
      .join(':')
      .split(',')
      .filter(pair => pair !== '')
      .map(pair => {
        const cut = pair.indexOf('=')
        if (cut < 1) throw new UserError(`${name}: a parameter is written key=value, not "${pair}"`)
        return [pair.slice(0, cut), pair.slice(cut + 1)]
      }),
  )
  const number = (key: string, without: number): number => {
    const value = given[key] === undefined ? without : Number(given[key])
    if (Number.isSafeInteger(value) && value > 0 && value < 2 ** 31) return value
    throw new UserError(`${name}: ${key} is a whole number from 1, not "${given[key]}"`)
  }
  const [objects, requests, seed] = [number('objects', 1_000_000), number('requests', 1_000_000), number('seed', 1)]
  const own = Object.entries(given).filter(([key]) => !common.includes(key))
  const { definition, params } = popularities.choose([kind, ...own.map(([key, value]) => `${key}=${value}`)].join(':'))
  const random = createRandom(seed, 'workload')
  const catalogCount = definition.catalogSize(objects, requests, params)
  const ranks = new Int32Array(requests)
  definition.create({ objects, random: random.fork('objects'), draws: plainDraws }, params).fill(ranks, 0, requests)
  const sizes = (given.sizes ?? 'fixed:bytes=1').replaceAll(';', ':')
  const { bytesOf } = createCatalog(catalogCount, [{ name: 'objects', share: 1, sizes }], random.fork('catalogue'))
  const trace = numbered(name, ranks, bytesOf)
  if (given.rate !== undefined) setTimes(trace.timesS, number('rate', 1), random.fork('arrivals'))
  return trace
}

/** Poisson arrivals of so many a second, from 0 on. */
function setTimes(timesS: Float64Array, perSecond: number, random: Random): void {
  const { definition, params } = arrivalModels.choose('poisson')
  definition.create({ random, draws: plainDraws }, params)(timesS.subarray(1), timesS.length - 1)
  timesS[0] = 0
  for (let row = 1; row < timesS.length; row++) timesS[row] = timesS[row - 1]! + timesS[row]! / perSecond
}

/** The trace with its objects numbered in order of first appearance, in shared memory. */
function numbered(name: string, ranks: Int32Array, bytesOf: Float64Array): Trace {
  const count = ranks.length
  const ids = new Int32Array(new SharedArrayBuffer(4 * count))
  const bytes = new Uint32Array(new SharedArrayBuffer(4 * count))
  const numberOf = new Int32Array(bytesOf.length).fill(-1)
  let [objects, footprintBytes] = [0, 0]
  for (let row = 0; row < count; row++) {
    const rank = ranks[row]!
    bytes[row] = Math.min(0xffffffff, bytesOf[rank]!)
    if (numberOf[rank] === -1) {
      numberOf[rank] = objects++
      footprintBytes += bytes[row]!
    }
    ids[row] = numberOf[rank]!
  }
  const timesS = new Float64Array(new SharedArrayBuffer(8 * count))
  return { name, count, objects, ids, bytes, timesS, footprintBytes, notes: {} }
}
