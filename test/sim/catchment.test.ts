import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LoadedPlan, loadPlan } from '../../src/files/load-plan.ts'
import { plainManifest } from '../../src/files/manifest.ts'
import { readSharedTrace, type SharedTrace, sourceOf } from '../../src/files/trace-source.ts'
import { createGeometry } from '../../src/scenario/geometry.ts'
import { whyWhole } from '../../src/sim/catchment.ts'
import { type Partition, partitionOf } from '../../src/sim/partition.ts'
import { runPlan } from '../../src/sim/run.ts'
import type { RunResult } from '../../src/stats/result.ts'

const manifest = plainManifest('', 1)
const small = ['traffic.requests=30000', 'visitors.cities=300', 'thresholds=[]', 'pops={map: cloudflare, take: 20}']

/** Threads need modules that a compiler wrote. */
const built = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'run-split.js')
type RunSplit = (
  loaded: LoadedPlan,
  ports: { manifest: typeof manifest; shared: SharedTrace | null },
  count: number,
) => Promise<RunResult | undefined>

async function compare(name: string, set: readonly string[], counts: readonly number[]): Promise<void> {
  const { runSplit } = (await import(built)) as { runSplit: RunSplit }
  const loaded = await loadPlan(name, { set })
  const { plan, atlas, tracePath } = loaded
  expect(whyWhole(plan)).toBeUndefined()
  const shared = tracePath === undefined ? null : await readSharedTrace(plan, tracePath)
  const trace = shared && sourceOf(shared)
  const whole = JSON.stringify(runPlan(plan, atlas, { manifest, trace }))
  for (const count of counts)
    expect(JSON.stringify(await runSplit(loaded, { manifest, shared }, count)), `${set} ${count}`).toBe(whole)
}

describe('a run split over threads where PoPs share nothing', () => {
  it.each([
    ['eviction, lifetimes and passes', []],
    ['other policies and arrivals', ['edge.policy=s3-fifo', 'edge.capacity=1MiB', 'edge.admission=second-hit']],
    [
      'purges and an origin that fails',
      ['events=[{at: 3s, type: origin-down, for: 2s}, {at: 8s, type: purge, path: "*"}]'],
    ],
    ['a warm-up of a share', ['warmup=20%', 'edge.policy=random', 'pops=europe-5']],
  ])('has the bytes of one thread: %s', async (_, more) => {
    await compare('world', [...small, ...more], [2])
  })

  it.each([
    ['origin.concurrency=10', 'its PoPs share the queue of the origin'],
    ['events=[{at: 3s, type: pop-down, pop: DFW, for: 2s}]', 'visitors change their PoP'],
  ])('is refused where PoPs share more than a tier: %s', async (set, why) => {
    const { plan } = await loadPlan('world', { set: [...small, set] })
    expect(whyWhole(plan)).toBe(why)
  })
})

const tiers = {
  none: '[]',
  one: '[{id: s, at: Ashburn}]',
  two: '[{id: s, at: Ashburn}, {id: t, at: Singapore}]',
  tall: '[{id: s, at: Ashburn}, {id: t, at: Singapore, parent: s}, {id: u, at: Frankfurt, parent: s}]',
} as const

describe('a run split over threads where PoPs share tiers', () => {
  it('has the bytes of one thread, whatever the world', { timeout: 120_000 }, async () => {
    const worlds = fc.record({
      shields: fc.constantFrom(tiers.one, tiers.two, tiers.tall),
      policy: fc.constantFrom('lru', 's3-fifo', 'sieve', 'random', 'gdsf'),
      capacity: fc.constantFrom('300kB', '3MB'),
      collapse: fc.boolean(),
      ttl: fc.constantFrom('1h', '1s', '0s'),
      stale: fc.constantFrom('0s', '1s'),
      uncacheable: fc.constantFrom(0, 0.2),
      changed: fc.constantFrom(0, 0.3),
      rate: fc.constantFrom(3000, 60_000),
      seed: fc.integer({ min: 1, max: 1000 }),
      events: fc.constantFrom(
        '[]',
        '[{at: 500ms, type: origin-down, for: 400ms}, {at: 700ms, type: purge, path: "/images/1*"}]',
        '[{at: 300ms, type: purge, soft: true}, {at: 600ms, type: origin-slow, for: 1s, factor: 20}]',
      ),
    })
    await fc.assert(
      fc.asyncProperty(worlds, async world => {
        const { shields, policy, capacity, collapse, ttl, stale, uncacheable, changed, rate, seed, events } = world
        const cache = `{ttl: ${ttl}, staleWhileRevalidate: ${stale}, staleIfError: 1m, uncacheable: ${uncacheable}, changed: ${changed}}`
        const set = [
          ...['thresholds=[]', 'visitors.cities=150', 'pops={map: cloudflare, take: 25}', 'traffic.objects=2000'],
          ...[`shields=${shields}`, `edge.policy=${policy}`, `edge.capacity=${capacity}`, `edge.collapse=${collapse}`],
          ...[`seed=${seed}`, `events=${events}`, `traffic.rate=${rate}/s`, 'traffic.requests=9000'],
          `behaviors=[{path: "*", cache: ${cache}}]`,
        ]
        await compare('world', set, [2 + (seed % 2)])
      }),
      { numRuns: 8, seed: 11 },
    )
  })

  it('has the bytes of one thread where many ask at the same moment over ways of the same length', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ties-'))
    const rows = Array.from(
      { length: 6000 },
      (_, row) => `${(Math.floor(row / 40) * 0.0101).toFixed(4)},${(row * 7919) % 501},${1000 * (1 + (row % 3))}`,
    )
    writeFileSync(join(folder, 'ties.csv'), `time,id,size\n${rows.join('\n')}\n`)
    writeFileSync(
      join(folder, 'ties.yaml'),
      `
pops: [{id: A, at: Tokyo}, {id: B, at: Tokyo}, {id: C, at: Tokyo}, {id: D, at: Paris}, {id: E, at: Paris}, {id: F, at: New York City}]
shields: [{id: s, at: Ashburn}]
edge: {capacity: 60kB, policy: lru}
origin: {at: us-east-1}
router: {name: weighted, weights: {A: 1, B: 1, C: 1, D: 1, E: 1, F: 1}}
visitors: {cities: 60}
traffic: {trace: ties.csv}
`,
    )
    await compare(join(folder, 'ties.yaml'), [], [2, 4])
  })
})

describe('the partition of a world', () => {
  async function partition(shields: string, count: number, requestsPerMs: number, more: string[] = []) {
    const { plan, atlas } = await loadPlan('world', { set: [...small, `shields=${shields}`, ...more] })
    const geometry = createGeometry(plan, atlas)
    return { plan, geometry, ...partitionOf(plan, geometry, count, requestsPerMs) }
  }

  it('gives each thread work, and each PoP one thread', async () => {
    for (const shields of [tiers.none, tiers.one, tiers.tall]) {
      const { count, homeOf, plan }: Partition & { plan: LoadedPlan['plan'] } = await partition(shields, 4, 50)
      expect(count).toBe(4)
      expect(homeOf).toHaveLength(plan.pops.length)
      expect(new Set(homeOf)).toEqual(new Set([0, 1, 2, 3]))
    }
  })

  it('keeps tiers that ask each other together, and ends windows before an ask could arrive', async () => {
    const { homeOf, across, windowMs, plan, geometry } = await partition(tiers.tall, 3, 50)
    for (const [pop, { parent, isEdge }] of plan.pops.entries())
      if (!isEdge && parent >= 0) expect(homeOf[pop]).toBe(homeOf[parent])
    expect(across.length).toBeGreaterThan(0)
    for (const [pop, { parent }] of plan.pops.entries()) {
      if (parent < 0 || homeOf[pop] === homeOf[parent]) continue
      expect(across).toContain(pop)
      expect(geometry.parentLegs[pop]!.oneWayMs).toBeGreaterThan(windowMs)
    }
  })

  it('stays whole where requests are rare, and where a fetch may be given up on its way', async () => {
    expect((await partition(tiers.one, 2, 0.01)).count).toBe(1)
    expect((await partition(tiers.one, 2, 50, ['latency.timeout=100ms'])).count).toBe(1)
    expect((await partition(tiers.one, 2, 50, ['latency.timeout=1s'])).count).toBe(2)
  })
})
