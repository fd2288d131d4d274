import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { explainRequest } from '../../src/sim/explain.ts'
import type { BackendRow } from '../../src/stats/backend-result.ts'
import type { RunResult } from '../../src/stats/result.ts'
import { planFrom, runScenario } from './run-scenario.ts'

/** A gateway before one function, behind one PoP that may store nothing: what visitors ask, it is asked. */
const api = (gateway: string, work: string, traffic: string): string => `
pops: [{id: A, at: Ashburn}]
visitors: {cities: [Ashburn]}
warmup: none
origins: {shop: {api: shop, at: us-east-1}}
behaviors: [{origin: shop, cache: {uncacheable: 100%}}]
functions: {work: {handler: ./work.mjs, ${work}}}
apis: {shop: {think: 0ms, ${gateway} routes: {"GET /objects/{id}": work}}}
traffic: {objects: 100, ${traffic}}
`

const rowOf = ({ backends }: RunResult, index = 0): BackendRow => backends!.behaviors[index]!

describe('functions in virtual time', () => {
  it('lose what finds all environments busy, as Erlang says', () => {
    // 100 a second for 100 ms each are 10 erlangs; with 10 servers B = 0.2146. Source: A. K. Erlang, 1917; any law of durations.
    const text = api(
      '',
      'concurrency: 10, time: 100ms, placement: 0ms, cold: 0ms, keepAlive: 1h',
      'rate: 100/s, requests: 60000',
    )
    const result = runScenario(text)
    const { meters } = rowOf(result)
    expect(meters['function throttles'] / meters.asks).toBeCloseTo(0.2146, 2)
    expect(result.backends!.functions[0]!.peak).toBe(10)
    expect(result.headline.errors!.value).toBe(meters['function throttles'])
    expect(rowOf(result).errors).toBe(meters['function throttles'])
  })

  it('start cold when nobody came within keepAlive', () => {
    // Pauses of a Poisson stream are exponential: one in e of them is longer than the mean.
    const text = api('', 'time: 10ms, keepAlive: 1m', 'rate: 1/m, requests: 20000')
    const { meters, hops } = rowOf(runScenario(text))
    expect(meters['cold starts'] / meters.asks).toBeCloseTo(Math.exp(-1), 1.5)
    const start = hops.find(({ kind }) => kind === 'cold start')!
    expect(start.count).toBe(meters['cold starts'])
    // 50 ms to find a place, and nodejs22 at its 99th percentile.
    expect(start.p99Ms / (50 + 217)).toBeCloseTo(1, 1.5)
  })

  it('are ended by their time limit, and by that of the gateway', () => {
    const text = api('', 'time: 5s, timeout: 1s, keepAlive: 1h, cold: 0ms, placement: 0ms', 'rate: 1/s, requests: 100')
    const { meters, hops } = rowOf(runScenario(text))
    expect(meters['function timeouts']).toBe(100)
    expect(hops.find(({ kind }) => kind === 'function')!.meanMs).toBeCloseTo(1000, 6)
    expect(meters['GB-seconds']).toBeCloseTo((100 * 1 * 128) / 1024, 6)
  })
})

describe('gateways in virtual time', () => {
  it('let through what their tokens allow', () => {
    const { meters } = rowOf(
      runScenario(api('throttle: {rate: 50/s, burst: 20},', 'time: 1ms', 'rate: 100/s, requests: 30000')),
    )
    const passed = meters['gateway requests'] - meters['gateway throttles']
    expect(meters.invocations).toBe(passed)
    // 300 s of 50 tokens, and those of the beginning.
    expect(passed / (300 * 50 + 20)).toBeCloseTo(1, 1.5)
  })

  it('ask a function who may pass, once in the time that its answer is kept', () => {
    const auth = 'auth: {function: check, cache: 10s},'
    const text = api(auth, 'time: 1ms}, check: {handler: ./check.mjs, time: 1ms', 'rate: 20/s, requests: 20000')
    const [work, check] = runScenario(text).backends!.functions
    expect(work!.invocations).toBe(20_000)
    // Every 10 s and the 50 ms until the next request: those that ask meanwhile ask too.
    expect(check!.invocations).toBeGreaterThan(1000 / 10.2)
    expect(check!.invocations).toBeLessThan(1000 / 10 + 60)
  })
})

const shop = `
pops: [{id: A, at: Paris, parent: S}, {id: B, at: Tokyo}]
shields: [{id: S, at: Frankfurt}]
visitors: {cities: 40}
warmup: none
origins:
  site: {bucket: assets, at: us-east-1}
  shop: {api: shop, at: eu-central-1}
  old: {at: ap-northeast-1, think: 70ms}
behaviors:
  - {path: /api/*, origin: shop, cache: {ttl: 20s}, edge: {viewer-request: tidy, origin-request: far, viewer-response: tidy}}
  - {path: /old/*, origin: old}
  - {path: "*", origin: site, cache: {ttl: origin}}
edge: {capacity: 20MB, tidy: ./tidy.js, far: {function: far}}
buckets: {assets: {reads: 5/s}}
tables: {things: {key: {id: S}}}
functions:
  far: {handler: ./far.mjs, time: 3ms}
  thing: {handler: ./thing.mjs, uses: {things: {access: read-write, consistent: true, calls: 2}}}
apis: {shop: {auth: {jwt: {jwks: ./keys.json}}, routes: {"GET /api/{id}": thing}}}
traffic:
  objects: 400
  requests: 8000
  rate: 40/s
  classes: {pictures: {share: 60%}, things: {share: 30%, path: "/api/{id}"}, old: {share: 10%}}
`

describe('the systems together', () => {
  const result = runScenario(shop)
  const [ofApi, ofOld, ofSite] = result.backends!.behaviors as [BackendRow, BackendRow, BackendRow]

  it('account for every ask, each at the origin of its behaviour', () => {
    const asks = ofApi.meters.asks + ofOld.meters.asks + ofSite.meters.asks
    expect(asks).toBe(result.headline.origin_requests!.value)
    expect([ofApi.origin, ofOld.origin, ofSite.origin]).toEqual(['shop', 'old', 'site'])
    expect(ofApi.meters['gateway requests']).toBe(ofApi.meters.asks)
    expect(ofApi.meters.invocations).toBe(ofApi.meters.asks)
    expect(ofSite.meters['bucket reads']).toBe(ofSite.meters.asks)
    expect(ofOld.hops.find(({ kind }) => kind === 'origin')!.meanMs).toBeCloseTo(70, 6)
    for (const { served, errors, requests } of result.backends!.behaviors) expect(served + errors).toBe(requests)
  })

  it('meter what is paid for', () => {
    // 1 KB: one unit a strong read, one a write; two of each for every event.
    expect(ofApi.meters['read units']).toBe(2 * ofApi.meters.invocations)
    expect(ofApi.meters['write units']).toBe(2 * ofApi.meters.invocations)
    expect(ofApi.meters['hook runs']).toBe(2 * ofApi.requests)
    expect(ofApi.meters['edge invocations']).toBeGreaterThanOrEqual(ofApi.meters.asks)
  })

  it('tell visitors to come again when a prefix is too busy, and no sooner', () => {
    expect(ofSite.meters['slow downs']).toBeGreaterThan(0)
    expect(ofSite.errors).toBeGreaterThanOrEqual(ofSite.meters['slow downs'])
    const calm = runScenario(shop, 'buckets.assets.reads=5500/s').backends!.behaviors[2]!
    expect([calm.meters['slow downs'], calm.errors]).toEqual([0, 0])
  })

  it('are the same for the same seed', () => {
    expect(runScenario(shop).backends).toEqual(result.backends)
  })

  it('hooks of visitors cost every request their time', () => {
    const without = runScenario(shop.replace('viewer-request: tidy, ', '').replace(', viewer-response: tidy', ''))
    const bare = without.backends!.behaviors[0]!
    expect(bare.hitRatio).toBe(ofApi.hitRatio)
    expect(ofApi.meanMs - bare.meanMs).toBeCloseTo(0.4, 6)
  })
})

describe('the story of a request down to the table', () => {
  it('is made of parts that add up', () => {
    const plan = planFrom(shop, 'buckets.assets.reads=5500/s')
    const kinds = new Set<string>()
    for (let request = 0; request < 4000; request += 160) {
      const story = explainRequest(plan, loadAtlas(), request)
      for (const way of [story.withCdn!, story.direct!])
        expect(way.steps.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(way.totalMs, 6)
      for (const { kind } of story.spans) kinds.add(kind)
      const names = story.withCdn!.steps.map(({ what }) => what)
      if (story.hops.at(-1)?.at === 'shop') {
        expect(names).toEqual(expect.arrayContaining(['hook far', 'gateway shop', 'authorizer jwt', 'function thing']))
        expect(story.spans.filter(({ kind }) => kind === 'table')).toHaveLength(4)
      }
    }
    expect([...kinds].sort()).toEqual(
      ['authorizer', 'bucket', 'cold start', 'function', 'gateway', 'hook', 'origin', 'table'].filter(
        kind => kind !== 'cold start' || kinds.has(kind),
      ),
    )
  })
})

describe('tables in virtual time', () => {
  it('throttle what is beyond their capacity once the burst is used up', () => {
    const text = api(
      '',
      'time: 1ms, keepAlive: 1h, uses: {items: {access: write, attempts: 1}}',
      'rate: 20/s, requests: 20000',
    )
    const { meters } = rowOf(runScenario(`${text}\ntables: {items: {key: {id: S}, capacity: {read: 5, write: 5}}}`))
    // 1000 s of 5 units, and 300 s' worth that lay ready.
    expect(meters['write units'] / (1000 * 5 + 300 * 5)).toBeCloseTo(1, 1.5)
    expect(meters['write units'] + meters['table throttles']).toBe(meters.invocations)
  })
})
