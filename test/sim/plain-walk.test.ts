import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { loadKernels } from '../../src/files/kernels.ts'
import { createGeometry } from '../../src/scenario/geometry.ts'
import type { Plan } from '../../src/scenario/plan.ts'
import { runPlan } from '../../src/sim/run.ts'
import { runOnce } from '../../src/sim/run-once.ts'
import { resultSoFar } from '../../src/sim/so-far.ts'
import { manifest, planFrom } from './run-scenario.ts'

const atlas = loadAtlas()
const kernels = loadKernels(new URL('../../dist/kernels/kernels.wasm', import.meta.url))!

const base = `
pops: [{id: A, at: Paris}, {id: B, at: Tokyo}, {id: C, at: "New York City"}]
origin: {at: us-east-1, think: 30ms}
visitors: {cities: 40}
traffic: {requests: 5000, objects: 500}
`

function engineOf(plan: Plan): string {
  return runOnce({ plan, geometry: createGeometry(plan, atlas), replication: 0, trace: null, kernels }).engine
}

describe('the walk of the kernels', () => {
  it('gives the result of the readable walk to the last bit in random plain worlds', () => {
    const worlds = fc.record({
      policy: fc.constantFrom('lru', 'fifo', 'clock', 'clock:bits=3', 'sieve'),
      capacity: fc.constantFrom('500B', '5kB', '60kB', '10GB'),
      sizes: fc.constantFrom(
        'fixed:bytes=100',
        'lognormal:median=400:most=6KB',
        'pareto:shape=1.1:least=50:most=300MB',
      ),
      objects: fc.constantFrom(5, 300, 5000),
      rate: fc.constantFrom('3/s', '400/s', '100000/s'),
      ttl: fc.constantFrom('1h', '20s', '100ms', '0s'),
      stale: fc.constantFrom('0s', '50ms', '30s'),
      collapse: fc.boolean(),
      rules: fc.constantFrom(1, 2),
      uncacheable: fc.constantFrom('0%', '0%', '30%', '100%'),
      changed: fc.constantFrom('0%', '0%', '5%', '100%'),
      warmup: fc.constantFrom('none', 'auto', '10%'),
      bandwidth: fc.constantFrom('1Gbit/s', '20Mbit/s'),
      diurnal: fc.constantFrom(0, 0.6),
      crowd: fc.boolean(),
      replications: fc.constantFrom(1, 2),
      seed: fc.integer({ min: 1, max: 10_000 }),
    })
    fc.assert(
      fc.property(worlds, world => {
        const cache = `{ttl: ${world.ttl}, staleWhileRevalidate: ${world.stale}, changed: ${world.changed}, uncacheable: ${world.uncacheable}}`
        const first =
          world.rules === 1 ? '' : '{path: "/objects/1*", cache: {ttl: 3s, staleWhileRevalidate: 1s, changed: 20%}}, '
        const plan = planFrom(
          base,
          `edge.policy=${world.policy}`,
          `edge.capacity=${world.capacity}`,
          `edge.collapse=${world.collapse}`,
          `origin.bandwidth=${world.bandwidth}`,
          `traffic.sizes=${world.sizes}`,
          `traffic.objects=${world.objects}`,
          `traffic.rate=${world.rate}`,
          `visitors.diurnal=${world.diurnal}`,
          `behaviors=[${first}{path: "*", cache: ${cache}}]`,
          `events=[${world.crowd ? '{at: 1s, type: flash-crowd, for: 9s, factor: 4, object: 3}' : ''}]`,
          `warmup=${world.warmup}`,
          `replications=${world.replications}`,
          `seed=${world.seed}`,
          'latency.timeout=10m',
        )
        expect(engineOf(plan)).toBe('kernel')
        expect(runPlan(plan, atlas, { manifest, kernels })).toEqual(runPlan(plan, atlas, { manifest }))
      }),
      { numRuns: 40, seed: 9 },
    )
  })

  it('can be looked at on the way, and sees to a share of the edges alone', () => {
    const plan = planFrom(base, 'edge.capacity=50kB', 'warmup=30%')
    const looksOf = (module: WebAssembly.Module | null): unknown[] => {
      const looks: unknown[] = []
      const onLook = (_: number, soFar: Parameters<typeof resultSoFar>[1]): void => {
        looks.push(resultSoFar(plan, soFar))
      }
      runPlan(plan, atlas, { manifest, kernels: module, onLook })
      return looks
    }
    expect(looksOf(kernels)).toEqual(looksOf(null))
    const geometry = createGeometry(plan, atlas)
    const share = {
      partition: { count: 2, homeOf: Int32Array.of(0, 1, 0), windowMs: 0, across: [] },
      self: 0,
      post: null,
    }
    const shareOf = (module: WebAssembly.Module | null) => {
      const { parts, timeline } = runOnce({ plan, geometry, replication: 0, trace: null, share, kernels: module })
      return { parts, timeline: timeline.columns() }
    }
    expect(shareOf(kernels)).toEqual(shareOf(null))
  })

  it.each([
    ['a shield', 'shields=[{id: S, at: us-east-1, capacity: 1GB}]'],
    ['an origin with limits', 'origin.concurrency=10'],
    ['events of the origin', 'events=[{at: 1s, type: origin-down, for: 1s}]'],
    ['a purge', 'events=[{at: 1s, type: purge}]'],
    ['latencies to the last byte', 'latency.until=last-byte'],
    ['a policy without a kernel', 'edge.policy=arc'],
    ['an admission', 'edge.admission=second-hit'],
    ['answers that may come too late', 'latency.timeout=100ms'],
  ])('leaves %s to the readable walk', (_, set) => {
    expect(engineOf(planFrom(base, set))).toBe('plain')
  })
})
