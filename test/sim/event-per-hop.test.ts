import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verdictNames } from '../../src/cache/verdict.ts'
import { loadAtlas } from '../../src/files/atlas.ts'
import { createRandom } from '../../src/lib/random.ts'
import { createGeometry, type Geometry } from '../../src/scenario/geometry.ts'
import type { Plan } from '../../src/scenario/plan.ts'
import { atOrigin } from '../../src/scenario/world.ts'
import { createLoad } from '../../src/sim/load.ts'
import { type OneRun, runOnce } from '../../src/sim/run-once.ts'
import { Fate } from '../../src/stats/tally.ts'
import { createBatch } from '../../src/traffic/traffic.ts'
import { type Course, type Facts, letItRun } from '../oracles/event-per-hop.ts'
import { planFrom } from './run-scenario.ts'

const base = `
pops: [{id: A, at: Paris}, {id: B, at: Tokyo}, {id: C, at: "New York City"}]
router: lowest-rtt
warmup: none
visitors: {cities: 30}
traffic: {objects: 120, requests: 1500, sizes: "lognormal:median=400:most=5KB", popularity: "zipf:alpha=0.8"}
`
const shields = {
  none: [],
  one: ['shields=[{id: S, at: Frankfurt}]'],
  two: ['shields=[{id: S, at: Frankfurt, parent: T}, {id: T, at: us-east-1, parent: origin}]', 'edge.parent=S'],
}

const atlas = loadAtlas()

/** What the engine makes of a plan, in the words of the oracle. */
function engineCourse(plan: Plan, geometry: Geometry): { course: Course; run: OneRun } {
  const course: Course = { verdicts: [], edges: [], waitsMs: [], asked: [], originBytes: 0 }
  const run = runOnce({
    plan,
    geometry,
    replication: 0,
    trace: null,
    watch: {
      seen(request, _now, _id, _place, edge, verdict) {
        course.verdicts[request] = verdictNames[verdict]
        course.edges[request] = edge
      },
      served(request, fate, waitMs) {
        course.verdicts[request] ??= ''
        course.edges[request] ??= -1
        course.waitsMs[request] = fate === Fate.error ? Number.NaN : waitMs
      },
    },
    onHop(pop, id, ms, verdict) {
      course.asked.push({ at: pop, ms, id, verdict: pop === atOrigin ? 'origin' : verdictNames[verdict] })
    },
  })
  course.originBytes = run.world.origin.bytes
  return { course, run }
}

function factsOf(plan: Plan, geometry: Geometry, { catalog, rules }: OneRun): Facts {
  const { traffic } = createLoad(plan, null, createRandom(plan.seed, 'replication 0'))
  const batch = createBatch(4096)
  const requests: Facts['requests'] = []
  while (traffic.next(batch))
    for (let row = 0; row < batch.count; row++)
      requests.push({ atMs: batch.timesMs[row]!, id: batch.objects[row]!, place: batch.places[row]! })
  return {
    pops: plan.pops.map(({ parent, isEdge, capacityBytes, policy, collapse }) => ({
      parent,
      isEdge,
      capacityBytes,
      policy: typeof policy === 'string' ? policy : policy.name,
      collapse,
    })),
    toParent: geometry.parentLegs,
    toOrigin: geometry.originLegs,
    rtt: (place, edge) => geometry.rttMs[place * geometry.edges + edge]!,
    requests,
    objects: Array.from({ length: catalog.count }, (_, id) => {
      const behavior = plan.behaviors[rules.behaviorOf[id]!]!
      return {
        bytes: catalog.bytesOf[id]!,
        ttlMs: behavior.ttlMs,
        swrMs: behavior.staleWhileRevalidateMs,
        sieMs: behavior.staleIfErrorMs,
        isPass: rules.isPass?.(id) ?? false,
        path: catalog.pathOf(id),
        versionAt: ms => rules.versionAt(id, ms),
      }
    }),
    thinkMs: plan.origin.thinkMs,
    edgeThinkMs: plan.network.edgeThinkMs,
    timeoutMs: plan.network.timeoutMs,
    concurrency: plan.origin.concurrency,
    queue: plan.origin.queue,
    events: plan.events.flatMap((event): Facts['events'] => {
      if (event.type === 'flash-crowd') return []
      if (event.type !== 'purge') return [event]
      return [{ atMs: event.atMs, type: event.type, prefix: event.path.replace(/\*$/, ''), soft: event.soft }]
    }),
  }
}

/** Asks at one moment at different places have no order among them. */
function sorted(asked: Course['asked']): Course['asked'] {
  return asked
    .map(({ ms, ...rest }) => ({ ms: Number(ms.toFixed(6)), ...rest }))
    .sort((a, b) => a.at - b.at || a.ms - b.ms || a.id - b.id)
}

const worlds = fc.record({
  tiers: fc.constantFrom('none', 'one', 'two'),
  policy: fc.constantFrom('lru', 'fifo', 'sieve', 's3-fifo', 'two-q', 'arc', 'lfu', 'gdsf'),
  capacity: fc.constantFrom('3kB', '12kB', '1MB'),
  rate: fc.constantFrom(5, 40, 400),
  ttl: fc.constantFrom('1h', '5s', '1s', '0s'),
  stale: fc.constantFrom('0s', '10s'),
  error: fc.constantFrom('0s', '30s'),
  uncacheable: fc.constantFrom(0, 0.2),
  changed: fc.constantFrom(0, 0.4),
  collapse: fc.boolean(),
  limits: fc.constantFrom(
    [],
    ['origin.concurrency=2', 'origin.queue=5'],
    ['origin.concurrency=1', 'origin.queue=1000'],
  ),
  timeout: fc.constantFrom('30s', '200ms'),
  events: fc.subarray([
    '{at: 1s, type: origin-down, for: 1500ms}',
    '{at: 2s, type: pop-down, pop: B, for: 1s}',
    '{at: 3100ms, type: pop-down, pop: A, for: 20s}',
    '{at: 3200ms, type: purge, path: "/objects/1*"}',
    '{at: 2700ms, type: purge, soft: true}',
    '{at: 3300ms, type: origin-slow, for: 10s, factor: 20}',
    '{at: 700ms, type: flash-crowd, for: 2s, factor: 5, object: 7}',
  ]),
  shieldFails: fc.boolean(),
  seed: fc.integer({ min: 1, max: 100_000 }),
})

describe('the engine and an event for every hop', () => {
  it('give every request, at every PoP and at the origin, the same verdict at the same time', () => {
    fc.assert(
      fc.property(worlds, world => {
        const { tiers, policy, capacity, rate, ttl, stale, error, uncacheable, changed, collapse, limits, timeout } =
          world
        const events = [...world.events]
        if (tiers !== 'none' && world.shieldFails) events.push('{at: 1700ms, type: pop-down, pop: S, for: 2s}')
        const plan = planFrom(
          base,
          'origin={at: us-east-1, think: 30ms}',
          ...limits,
          ...shields[tiers],
          `edge.policy=${policy}`,
          `edge.capacity=${capacity}`,
          `edge.collapse=${collapse}`,
          `traffic.rate=${rate}/s`,
          `latency.timeout=${timeout}`,
          `events=[${events.join(', ')}]`,
          `seed=${world.seed}`,
          `behaviors=[{cache: {ttl: ${ttl}, staleWhileRevalidate: ${stale}, staleIfError: ${error}, uncacheable: ${uncacheable}, changed: ${changed}}}]`,
        )
        const geometry = createGeometry(plan, atlas)
        const { course, run } = engineCourse(plan, geometry)
        const oracle = letItRun(factsOf(plan, geometry, run))
        expect(course.verdicts).toEqual(oracle.verdicts)
        expect(course.edges).toEqual(oracle.edges)
        expect(sorted(course.asked)).toEqual(sorted(oracle.asked))
        expect(course.waitsMs.length).toBe(oracle.waitsMs.length)
        course.waitsMs.forEach((waitMs, request) => {
          const other = oracle.waitsMs[request]!
          if (!(Math.abs(waitMs - other) < 1e-6)) expect([request, waitMs]).toEqual([request, other])
        })
        expect(course.originBytes).toBe(oracle.originBytes)
      }),
      { numRuns: Number(process.env.WORLDS ?? 60), seed: 11 },
    )
  })
})
