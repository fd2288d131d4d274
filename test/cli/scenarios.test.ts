import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadPlan } from '../../src/files/load-plan.ts'
import { createManifest } from '../../src/files/manifest.ts'
import { listShippedScenarios } from '../../src/files/scenario-files.ts'
import { openTraceSource } from '../../src/files/trace-source.ts'
import { runPlan } from '../../src/sim/run.ts'
import type { RunResult } from '../../src/stats/result.ts'

async function run(name: string, set: readonly string[]): Promise<RunResult> {
  const { plan, atlas, file, tracePath, warnings } = await loadPlan(name, { set })
  expect(warnings).toEqual([])
  const trace = tracePath === undefined ? null : await openTraceSource(plan, tracePath)
  return runPlan(plan, atlas, { manifest: await createManifest(plan, file, tracePath), trace })
}

/** The size of a run in requests: small ones keep the suite fast, and those with events keep their duration. */
async function smaller(name: string): Promise<string[]> {
  const { plan } = await loadPlan(name)
  if (plan.traffic.kind === 'trace') return ['traffic.requests=20000']
  return Number.isFinite(plan.traffic.requests)
    ? ['traffic.requests=20000', 'thresholds=[]']
    : ['traffic.rate=15/s', 'thresholds=[]']
}

describe('each shipped scenario', async () => {
  it.each(await listShippedScenarios())('%s runs, and everything adds up', async name => {
    const result = await run(name, await smaller(name))
    expect(result.cold.requests).toBeGreaterThan(5000)
    expect(result.checks.length).toBeGreaterThan(0)
    for (const { law, left, right } of result.checks) expect([law, left]).toEqual([law, right])
    expect(Object.entries(result.headline).filter(([, { value }]) => Number.isNaN(value))).toEqual([])
  })
})

describe('what the small ones say of themselves', () => {
  it('collapsing saves the origin from a flash crowd', async () => {
    const collapsed = await run('flash-crowd', [])
    const single = await run('flash-crowd', ['edge.collapse=false'])
    expect(single.cold.origin_requests).toBeGreaterThan(collapsed.cold.origin_requests! * 1.03)
  })

  it('stale copies carry visitors through an outage', async () => {
    const stale = await run('origin-outage', [])
    const strict = await run('origin-outage', ['behaviors.0.cache.staleIfError=0'])
    expect(strict.cold.errors).toBeGreaterThan(stale.cold.errors! * 2)
  })

  it('shields save the origin and leave the edge as it is', async () => {
    const shielded = await run('shield', ['traffic.requests=100000'])
    const plain = await run('shield', ['traffic.requests=100000', 'shields=[]'])
    expect(shielded.cold.origin_requests).toBeLessThan(plain.cold.origin_requests! / 2)
    expect(shielded.cold.hit_ratio).toBeCloseTo(plain.cold.hit_ratio!, 2)
  })

  it('have comments for whoever reads them', async () => {
    for (const name of await listShippedScenarios())
      expect(readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8').split('\n')[1]).toMatch(
        /^# /,
      )
  })
})
