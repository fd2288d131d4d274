import { request as httpRequest, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startBackends } from '#cdnlab/live/backends.js'
import { startNetwork } from '#cdnlab/live/network.js'
import { createPathRules } from '#cdnlab/live/origin-choice.js'
import { Verdict, verdictNames } from '../../src/cache/verdict.ts'
import { loadAtlas } from '../../src/files/atlas.ts'
import { createRandom } from '../../src/lib/random.ts'
import { createVirtualClock } from '../../src/lib/virtual-clock.ts'
import { createGeometry } from '../../src/scenario/geometry.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import type { Plan } from '../../src/scenario/plan.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { createRules, objectKindsOf } from '../../src/scenario/rules.ts'
import { createWorld } from '../../src/scenario/world.ts'
import { BackendTally, createAccounts, meterIndex } from '../../src/stats/backend-tally.ts'
import type { Catalog } from '../../src/traffic/traffic.ts'
import { httpOrigin, until } from './rig.ts'

// One trace through a PoP and the systems behind it: once in virtual time, once over sockets, threads and a store, by a clock that
// the test moves. Every request must meet the same verdict and the same status, and everything must be counted alike.

const slowMs = 3000
const scenario = `
pops: [{id: A, at: Ashburn}]
origins: {site: {bucket: assets, at: us-east-1}, shop: {api: shop, at: us-east-1}}
behaviors:
  - {path: /api/slow/*, origin: shop, cache: {uncacheable: 100%}}
  - {path: /api/*, origin: shop, cache: {ttl: 20s}}
  - {path: "*", origin: site, cache: {ttl: 60s}}
edge: {capacity: 100MB}
buckets: {assets: {from: ./files, reads: 1/s, time: 0ms}}
tables: {things: {key: {id: S}, capacity: {read: 0.02, write: 1}, read: 0ms, write: 0ms}}
functions:
  quick: {handler: "./paced.mjs#quick", uses: {things: {access: read, attempts: 1}}, time: 0ms, cold: 0ms, placement: 0ms, keepAlive: 12s}
  slow: {handler: "./paced.mjs#slow", time: ${slowMs}ms, timeout: 1m, cold: 0ms, placement: 0ms, concurrency: 2, keepAlive: 7s}
apis:
  shop:
    think: 0ms
    throttle: {rate: 1/s, burst: 5}
    routes: {"GET /api/quick/{id}": quick, "GET /api/slow/{id}": {function: slow, throttle: {rate: 30/m, burst: 3}}}
traffic:
  objects: 1000
  requests: 1
  classes: {pictures: {share: 1%, path: "/pictures/{id}.txt"}, quick: {share: 1%, path: "/api/quick/{id}"}, slow: {share: 1%, path: "/api/slow/{id}"}}
`

const steps = 260
const [pictures, quicks] = [6, 12]

interface Step {
  at: number
  id: number
  path: string
}

/** Seconds that many requests share, then pauses in which environments go. Slow ones are each of their own, so that none joins another. */
function createTrace(seed: number): Step[] {
  const random = createRandom(seed, 'systems')
  let at = 0
  return Array.from({ length: steps }, (_, step): Step => {
    // A refusal takes some milliseconds in the model: whoever comes meanwhile would join it.
    at += (random.below(3) === 0 ? random.below(8) : 0) + 0.01
    const kind = random.below(6)
    if (kind === 0) return { at, id: 100 + step, path: `/api/slow/${100 + step}` }
    if (kind < 4) return step % 2 === 0 ? quick(at, random.below(quicks)) : quick(at, 50 + random.below(40))
    const id = random.below(pictures)
    return { at, id, path: `/pictures/${id}.txt` }
  })
}

function quick(at: number, number: number): Step {
  return { at, id: 10 + number, path: `/api/quick/${10 + number}` }
}

const counted = [
  'slow downs',
  'gateway requests',
  'gateway throttles',
  'invocations',
  'cold starts',
  'function throttles',
  'table throttles',
] as const
interface Outcome {
  /** Verdict and status of each request. */
  sayings: string[]
  counts: Record<(typeof counted)[number], number>
}

function simulate(plan: Plan, trace: readonly Step[]): Outcome {
  const kinds = objectKindsOf(plan.traffic)
  const count = 1000
  const classOf = Uint8Array.from({ length: count }, (_, id) => (id < 10 ? 0 : id < 100 ? 1 : 2))
  const pathOf = (id: number): string => kinds[classOf[id]!]!.path.replace('{id}', String(id))
  const catalog: Catalog = { count, bytesOf: new Float64Array(count).fill(10), classOf, pathOf }
  const rules = createRules(catalog, kinds, plan.behaviors, 1)
  const geometry = createGeometry(plan, loadAtlas())
  // The live PoP asks without distance.
  for (const { legs } of geometry.named)
    for (const leg of legs) Object.assign(leg, { oneWayMs: 0, bytesPerMs: Number.POSITIVE_INFINITY })
  const clock = createVirtualClock()
  const tally = new BackendTally(plan.behaviors.length)
  const accounts = createAccounts(plan.behaviors.length, () => tally)
  const world = createWorld(plan, geometry, rules, {
    clock,
    onOriginAsk: () => undefined,
    onHop: null,
    seed: 1,
    accounts,
    onSpan: null,
  })
  const pop = world.pops[0]!
  const sayings = trace.map(() => '')
  for (const [step, { at, id }] of trace.entries()) {
    const now = at * 1000
    clock.runUntil(now)
    const verdict = pop.look(id, now)
    if (verdict === Verdict.hit) sayings[step] = 'hit 200'
    else
      pop.fetch(id, now, verdict, answer => {
        sayings[step] = `${verdictNames[verdict]} ${answer.status}`
      })
    clock.runUntil(now)
  }
  clock.runOut()
  const sum = (meter: keyof typeof meterIndex): number =>
    plan.behaviors.reduce(
      (all, _, row) => all + tally.meters[row * Object.keys(meterIndex).length + meterIndex[meter]]!,
      0,
    )
  return { sayings, counts: Object.fromEntries(counted.map(meter => [meter, sum(meter)])) as Outcome['counts'] }
}

const closers: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** What a PoP's part of Cache-Status means in the simulation's words. What must not be stored passes there, and is never found here. */
function verdictOf(cacheStatus: string, path: string): string {
  if (/^\S+; hit/.test(cacheStatus)) return 'hit'
  if (path.startsWith('/api/slow/')) return 'pass'
  return cacheStatus.includes('fwd=stale') ? 'expired' : 'miss'
}

async function live(plan: Plan, trace: readonly Step[]): Promise<Outcome> {
  const startedAt = Date.now()
  let passedMs = 0
  const now = (): number => startedAt + passedMs
  /** Slow events that wait, in the order in which they came, and until when. */
  const waiting: { dueMs: number; response: ServerResponse }[] = []
  const gate = await httpOrigin((_request, response) => {
    waiting.push({ dueMs: passedMs + slowMs, response })
  })
  const backends = plan.backends!
  for (const each of backends.functions) each.variables = { GATE: gate.url.href }
  const behind = await startBackends({
    ...{ plan, backends, host: '127.0.0.1', port: 0, timeScale: 0, now, steady: now },
    pathOf: reference => join(import.meta.dirname, 'shop', reference),
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    onFault: error => {
      throw error
    },
  })
  closers.push(() => behind.close(true))
  const rules = createPathRules(backends, plan.behaviors)
  const network = await startNetwork({
    ...{ plan, atlas: loadAtlas(), origin: undefined, behind: { backends: behind, rules, code: undefined } },
    ...{ host: '127.0.0.1', port: 0, popPort: 0, controlPort: 0, timeScale: 0, manner: 'proxy', keepsHost: false },
    ...{ mode: 'conformant', token: 'long-enough', now },
  })
  closers.push(() => network.close(true))
  const { port } = network.pops[0]!.live
  const sayings = trace.map(() => '')
  let slowDowns = 0

  function ask(step: number, path: string): void {
    const sent = httpRequest({ host: '127.0.0.1', port, path, agent: false }, response => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 503) slowDowns++
        sayings[step] = `${verdictOf(String(response.headers['cache-status']), path)} ${response.statusCode}`
      })
    })
    sent.end()
  }

  /** Lets slow events end whose time has come, each at its own time. */
  async function passUntil(ms: number): Promise<void> {
    for (;;) {
      const [next] = waiting
      if (next === undefined || next.dueMs > ms) break
      waiting.shift()
      passedMs = Math.max(passedMs, next.dueMs)
      const done = sayings.filter(Boolean).length
      next.response.end()
      await until(() => sayings.filter(Boolean).length > done)
    }
    passedMs = ms
  }

  for (const [step, { at, path }] of trace.entries()) {
    await passUntil(at * 1000)
    const waits = waiting.length
    ask(step, path)
    await until(() => sayings[step] !== '' || waiting.length > waits)
  }
  await passUntil(1e7)
  const functions = ['quick', 'slow'].map(name => behind.functions.find(name)!.counts)
  const sum = (of: (counts: (typeof functions)[number]) => number): number =>
    functions.reduce((all, each) => all + of(each), 0)
  const [gateway] = behind.gateways
  return {
    sayings,
    counts: {
      'slow downs': slowDowns,
      'gateway requests': gateway!.counts.requests,
      'gateway throttles': gateway!.counts.throttled,
      invocations: sum(({ cold, warm }) => cold + warm),
      'cold starts': sum(({ cold }) => cold),
      'function throttles': sum(({ throttled }) => throttled),
      // Nothing else fails here.
      'table throttles': sayings.filter(saying => saying.endsWith('502')).length,
    },
  }
}

describe('parity of the simulated and the live systems', () => {
  it('equal verdicts and statuses of all requests, equal cold starts and throttles', async () => {
    const { plan } = planOf(readScenario(scenario, 'test.yaml'), loadAtlas())
    const trace = createTrace(5)
    const simulated = simulate(plan, trace)
    const served = await live(plan, trace)
    const lines = ({ sayings }: Outcome): string[] =>
      sayings.map((saying, step) => `${trace[step]!.at}s ${trace[step]!.path} ${saying}`)
    expect(lines(served)).toEqual(lines(simulated))
    expect(served.counts).toEqual(simulated.counts)
    for (const meter of counted) expect(simulated.counts[meter], meter).toBeGreaterThan(1)
    expect(new Set(simulated.sayings)).toEqual(
      new Set([
        'hit 200',
        'miss 200',
        'miss 429',
        'miss 502',
        'miss 503',
        'pass 200',
        'pass 429',
        'expired 200',
        'expired 429',
        'expired 502',
        'expired 503',
      ]),
    )
  }, 60_000)
})
