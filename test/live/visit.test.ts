import { afterEach, describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/cli/atlas.ts'
import { createRandom } from '../../src/lib/random.ts'
import { type RunningNetwork, startNetwork } from '../../src/live/network.ts'
import { type VisitOptions, type VisitResult, visit } from '../../src/live/visit.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { createLoad } from '../../src/sim/load.ts'
import { get, httpOrigin, popBefore, until } from './rig.ts'

const scenario = `
pops: [{id: SYD, at: Sydney}, {id: FRA, at: Frankfurt}]
edge: {capacity: 50MB}
traffic: {objects: 50, requests: 600, rate: 100/s}
`
let network: RunningNetwork | undefined

afterEach(async () => {
  await network?.close(true)
  network = undefined
})

function planned() {
  const atlas = loadAtlas()
  const { plan } = planOf(readScenario(scenario, 'test.yaml'), atlas)
  return { atlas, plan }
}

async function visitWith(more: Partial<VisitOptions>, origin?: URL): Promise<VisitResult> {
  const { atlas, plan } = planned()
  const ports = { host: '127.0.0.1', port: 0, popPort: 0, controlPort: 0, manner: 'redirect' as const }
  const given = { timeScale: 0, keepsHost: false, mode: 'conformant' as const, token: 'long-enough', now: Date.now }
  network = await startNetwork({ plan, atlas, origin, ...ports, ...given })
  const { catalog, traffic } = createLoad(plan, null, createRandom(1))
  const { places } = plan.visitors
  const limits = { requests: 600, atOnce: 16, greatestBytes: 20_000, checksBodies: true, dueMs: undefined }
  const signal = new AbortController().signal
  return visit({ door: new URL(network.door.url), places, catalog, traffic, ...limits, signal, ...more })
}

describe('visitors', () => {
  it('get the right bodies, and count what the PoPs count', async () => {
    const { all, byPop, originRequests } = await visitWith({})
    expect([all.requests, all.errors, all.wrongBodies]).toEqual([600, 0, 0])
    expect([...byPop.keys()].sort()).toEqual(['FRA', 'SYD'])
    const hits = network!.pops.reduce((sum, { pop }) => sum + pop.counters.bucket.hit, 0)
    expect(all.hits).toBe(hits)
    expect(originRequests).toBeGreaterThanOrEqual(network!.origin.state!.requests)
  })

  it('notice a wrong body', async () => {
    const origin = await httpOrigin((_, response) => response.end('something else'))
    const { all } = await visitWith({ requests: 20 }, origin.url)
    expect(all.wrongBodies).toBe(20)
  })

  it('count the wait for those before them (no coordinated omission)', async () => {
    const origin = await httpOrigin((_, response) => setTimeout(() => response.end('x'), 40))
    const { all } = await visitWith({ requests: 20, atOnce: 1, dueMs: () => 0, checksBodies: false }, origin.url)
    expect(all.service.getValueAtPercentile(50)).toBeLessThan(200_000)
    expect(all.latency.getValueAtPercentile(99)).toBeGreaterThan(20 * 40_000 * 0.9)
  })
})

describe('closing', () => {
  it.each([false, true])('lets answers under way finish, or cuts them (hard: %s)', async isHard => {
    let finish = (): void => undefined
    const origin = await httpOrigin((_, response) => {
      response.write('half ')
      finish = () => response.end('whole')
    })
    const running = await popBefore(origin.url)
    const answer = get(running, '/').catch(() => undefined)
    await until(() => origin.seen.length === 1)
    const closed = running.close(isHard)
    finish()
    await closed
    expect((await answer)?.body === 'half whole').toBe(!isHard)
  })

  it('a port in use is a clear message', async () => {
    const running = await popBefore(new URL('http://127.0.0.1:9'))
    await expect(popBefore(new URL('http://127.0.0.1:9'), { port: running.live.port })).rejects.toThrow(/in use/)
  })
})
