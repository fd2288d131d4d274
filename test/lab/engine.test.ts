import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { loadKernels } from '../../src/files/kernels.ts'
import { createBench, planText, raceOne, runInLab } from '../../src/lab/engine.ts'
import { followOne } from '../../src/lab/journey.ts'
import { createRememberedPairs } from '../../src/lab/remembered-pairs.ts'
import { thinPlan } from '../../src/lab/thin.ts'
import { createGeometry } from '../../src/scenario/geometry.ts'
import { figure, runScenario } from '../sim/run-scenario.ts'

const scenario = (more = ''): string => `
title: Europe
pops: europe-5
edge: {capacity: 20MB, policy: lru}
visitors: {cities: 100, countries: [DE, FR, GB]}
traffic: {objects: 20000, requests: 300000, rate: 1000/s, sizes: "fixed:bytes=10000", popularity: "zipf:alpha=0.9"}
${more}`

describe('the engine of the page', () => {
  it('says what the command line says for an exact run', () => {
    const text = scenario()
    const { result, sampled } = runInLab(planText(text, loadAtlas()), createBench(loadAtlas()), false)
    const { manifest: _own, ...figures } = result
    const { manifest: _other, ...expected } = runScenario(text)
    expect(sampled).toBe('')
    expect(figures).toEqual(expected)
  })

  it('says the same with compiled kernels', () => {
    const kernels = loadKernels(new URL('../../dist/kernels/kernels.wasm', import.meta.url)) ?? null
    expect(kernels).not.toBeNull()
    const plan = planText(scenario(), loadAtlas())
    const run = (module: WebAssembly.Module | null) => runInLab(plan, createBench(loadAtlas(), '', module), false)
    expect(run(kernels)).toEqual(run(null))
  })

  it('is near the exact run with a sample, also where copies expire', () => {
    for (const more of ['', 'behaviors: [{path: "*", cache: {ttl: 60s}}]']) {
      const quick = runInLab(planText(scenario(more), loadAtlas()), createBench(loadAtlas()), true)
      const exact = runInLab(planText(scenario(more), loadAtlas()), createBench(loadAtlas()), false)
      expect(quick.sampled).toContain('1 of 3 objects')
      expect(Math.abs(figure(quick.result, 'hit_ratio') - figure(exact.result, 'hit_ratio'))).toBeLessThan(0.015)
      expect(Math.abs(figure(quick.result, 'p50_ms') / figure(exact.result, 'p50_ms') - 1)).toBeLessThan(0.05)
    }
  })

  it('finds between cities and PoPs what a new geometry has, after any change of either', () => {
    const atlas = loadAtlas()
    const pairs = createRememberedPairs(atlas)
    const model = 'latency: {model: "hub-region-factor:sigma=0.25:detours=0.4"}'
    const texts = [
      scenario(),
      scenario(model),
      scenario(model).replace('europe-5', '{map: cloudflare, take: 20}'),
      scenario(model).replace('europe-5', '{map: cloudflare, take: 21}'),
      scenario(model).replace('cities: 100', 'cities: 90').replace('europe-5', '{map: cloudflare, take: 19}'),
    ]
    for (const text of texts) {
      const plan = planText(text, atlas)
      expect(createGeometry(plan, atlas, pairs)).toEqual(createGeometry(plan, atlas))
    }
  })

  it('leaves small and unranked traffic whole', () => {
    const small = planText(scenario().replace('300000', '30000'), loadAtlas())
    expect(thinPlan(small).plan).toBe(small)
    const loop = planText(scenario().replace('zipf:alpha=0.9', 'loop'), loadAtlas())
    expect(thinPlan(loop).plan).toBe(loop)
  })

  it('races policies on the same requests: Belady is not beaten where objects are equal', () => {
    const ratio = (policy: string): number => raceOne(scenario(), createBench(loadAtlas()), policy).hitRatio
    const oracle = ratio('belady')
    for (const policy of ['lru', 'sieve', 's3-fifo', 'w-tinylfu']) expect(oracle).toBeGreaterThan(ratio(policy))
  })
})

describe('following one request', () => {
  it('finds a hit, a miss and the slowest, and says why', () => {
    const text = scenario().replace('300000', '30000')
    const hit = followOne(text, createBench(loadAtlas()), 'hit')
    const miss = followOne(text, createBench(loadAtlas()), 'miss')
    const slowest = followOne(text, createBench(loadAtlas()), 'slowest')
    expect(hit.story.fate).toBe('hit')
    expect(miss.story.fate).toBe('miss')
    expect(miss.why.join(' ')).toMatch(/cold miss|capacity miss/)
    expect(hit.story.request).toBeGreaterThanOrEqual(15_000)
    expect(slowest.story.withCdn!.totalMs).toBeGreaterThanOrEqual(miss.story.withCdn!.totalMs)
  })

  it('answers a number that no request has with a sentence', () => {
    expect(() => followOne(scenario(), createBench(loadAtlas()), 999_999_999)).toThrow(/no request 999999999/)
  })
})
