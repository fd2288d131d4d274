import { describe, expect, it } from 'vitest'
import { type Environment, EnvironmentPool, unwatched, usualRamp } from '../../src/backend/environment-pool.ts'
import { createKeepAlive } from '../../src/backend/keep-alive/index.ts'
import { createTokenBucket } from '../../src/backend/token-bucket.ts'
import { createRandom } from '../../src/lib/random.ts'
import type { Spec } from '../../src/lib/registry.ts'

function poolOf(keepAlive: Spec, concurrency = Number.POSITIVE_INFINITY, watcher = unwatched as Watcher) {
  const ramp = createTokenBucket(usualRamp.perSecond, usualRamp.environments)
  return new EnvironmentPool({ concurrency, ramp, keepAlive: createKeepAlive(keepAlive), ...watcher })
}

interface Watcher {
  loaded(environment: Environment): void
  unloaded(environment: Environment): void
}

function serve(pool: EnvironmentPool, from: number, until: number): boolean {
  const environment = pool.acquire(from)
  if (typeof environment === 'string') throw new Error(environment)
  const { cold } = environment
  pool.release(environment, until)
  return cold
}

describe('environments', () => {
  it('starts cold, is warm within the keep-alive and cold from its end on', () => {
    const pool = poolOf('fixed:after=10s')
    expect(pool.loadedAt(0)).toBe(0)
    expect(serve(pool, 0, 100)).toBe(true)
    expect(serve(pool, 10_099, 10_100)).toBe(false)
    expect(serve(pool, 20_100, 20_200)).toBe(true)
    expect(pool.loadedAt(30_199)).toBe(1)
    expect(pool.loadedAt(30_200)).toBe(0)
    expect(pool.counts).toMatchObject({ cold: 2, warm: 1, throttled: 0, busy: 0 })
  })

  it('never keeps anything without a keep-alive', () => {
    const pool = poolOf('none')
    for (let at = 0; at < 5; at++) expect(serve(pool, at, at + 0.5)).toBe(true)
    expect(pool.counts.idleMs).toBe(0)
  })

  it('prefers the environment used last, so that the others can go', () => {
    const pool = poolOf('fixed:after=1s')
    const [a, b] = [pool.acquire(0), pool.acquire(0)] as Environment[]
    pool.release(a!, 10)
    pool.release(b!, 20)
    expect(pool.acquire(30)).toBe(b)
  })

  it('throttles beyond the reserved concurrency and not below', () => {
    const pool = poolOf('fixed', 2)
    const first = pool.acquire(0) as Environment
    pool.acquire(0)
    expect(pool.acquire(1)).toBe('concurrency')
    pool.release(first, 2)
    expect(pool.acquire(2)).toBe(first)
    expect(poolOf('fixed', 0).acquire(0)).toBe('concurrency')
  })

  it('starts 1,000 at once and 1,000 more in each 10 seconds', () => {
    const pool = poolOf('fixed')
    let started = 0
    while (typeof pool.acquire(0) !== 'string') started++
    expect(started).toBe(1000)
    expect(pool.acquire(5)).toBe('ramp')
    started = 0
    for (let now = 0; now <= 10_000; now += 5) while (typeof pool.acquire(now) !== 'string') started++
    expect(started).toBe(1000)
  })

  it('forgets an environment that broke', () => {
    const pool = poolOf('fixed')
    pool.discard(pool.acquire(0) as Environment, 5)
    expect(pool.loadedAt(6)).toBe(0)
    expect((pool.acquire(6) as Environment).cold).toBe(true)
  })

  it('tells when environments come and go without an event', () => {
    const told: string[] = []
    const pool = poolOf('fixed:after=1s', 9, {
      loaded: ({ id }) => told.push(`+${id}`),
      unloaded: ({ id }) => told.push(`-${id}`),
    })
    const both = [pool.acquire(0), pool.acquire(0)] as Environment[]
    pool.release(both[0]!, 0)
    pool.release(both[1]!, 500)
    expect(pool.dueAt).toBe(1000)
    pool.settle(pool.dueAt)
    expect(told).toEqual(['-0'])
    pool.settle(pool.dueAt)
    expect(told).toEqual(['-0', '-1'])
    expect(pool.dueAt).toBe(Number.POSITIVE_INFINITY)
  })

  it('agrees with a slow list of intervals on random traffic', () => {
    const random = createRandom(7)
    const pool = poolOf('fixed:after=300', 6)
    const busy: { environment: Environment; until: number; of: { idleAt: number } }[] = []
    let slow: { idleAt: number }[] = []
    const expected = { cold: 0, warm: 0, throttled: 0 }
    let now = 0
    for (let event = 0; event < 5000; event++) {
      now += random.below(200)
      busy.sort((a, b) => a.until - b.until)
      while (busy.length > 0 && busy[0]!.until <= now) {
        const { environment, until, of } = busy.shift()!
        pool.release(environment, until)
        of.idleAt = until
        slow.push(of)
      }
      slow = slow.filter(({ idleAt }) => now < idleAt + 300)
      const got = pool.acquire(now)
      if (busy.length >= 6) {
        expected.throttled++
        expect(got).toBe('concurrency')
        continue
      }
      const warm = slow.pop()
      expected[warm ? 'warm' : 'cold']++
      expect((got as Environment).cold).toBe(warm === undefined)
      busy.push({ environment: got as Environment, until: now + 50 + random.below(900), of: warm ?? { idleAt: 0 } })
    }
    expect(pool.counts).toMatchObject(expected)
    expect(Math.min(expected.cold, expected.warm, expected.throttled)).toBeGreaterThan(50)
  })
})

describe('the hybrid histogram', () => {
  const minute = 60_000
  const every = (keepAlive: Spec, pauseMs: number, events: number) => {
    const pool = poolOf(keepAlive)
    const colds: boolean[] = []
    for (let event = 0; event < events; event++)
      colds.push(serve(pool, event * (pauseMs + 10), event * (pauseMs + 10) + 10))
    return { pool, colds }
  }

  it('keeps for its whole range while it has learnt nothing', () => {
    expect(createKeepAlive('hybrid').windows()).toEqual({ preWarmMs: 0, keepAliveMs: 240 * minute })
  })

  it('loads shortly before an hourly event: warm, for a fraction of the memory', () => {
    const { pool, colds } = every('hybrid', 60 * minute, 48)
    expect(colds.slice(1)).not.toContain(true)
    // Head 60 min less 10 %, tail 61 min and 10 % more.
    expect(createWindows(60 * minute)).toEqual({
      preWarmMs: 54 * minute,
      keepAliveMs: expect.closeTo(13.1 * minute, 3),
    })
    expect(pool.counts.idleMs / (47 * 60 * minute)).toBeLessThan(0.2)
    expect(every('fixed:after=10m', 60 * minute, 48).colds).not.toContain(false)
  })

  it('keeps for its range when pauses of all lengths say nothing', () => {
    const keepAlive = createKeepAlive('hybrid')
    for (let at = 0; at < 240; at++) keepAlive.paused(at * minute)
    expect(keepAlive.windows()).toEqual({ preWarmMs: 0, keepAliveMs: 240 * minute })
  })

  it('forecasts pauses beyond its range', () => {
    expect(createWindows(10 * 60 * minute)).toEqual({
      preWarmMs: 0.85 * 600 * minute,
      keepAliveMs: expect.closeTo(0.3 * 600 * minute, 3),
    })
  })

  it('stays loaded for pauses below a minute', () => {
    expect(createWindows(2000)).toEqual({ preWarmMs: 0, keepAliveMs: expect.closeTo(1.1 * minute, 3) })
  })

  it('starts cold, and only once, when an event comes before the pre-warm time', () => {
    const told: string[] = []
    const keepAlive = { paused: () => undefined, windows: () => ({ preWarmMs: 1000, keepAliveMs: 500 }) }
    const pool = new EnvironmentPool({
      concurrency: 5,
      ramp: createTokenBucket(100, 1000),
      keepAlive,
      loaded: ({ id }) => told.push(`+${id}`),
      unloaded: ({ id }) => told.push(`-${id}`),
    })
    expect(serve(pool, 0, 10)).toBe(true)
    expect(serve(pool, 500, 510)).toBe(true)
    pool.settle(1010)
    expect(told).toEqual(['-0', '-0'])
    pool.settle(1510)
    expect(told).toEqual(['-0', '-0', '+0'])
    expect(serve(pool, 1600, 1610)).toBe(false)
    expect(pool.counts.idleMs).toBe(90)
  })

  function createWindows(pauseMs: number) {
    const keepAlive = createKeepAlive('hybrid')
    for (let at = 0; at < 20; at++) keepAlive.paused(pauseMs)
    return keepAlive.windows()
  }
})
