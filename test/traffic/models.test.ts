import { describe, expect, it } from 'vitest'
import { plainDraws } from '../../src/lib/draws.ts'
import { createRandom } from '../../src/lib/random.ts'
import { arrivalModels, createTimes } from '../../src/traffic/arrivals.ts'
import { popularities } from '../../src/traffic/popularity.ts'
import { sizeModels } from '../../src/traffic/sizes.ts'
import { makeWorkload } from '../../src/traffic/workload.ts'

function draw(spec: string, objects: number, requests: number, block = 1000): Int32Array {
  const { definition, params } = popularities.choose(spec)
  const popularity = definition.create({ objects, random: createRandom(11, spec), draws: plainDraws }, params)
  const out = new Int32Array(requests)
  for (let from = 0; from < requests; from += block) popularity.fill(out, from, Math.min(block, requests - from))
  return out
}

function countsOf(drawn: Int32Array, objects: number): Float64Array {
  const counts = new Float64Array(objects)
  for (const object of drawn) counts[object]!++
  return counts
}

/**
 * Pearson's statistic in standard deviations from its mean, by Wilson and Hilferty: between -4 and 4 unless draws do not follow the
 * weights.
 */
function chiSquare(counts: Float64Array, weights: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const mass = weights.reduce((sum, weight) => sum + weight, 0)
  const chi = weights.reduce((sum, weight, index) => {
    const expected = (total * weight) / mass
    return sum + (counts[index]! - expected) ** 2 / expected
  }, 0)
  const freedom = weights.length - 1
  return ((chi / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom))
}

const zipfWeights = (objects: number, alpha: number) =>
  Array.from({ length: objects }, (_, rank) => (rank + 1) ** -alpha)

describe('popularities', () => {
  it.each([0, 0.5, 0.9, 1, 1.3])('draw Zipf of exponent %f', alpha => {
    const counts = countsOf(draw(`zipf:alpha=${alpha}`, 300, 300_000), 300)
    expect(Math.abs(chiSquare(counts, zipfWeights(300, alpha)))).toBeLessThan(4)
    // The test can fail: it does for a neighbouring exponent.
    expect(chiSquare(counts, zipfWeights(300, alpha + 0.05))).toBeGreaterThan(4)
  })

  it('draw uniformly, and round and round', () => {
    expect(Math.abs(chiSquare(countsOf(draw('uniform', 200, 100_000), 200), Array(200).fill(1)))).toBeLessThan(4)
    expect([...draw('loop', 3, 8, 5)]).toEqual([0, 1, 2, 0, 1, 2, 0, 1])
  })

  it('send the wanted share to objects that are asked for once', () => {
    const { definition, params } = popularities.choose('zipf:once=0.3')
    const size = definition.catalogSize(500, 50_000, params)
    const counts = countsOf(draw('zipf:once=0.3', 500, 50_000), size)
    const once = counts.subarray(500)
    expect(Math.max(...once)).toBe(1)
    const share = once.reduce((sum, count) => sum + count, 0) / 50_000
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 50_000))
    expect(Math.abs(chiSquare(counts.subarray(0, 500), zipfWeights(500, 0.9)))).toBeLessThan(4)
  })

  it('let the most popular object drift', () => {
    const drawn = draw('zipf:alpha=1.2:drift=1000', 1000, 400_000)
    const first = (from: number): number => {
      const counts = countsOf(drawn.subarray(from, from + 1000), 1000)
      return counts.indexOf(Math.max(...counts))
    }
    expect([first(0), first(100_000), first(399_000)]).toEqual([0, 100, 399])
  })

  it('interrupt Zipf by scans through all objects in order', () => {
    const drawn = draw('scan:every=50:length=20', 30, 70 * 40, 33)
    const scanned = drawn.filter((_, row) => row % 70 >= 50)
    expect([...scanned]).toEqual(Array.from({ length: 20 * 40 }, (_, row) => row % 30))
    const between = drawn.filter((_, row) => row % 70 < 50)
    expect(Math.abs(chiSquare(countsOf(between, 30), zipfWeights(30, 0.9)))).toBeLessThan(4)
  })

  it.each(['zipf:alpha=0.8:once=0.2:drift=500', 'uniform', 'loop', 'scan:every=7:length=3'])(
    'draw the same whatever the blocks: %s',
    spec => expect([...draw(spec, 100, 3000, 1000)]).toEqual([...draw(spec, 100, 3000, 77)]),
  )
})

describe('sizes', () => {
  function sample(spec: string): number[] {
    const { definition, params } = sizeModels.choose(spec)
    const next = definition.create(createRandom(3, spec), params)
    return Array.from({ length: 40_000 }, next).sort((a, b) => a - b)
  }

  it('are log-normal: median and spread of the logarithm', () => {
    const sizes = sample('lognormal:median=20000:sigma=1.2:most=100GB')
    expect(sizes[20_000]! / 20_000).toBeCloseTo(1, 1)
    const logs = sizes.map(Math.log)
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length
    const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length
    expect(Math.sqrt(variance)).toBeCloseTo(1.2, 1)
  })

  it('are of Pareto: a share of (least / x)^shape is above x', () => {
    const sizes = sample('pareto:shape=1.5:least=1000')
    expect(sizes[0]).toBeGreaterThanOrEqual(1000)
    for (const times of [2, 4, 16]) {
      const share = sizes.filter(size => size > 1000 * times).length / sizes.length
      const expected = times ** -1.5
      expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / sizes.length) + 1e-3)
    }
  })

  it('keep their limits, and are whole numbers from 1', () => {
    expect(
      sample('lognormal:median=100:sigma=5:most=1000').every(size => size >= 1 && size <= 1000 && size % 1 === 0),
    ).toBe(true)
    expect(new Set(sample('fixed:bytes=7'))).toEqual(new Set([7]))
  })
})

describe('arrivals', () => {
  it('are Poisson: as many in a second, in mean and variance, as the rate says', () => {
    const { definition, params } = arrivalModels.choose('poisson')
    const rate = (now: number) => (now < 500_000 ? 0.02 : 0.08)
    const fill = createTimes(definition.create({ random: createRandom(9), draws: plainDraws }, params), now => ({
      perMs: rate(now),
      untilMs: now < 500_000 ? 500_000 : Number.POSITIVE_INFINITY,
    }))
    const counts = new Float64Array(1000)
    const times = new Float64Array(1000)
    for (let count = fill(times, 1000, 1_000_000); count > 0; count = fill(times, 1000, 1_000_000))
      for (const time of times.subarray(0, count)) counts[Math.floor(time / 1000)]!++
    for (const [from, expected] of [
      [0, 20],
      [500, 80],
    ] as const) {
      const part = [...counts.subarray(from, from + 500)]
      const mean = part.reduce((sum, value) => sum + value, 0) / 500
      const variance = part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 499
      expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(expected / 500))
      expect(variance / expected).toBeGreaterThan(0.75)
      expect(variance / expected).toBeLessThan(1.25)
    }
  })
})

describe('workloads', () => {
  it('have the requests, objects and rate of their name, numbered by first appearance', () => {
    const trace = makeWorkload('scan:objects=400,requests=30000,every=1000,length=400,rate=100,seed=4')
    expect([trace.count, trace.objects, trace.footprintBytes]).toEqual([30_000, 400, 400])
    let next = 0
    for (const id of trace.ids) {
      expect(id).toBeLessThanOrEqual(next)
      if (id === next) next++
    }
    expect(Math.abs(trace.timesS.at(-1)! - 300)).toBeLessThan(4 * Math.sqrt(30_000) * 0.01)
    expect(makeWorkload('zipf:objects=10,requests=20').timesS.every(time => time === 0)).toBe(true)
  })

  it('are the same for the same seed, and others for another', () => {
    const ids = (seed: number) => makeWorkload(`zipf:objects=50,requests=500,seed=${seed}`).ids.join()
    expect(ids(1)).toBe(ids(1))
    expect(ids(1)).not.toBe(ids(2))
  })
})
