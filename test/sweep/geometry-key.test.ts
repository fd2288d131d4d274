import { describe, expect, it } from 'vitest'
import { loadPlan } from '../../src/files/load-plan.ts'
import { createGeometry, geometryKey } from '../../src/scenario/geometry.ts'

const small = ['pops=[{id: ams, at: Amsterdam}, {id: cdg, at: Paris}]', 'visitors.cities=[London, Tokyo, Lima]']

describe('the key of a geometry', () => {
  it('is the same only where the geometry is', async () => {
    const base = await loadPlan('world', { set: small })
    const geometry = createGeometry(base.plan, base.atlas)
    const without = ['seed=7', 'edge.policy=lru', 'edge.capacity=1GiB', 'edge.admission=second-hit', 'router=nearest']
    const others = ['traffic.rate=1/s', 'replications=3', 'warmup=none', 'thresholds=[]', 'title=x']
    const events = 'events=[{at: 1s, type: pop-down, pop: ams}]'
    for (const set of [...without, ...others, events]) {
      const { plan, atlas } = await loadPlan('world', { set: [...small, set] })
      expect([set, geometryKey(plan)]).toEqual([set, geometryKey(base.plan)])
      expect(createGeometry(plan, atlas)).toEqual(geometry)
    }
    const moved = [
      'origin.at=Tokyo',
      'latency.model=fibre',
      'latency.sigma=0.3',
      'visitors.cities=[London]',
      'pops=europe-5',
    ]
    for (const set of [...moved, 'visitors.access={fibre: 1}', 'latency.backboneBandwidth=1Gbps']) {
      const { plan } = await loadPlan('world', { set: [...small, set] })
      expect([set, geometryKey(plan) === geometryKey(base.plan)]).toEqual([set, false])
    }
  })
})
