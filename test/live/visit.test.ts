import { afterEach, describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { createRandom } from '../../src/lib/random.ts'
import { type RunningNetwork, startNetwork } from '../../src/live/network.ts'
import { fateOfWord, readCacheStatus } from '../../src/live/read-cache-status.ts'
import { type VisitOptions, type VisitResult, visit } from '../../src/live/visit.ts'
import { overloadNotes, wallNotes } from '../../src/live/visit-notes.ts'
import { createGeometry } from '../../src/scenario/geometry.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { createLoad } from '../../src/sim/load.ts'
import { runPlan } from '../../src/sim/run.ts'
import { Fate } from '../../src/stats/tally.ts'
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
  const { catalog, traffic } = createLoad(plan, null, createRandom(plan.seed, 'replication 0'))
  const geometry = createGeometry(plan, atlas)
  const limits = {
    requests: 600,
    atOnce: 16,
    greatestBytes: 20_000,
    checksBodies: true,
    dueMs: undefined,
    timeScale: 0,
  }
  const signal = new AbortController().signal
  return visit({ door: new URL(network.door.url), plan, geometry, catalog, traffic, ...limits, signal, ...more })
}

const manifest = { version: '', command: '', seed: 1, replications: 1, scenario: '', scenarioHash: '', traceHash: null }
const machine = { node: '', os: '', cpu: '' }

describe('visitors', () => {
  it('get the right bodies, and count what the PoPs count', async () => {
    const { log, wrongBodies } = await visitWith({})
    const { headline, pops, missReasons, checks, series } = log.result({ ...manifest, ...machine }, [])
    expect([log.requests, log.errors, wrongBodies]).toEqual([600, 0, 0])
    for (const { id, requests, hitRatio, bytes } of pops) {
      const { counters } = network!.pops.find(pop => pop.id === id)!.pop
      expect([id, requests, Math.round(hitRatio * requests)]).toEqual([id, counters.requests, counters.bucket.hit])
      expect(bytes).toBeGreaterThan(0)
    }
    expect(headline.origin_requests!.value).toBeGreaterThanOrEqual(network!.origin.state!.requests)
    expect(missReasons).toEqual({
      absent: expect.any(Number),
      ...(missReasons.join ? { join: expect.any(Number) } : {}),
    })
    expect(series.requests.reduce((sum, count) => sum + count, 0)).toBe(600)
    for (const { left, right } of checks) expect(left).toBe(right)
  })

  it('wait as long as a run says where the PoPs answer at once: their own way is the model’s', async () => {
    const { log } = await visitWith({ atOnce: 1 })
    const { headline } = log.result({ ...manifest, ...machine }, [])
    const { atlas, plan } = planned()
    const { cold } = runPlan({ ...plan, warmup: { kind: 'none' } }, atlas, { manifest: { ...manifest, ...machine } })
    expect(headline.direct_p50_ms!.value).toBe(cold.direct_p50_ms)
    // One after the other nobody joins a fetch: what joined one in the run finds the copy here.
    expect(headline.hit_ratio!.value).toBeCloseTo(cold.hit_ratio! + cold.join_ratio!, 2)
    expect(headline.p50_ms!.value).toBeGreaterThan(0.9 * cold.p50_ms!)
    expect(headline.p50_ms!.value).toBeLessThan(cold.p50_ms! + 20)
  })

  it('notice a wrong body', async () => {
    const origin = await httpOrigin((_, response) => response.end('something else'))
    const { wrongBodies } = await visitWith({ requests: 20 }, origin.url)
    expect(wrongBodies).toBe(20)
  })

  it('are told what was not there, and nothing of a machine that keeps up', async () => {
    const origin = await httpOrigin((_, response) => response.writeHead(404).end())
    const result = await visitWith({ requests: 20, checksBodies: false }, origin.url)
    expect(overloadNotes(result)).toEqual([])
    expect(wallNotes(result, true)[0]).toMatch(/^Answers 20 with 404: /)
  })

  it('count the wait for those before them (no coordinated omission)', async () => {
    const origin = await httpOrigin((_, response) => setTimeout(() => response.end('x'), 40))
    const result = await visitWith({ requests: 20, atOnce: 1, dueMs: () => 0, checksBodies: false }, origin.url)
    const { wall, log } = result
    expect(overloadNotes(result)[0]).toMatch(/could not keep up \(half of the visits were sent \d+ ms or more after/)
    expect(wallNotes(result, false).at(-1)).toBe('Bodies were not compared.')
    expect(wall.service.getValueAtPercentile(50)).toBeLessThan(200_000)
    expect(wall.latency.getValueAtPercentile(99)).toBeGreaterThan(20 * 40_000 * 0.9)
    expect(log.result({ ...manifest, ...machine }, []).headline.p99_ms!.value).toBeGreaterThan(20 * 40 * 0.9)
  })
})

describe('what a Cache-Status says', () => {
  it.each([
    ['FRA; hit; ttl=30', 'hit', ''],
    ['FRA; hit; ttl=-3', 'stale', ''],
    ['FRA; hit; ttl=0; detail=stale-while-revalidate', 'stale', ''],
    ['FRA; fwd=stale; fwd-status=503; ttl=-3; detail=stale-if-error', 'stale', ''],
    ['FRA; fwd=stale; fwd-status=304; stored', 'revalidated', 'expired'],
    ['FRA; fwd=stale; fwd-status=200; stored', 'miss', 'expired'],
    ['FRA; fwd=uri-miss; fwd-status=200; stored; key="a, b; hit"', 'miss', 'absent'],
    ['FRA; fwd=uri-miss; fwd-status=200; collapsed', 'join', 'join'],
    ['FRA; fwd=uri-miss; fwd-status=200; detail=no-store', 'pass', 'uncacheable'],
  ])('%s', (field, fate, reason) => {
    const [word] = readCacheStatus(`SHIELD; fwd=uri-miss, ${field}`).slice(-1)
    expect(word!.cache).toBe('FRA')
    expect(fateOfWord(word!)).toEqual({ fate: Fate[fate as keyof typeof Fate], reason })
  })

  it('that is none is no word', () => expect(readCacheStatus('a; b=')).toEqual([]))
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
