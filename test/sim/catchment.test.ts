import { describe, expect, it } from 'vitest'
import { loadPlan } from '../../src/files/load-plan.ts'
import { plainManifest } from '../../src/files/manifest.ts'
import { createGeometry } from '../../src/scenario/geometry.ts'
import { joinShares, shareOf, sharesOf, whyWhole } from '../../src/sim/catchment.ts'
import { routesOf, runPlan } from '../../src/sim/run.ts'
import { runOnce } from '../../src/sim/run-once.ts'
import { createResult } from '../../src/sim/run-result.ts'

const manifest = plainManifest('', 1)
const small = ['traffic.requests=30000', 'visitors.cities=300', 'thresholds=[]', 'pops={map: cloudflare, take: 20}']

async function split(set: readonly string[], count: number): Promise<{ whole: unknown; joined: unknown }> {
  const { plan, atlas } = await loadPlan('world', { set })
  expect(whyWhole(plan)).toBeUndefined()
  const geometry = createGeometry(plan, atlas)
  const shares = sharesOf(plan, geometry, count)
  const runs = shares.map(ownEdges => runOnce({ plan, geometry, replication: 0, trace: null, ownEdges }))
  // As they come from another thread: without methods.
  const others = runs.slice(1).map((run, other) => ({ own: shares[other + 1]!, share: structuredClone(shareOf(run)) }))
  const joined = createResult(plan, manifest, [joinShares(runs[0]!, others)], routesOf(plan, geometry))
  return { whole: runPlan(plan, atlas, { manifest }), joined }
}

describe('a run split by catchment', () => {
  it.each([
    ['eviction, lifetimes and passes', []],
    ['other policies and arrivals', ['edge.policy=s3-fifo', 'edge.capacity=1MiB', 'edge.admission=second-hit']],
    [
      'purges and an origin that fails',
      ['events=[{at: 3s, type: origin-down, for: 2s}, {at: 8s, type: purge, path: "*"}]'],
    ],
    ['a warm-up of a share', ['warmup=20%', 'edge.policy=random', 'pops=europe-5']],
  ])('has the bytes of one thread: %s', async (_, more) => {
    const { whole, joined } = await split([...small, ...more], 3)
    expect(JSON.stringify(joined)).toBe(JSON.stringify(whole))
  })

  it('shares the edges out once each, and about evenly', async () => {
    const { plan, atlas } = await loadPlan('world', { set: small })
    const geometry = createGeometry(plan, atlas)
    const shares = sharesOf(plan, geometry, 4)
    for (let edge = 0; edge < geometry.edges; edge++) expect(shares.reduce((sum, own) => sum + own[edge]!, 0)).toBe(1)
  })

  it.each([
    ['shields=[{id: shield, at: Ashburn}]', 'its PoPs share a tier'],
    ['origin.concurrency=10', 'its PoPs share the queue of the origin'],
    ['events=[{at: 3s, type: pop-down, pop: DFW, for: 2s}]', 'visitors change their PoP'],
  ])('is refused where PoPs share something: %s', async (set, why) => {
    const { plan, atlas } = await loadPlan('world', { set: [...small, set] })
    expect(whyWhole(plan)).toBe(why)
    if (!why.startsWith('visitors')) {
      const geometry = createGeometry(plan, atlas)
      const [ownEdges] = sharesOf(plan, geometry, 2)
      expect(() => runOnce({ plan, geometry, replication: 0, trace: null, ownEdges: ownEdges! })).toThrow(
        'share nothing',
      )
    }
  })
})
