import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KeptRequests, keptOf, sampleOf, sourceOfKept } from '../../src/files/kept-requests.ts'
import { loadKernels } from '../../src/files/kernels.ts'
import { policies } from '../../src/policies/index.ts'
import { runContest } from '../../src/sim/contest.ts'
import { byteMissRatioAt, lruCurve, lruCurveByKernel, missRatioAt } from '../../src/sim/lru-curve.ts'
import { adjusted } from '../../src/sim/sample.ts'
import { makeWorkload } from '../../src/traffic/workload.ts'

function contest(trace: KeptRequests, policy: string, capacity: number, ignoreSize: boolean) {
  return runContest({
    trace: sourceOfKept(trace),
    policy: policies.choose(policy),
    admission: null,
    capacity,
    ignoreSize,
    seed: 1,
    warmupRequests: 0,
    blocks: 1,
    kernels: null,
  })
}

function traceOf(ids: number[]): KeptRequests {
  const numbers = [...new Set(ids)]
  const trace = {
    name: 'test',
    count: ids.length,
    objects: numbers.length,
    ids: Int32Array.from(ids, id => numbers.indexOf(id)),
    bytes: Uint32Array.from(ids, id => 100 + id),
    timesS: new Float64Array(ids.length),
    footprintBytes: numbers.reduce((sum, id) => sum + 100 + id, 0),
    notes: {},
  }
  return keptOf(trace, true)
}

describe('the curve of LRU', () => {
  it('has the misses of LRU at every size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 200 }), ids => {
        const trace = traceOf(ids)
        const { missesAt } = lruCurve(sourceOfKept(trace), true)
        for (let size = 1; size <= trace.objects; size++)
          expect(missesAt[size]).toBe(contest(trace, 'lru', size, true).misses)
      }),
      { numRuns: 60 },
    )
  })

  it('is within half a point of LRU in bytes', () => {
    const trace = keptOf(
      makeWorkload('zipf:alpha=0.9,objects=3000,requests=60000,seed=2,sizes=lognormal;median=9KB;sigma=1'),
      true,
    )
    const curve = lruCurve(sourceOfKept(trace))
    for (const share of [0.01, 0.05, 0.2, 0.5]) {
      const size = Math.floor(share * trace.footprintBytes)
      const { misses, missedBytes, requestedBytes } = contest(trace, 'lru', size, false)
      const found = byteMissRatioAt(curve, size)
      expect(Math.abs(found.missRatio - misses / trace.count)).toBeLessThan(0.005)
      expect(Math.abs(found.byteMissRatio - missedBytes / requestedBytes)).toBeLessThan(0.01)
    }
  })
})

describe('the kernel of the curve', () => {
  const kernels = loadKernels(new URL('../../dist/kernels/kernels.wasm', import.meta.url))!

  it.each([
    ['zipf:alpha=0.8,objects=20000,requests=400000,seed=3,sizes=lognormal', 1],
    ['zipf:alpha=1.1,objects=3000,requests=300000,seed=4,sizes=lognormal', 7.3],
    ['loop:objects=600000,requests=1000000', 1],
    ['zipf:alpha=0.2,objects=70000,requests=300000,seed=6', 2],
  ])('finds the curve of %s', (workload, scale) => {
    const source = sourceOfKept(keptOf(makeWorkload(workload), true))
    for (const ignoreSize of [true, false]) {
      const found = lruCurveByKernel(source, kernels, ignoreSize, scale)
      const expected = lruCurve(source, ignoreSize, scale)
      for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
        const [ours, theirs] = [found[key], expected[key]]
        if (typeof ours === 'number') expect(ours).toBe(theirs)
        else expect(Buffer.from(ours.buffer).equals(Buffer.from((theirs as Float64Array).buffer))).toBe(true)
      }
    }
  })
})

describe('sampling', () => {
  const trace = keptOf(makeWorkload('zipf:alpha=0.8,objects=40000,requests=400000,seed=5'), true)

  it('finds the curve of LRU from a tenth of the objects within 0.02', () => {
    const whole = lruCurve(sourceOfKept(trace), true)
    const sample = sampleOf(trace, 0.1, 1)
    const curve = lruCurve(sourceOfKept(sample), true, 10)
    for (const size of [400, 2000, 8000, 20_000])
      expect(
        Math.abs(adjusted(missRatioAt(curve, size), sample.count, trace.count, 0.1) - missRatioAt(whole, size)),
      ).toBeLessThan(0.02)
  })

  it.each(['sieve', 's3-fifo', 'fifo'])('finds the misses of %s in a tenth of the cache within 0.03', policy => {
    const sample = sampleOf(trace, 0.1, 1)
    for (const size of [2000, 8000]) {
      const { misses } = contest(sample, policy, size / 10, true)
      const found = adjusted(misses / sample.count, sample.count, trace.count, 0.1)
      expect(Math.abs(found - contest(trace, policy, size, true).misses / trace.count)).toBeLessThan(0.03)
    }
  })
})
