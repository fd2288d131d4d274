import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import { createFindNearest } from '../geo/nearest.ts'
import type { Ms } from '../lib/clock.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { routesOf } from '../sim/run.ts'
import type { Manifest, RunResult } from '../stats/result.ts'
import { Fate } from '../stats/tally.ts'
import { createBehaviorIndexOrLast } from './behaviors.ts'
import type { Bucket } from './counters.ts'
import type { Answered } from './exchange.ts'
import { addAsk, count, createMeter, reasonOfFate } from './measured.ts'
import { measuredResult } from './measured-result.ts'
import { createMeasuredSpans, type Span } from './measured-spans.ts'
import type { LivePop } from './pop.ts'
import { Recent } from './recent.ts'

export interface ObserverOptions {
  plan: Plan
  geometry: Geometry
  pops: readonly { pop: LivePop }[]
  alive: Uint8Array
  timeScale: number
  /** Requests that the origin has had. */
  originRequests(): number
  /** What goes into reports; without it they name no version. */
  manifest?: Manifest | undefined
  /** Real ms since the network was started. */
  now(): Ms
}

/** Watches a running network, and tells what it did in the shape of a run's result. */
export interface Observer {
  answered(pop: number, answered: Answered): void
  /** Marks the moment on the timeline. */
  note(text: string): void
  result(span: Span): RunResult
  /** Counts what the origin was asked since the last time; to be called now and then. */
  turn(): void
  /** When the timeline of results begins, in ms since the start. */
  readonly fromMs: Ms
}

/** Ten minutes in steps of two seconds. */
const steps = 300
const stepMs = 2000
const mostEvents = 40
const fateOf: Record<Bucket, Fate> = { ...Fate }

export function createObserver(options: ObserverOptions): Observer {
  const { plan, geometry, pops, alive, timeScale, now } = options
  const meter = createMeter(plan, geometry)
  const recent = new Recent(steps, stepMs)
  const placeOf = createPlaceFinder(plan.visitors)
  const behaviorOf = createBehaviorIndexOrLast(plan.behaviors)
  const spans = createMeasuredSpans(plan)
  let originSeen = 0
  let numberOf = 0
  const events: RunResult['events'] = []
  const routesNow = createRoutesNow(plan, geometry, alive.subarray(0, geometry.edges))

  function turn(): void {
    spans.turn(now())
    const asks = options.originRequests() - originSeen
    originSeen += asks
    recent.recordOrigin(now(), asks)
    for (const { origin } of spans.filling()) origin.asks += asks
  }

  return {
    turn,
    get fromMs() {
      return recent.fromMs
    },
    answered(pop, { request, status, bytes, bucket, isCollapsed, tookMs }) {
      turn()
      const { isEdge, parent } = plan.pops[pop]!
      const fate = status >= 500 ? Fate.error : bucket === 'miss' && isCollapsed ? Fate.join : fateOf[bucket]
      const isFetched = !isCollapsed && (fate === Fate.miss || fate === Fate.pass)
      const filling = spans.filling()
      if (parent < 0 && isFetched) for (const { origin } of filling) origin.bytes += bytes
      if (!isEdge) {
        for (const { tiers } of filling) addAsk(tiers[pop]!, fate, bytes)
        return
      }
      const number = numberOf++
      const [place, behavior] = [placeOf(request), behaviorOf(request.url ?? '')]
      const waitMs = timeScale > 0 ? tookMs / timeScale : tookMs
      const seen = { number, edge: pop, place, behavior, fate, reason: reasonOfFate[fate]!, bytes, waitMs }
      const timing = meter(seen)
      for (const measured of filling) count(measured, seen, timing)
      recent.record(now(), fate, timing.withMs)
    },
    note(text) {
      events.push({ atMs: now(), text })
      if (events.length > mostEvents) events.shift()
    },
    result(span) {
      turn()
      const { fromMs } = recent
      return measuredResult({
        plan,
        manifest: options.manifest ?? manifestOf(plan),
        measured: spans.of(span),
        routes: routesNow(),
        shelves: pops.map(({ pop: { shelf } }) => ({
          heldBytes: shelf.cache.heldBytes,
          heldObjects: shelf.objects,
          evictions: shelf.cache.evictions,
        })),
        series: recent.series(now()),
        events: events.filter(({ atMs }) => atMs >= fromMs).map(({ atMs, text }) => ({ atMs: atMs - fromMs, text })),
        notes: measuredNotes,
      })
    },
  }
}

/** What a reader of measured figures should know. */
export const measuredNotes: readonly string[] = [
  'Measured on real servers of this machine. Loopback knows no distance: a visitor’s own way to the PoP, and the way straight to the origin, are the model’s; the wait for the PoP is measured.',
  'What a PoP no longer holds is not told from what it never held.',
]

/** The routes over the edges that are alive when it is asked; they are found anew only when that has changed. */
function createRoutesNow(plan: Plan, geometry: Geometry, edges: Uint8Array): () => ReturnType<typeof routesOf> {
  let routes = { of: edges.join(''), found: routesOf(plan, geometry) }
  return () => {
    const of = edges.join('')
    if (routes.of !== of) routes = { of, found: routesOf(plan, geometry, edges) }
    return routes.found
  }
}

function manifestOf({ seed }: Plan): Manifest {
  const machine = { version: '', node: '', os: '', cpu: '' }
  const inputs = { scenario: '', scenarioHash: '', traceHash: null }
  return { ...machine, ...inputs, command: 'cdnlab serve', seed, replications: 1 }
}

/**
 * Where a request says that it comes from, as coordinates or as the name of one of the scenario's places; else the first of them.
 * Nothing is searched for: what a client can send must cost nothing.
 */
function createPlaceFinder({ places }: Plan['visitors']): (request: IncomingMessage) => number {
  const findNearest = createFindNearest(places)
  const named = new Map(places.map(({ name = '' }, index) => [name.toLowerCase(), index]))
  const known = new LRUCache<string, number>({ max: 10_000 })
  const find = (text: string): number => {
    const [lat = Number.NaN, lon = Number.NaN] = text.split(',', 2).map(Number)
    const isPoint = Math.abs(lat) <= 90 && Math.abs(lon) <= 180
    return isPoint ? findNearest(lat, lon) : (named.get(text.toLowerCase()) ?? 0)
  }
  return ({ headers }) => {
    const text = headers['x-sim-location']
    if (typeof text !== 'string' || text.length > 100) return 0
    const found = known.get(text) ?? find(text)
    known.set(text, found)
    return found
  }
}
