import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { runPlan } from '../../src/sim/run.ts'
import type { RunResult } from '../../src/stats/result.ts'
import { manifest, planFrom } from './run-scenario.ts'

const base = `
pops: [{id: A, at: Paris}, {id: B, at: Tokyo}, {id: C, at: "New York City"}]
edge: {capacity: 30kB}
origin: {at: us-east-1, think: 30ms}
warmup: none
visitors: {cities: 40}
traffic: {objects: 300, requests: 6000, rate: 40/s, sizes: "lognormal:median=400:most=5KB", popularity: "zipf:alpha=0.8"}
`

/** Numbers to ten digits: sums of the two walks are added up in another order. */
function rounded(result: RunResult): unknown {
  return JSON.parse(JSON.stringify(result), (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(10)) : value,
  )
}

describe('the two walks', () => {
  it('agree in every count, and in sums up to the order of adding', () => {
    const worlds = fc.record({
      policy: fc.constantFrom('lru', 'fifo', 'clock', 'sieve', 's3-fifo', 'lru-cache'),
      ttl: fc.constantFrom('1h', '20s', '0s'),
      stale: fc.constantFrom('0s', '30s'),
      error: fc.constantFrom('0s', '1m'),
      uncacheable: fc.constantFrom(0, 0.2),
      changed: fc.constantFrom(0, 0.3),
      collapse: fc.boolean(),
      seed: fc.integer({ min: 1, max: 1000 }),
      events: fc.constantFrom(
        '[]',
        '[{at: 30s, type: origin-down, for: 20s}, {at: 70s, type: purge, path: "/objects/1*"}]',
        '[{at: 20s, type: pop-down, pop: B, for: 30s}, {at: 90s, type: origin-slow, for: 30s, factor: 20}]',
        '[{at: 40s, type: purge, soft: true}, {at: 60s, type: flash-crowd, for: 10s, factor: 5, object: 7}]',
      ),
    })
    fc.assert(
      fc.property(worlds, ({ policy, ttl, stale, error, uncacheable, changed, collapse, seed, events }) => {
        const plan = planFrom(
          base,
          `edge.policy=${policy}`,
          `edge.collapse=${collapse}`,
          `seed=${seed}`,
          `events=${events}`,
          `behaviors=[{cache: {ttl: ${ttl}, staleWhileRevalidate: ${stale}, staleIfError: ${error}, uncacheable: ${uncacheable}, changed: ${changed}}}]`,
        )
        const byPop = runPlan(plan, loadAtlas(), { manifest })
        // A limit that is never reached makes the origin stateful, and so the walk in order of time; nothing else changes.
        const limited = { ...plan, origin: { ...plan.origin, concurrency: 1_000_000, queue: 0 } }
        const inTime = runPlan(limited, loadAtlas(), { manifest })
        expect(rounded(inTime)).toEqual(rounded(byPop))
      }),
      { numRuns: 25, seed: 5 },
    )
  })

  it('give the same result each time, and another one for another seed', () => {
    const run = (seed: number) => runPlan(planFrom(base, `seed=${seed}`), loadAtlas(), { manifest })
    expect(run(3)).toEqual(run(3))
    expect(run(4).headline.requests!.value + run(4).headline.mean_ms!.value).not.toBe(
      run(3).headline.requests!.value + run(3).headline.mean_ms!.value,
    )
  })
})
