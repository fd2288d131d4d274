import { verdictNames } from '../cache/verdict.ts'
import type { Ms } from '../lib/clock.ts'
import type { OnSpan } from '../scenario/backend-world.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { atOrigin, type OnHop, type World } from '../scenario/world.ts'
import { Fate } from '../stats/tally.ts'
import type { Watch } from './simulate.ts'
import { type Span, stepsOfSpans } from './span-steps.ts'

/** What was seen of one request. */
export interface Sighting {
  request: number
  atMs: Ms
  id: number
  place: number
  /** -1: no PoP was alive. */
  edge: number
  verdict: string
  /** Why it was no hit; '' for a hit. */
  reason: string
  fate: Fate
  /** What the edge waited for others; null for an error. */
  waitMs: Ms | null
  /** The wait in parts. */
  waits: { what: string; ms: Ms }[]
  /** Of the copy at the edge; null when it held none. */
  freshUntilMs: Ms | null
  hops: { at: string; verdict: string; askedMs: Ms; answeredMs: Ms; status: number }[]
  /** What its hooks and its origin did, as far as that is modelled. */
  spans: Span[]
}

interface Hop {
  pop: number
  askedMs: Ms
  verdict: string
  status: number
  thenMs: Ms
}

/** Follows one request through a run. */
export function createWitness(plan: Plan, { parentLegs, originLegs, named }: Geometry, wanted: number) {
  let world: World | null = null
  let seen: Sighting | null = null
  const hops: Hop[] = []
  /** Of asks for the object, with the time at which they came. */
  const spans: (Span & { askedMs: Ms })[] = []
  const watch: Watch = {
    seen(request, atMs, id, place, edge, verdict) {
      if (request !== wanted) return
      const { cache } = world!.pops[edge]!
      const slot = cache.slotOf(id)
      const freshUntilMs = slot < 0 ? null : cache.freshUntil(slot)
      const name = verdictNames[verdict]
      seen = { ...nothing, request, atMs, id, place, edge, verdict: name, freshUntilMs }
    },
    served(request, fate, waitMs, reason, atMs, id, place) {
      if (request !== wanted) return
      seen = { ...(seen ?? { ...nothing, request, atMs, id, place, edge: -1 }), fate, reason }
      if (fate !== Fate.error) seen.waitMs = waitMs
    },
  }
  const onHop: OnHop = (pop, id, askedMs, verdict, status, thenMs) => {
    if (seen !== null && id === seen.id) hops.push({ pop, askedMs, verdict: verdictNames[verdict], status, thenMs })
  }

  const onSpan: OnSpan = (id, askedMs, kind, name, fromMs, untilMs) => {
    if (seen !== null && id === seen.id) spans.push({ askedMs, kind, name, fromMs, untilMs })
  }

  /** Hooks of the visitor's request and answer, and the one that the ask waited for: those that ran when it came. */
  function hooksOf({ atMs }: Sighting): { viewer: Span[]; request: Span[] } {
    const ran = spans.filter(({ kind, askedMs }) => kind === 'hook' && askedMs === atMs)
    const behavior = world?.backends?.behaviorOf(seen!.id) ?? -1
    const [request, , , response] = plan.backends?.rules[behavior]?.hooks ?? []
    const viewers = [request, response].filter(hook => (hook ?? -1) >= 0).length
    return { viewer: ran.slice(0, viewers), request: ran.slice(viewers, viewers + 1) }
  }

  /** The hops of this very request: each asked exactly when the wire from the one before brings the ask. */
  function followed({ edge, atMs }: Sighting, hookMs: Ms): Hop[] {
    const way: Hop[] = []
    let from = edge
    let now = atMs + hookMs
    for (;;) {
      const next = hops.find(
        ({ pop, askedMs }) =>
          (pop <= atOrigin && askedMs === now + (named[atOrigin - pop]?.legs ?? originLegs)[from]!.oneWayMs) ||
          (pop >= 0 && pop === plan.pops[from]!.parent && askedMs === now + parentLegs[from]!.oneWayMs),
      )
      if (next === undefined) return way
      way.push(next)
      if (next.pop <= atOrigin) return way
      from = next.pop
      now = next.askedMs
    }
  }

  const nameOf = (pop: number): string =>
    pop <= atOrigin ? (plan.backends?.origins[atOrigin - pop]?.name ?? 'origin') : plan.pops[pop]!.id

  return {
    watch,
    onHop,
    onSpan,
    onWorld(built: World) {
      world = built
    },
    /** What was seen; null when the request was not made. */
    sighting(): Sighting | null {
      if (seen === null) return null
      const { viewer, request } = hooksOf(seen)
      const way = seen.verdict === 'join' || seen.edge < 0 ? [] : followed(seen, lengthOf(request))
      const origin = way.at(-1)
      const ofOrigin = spans.filter(
        ({ kind, askedMs }) => kind !== 'hook' && kind !== 'wire' && askedMs === origin?.askedMs,
      )
      return {
        ...seen,
        waits: waitsOf(plan, seen, way, nameOf, { viewer, request, ofOrigin }),
        spans: [...viewer, ...request, ...ofOrigin].map(({ kind, name, fromMs, untilMs }) => ({
          kind,
          name,
          fromMs: fromMs - seen!.atMs,
          untilMs: untilMs - seen!.atMs,
        })),
        hops: way.map(({ pop, verdict, askedMs, thenMs, status }) => ({
          at: nameOf(pop),
          verdict: pop <= atOrigin ? 'origin' : verdict,
          askedMs: askedMs - seen!.atMs,
          answeredMs: thenMs - seen!.atMs,
          status,
        })),
      }
    },
  }
}

const nothing: Sighting = {
  request: 0,
  atMs: 0,
  id: 0,
  place: 0,
  edge: 0,
  verdict: '',
  reason: '',
  fate: Fate.error,
  waitMs: null,
  waits: [],
  freshUntilMs: null,
  hops: [],
  spans: [],
}

function lengthOf(spans: readonly Span[]): Ms {
  return spans.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0)
}

const hookSteps = (spans: readonly Span[]): Sighting['waits'] =>
  spans.map(({ name, fromMs, untilMs }) => ({ what: `hook ${name}`, ms: untilMs - fromMs }))

/** The edge's wait in parts, which add up to it. */
function waitsOf(
  { network }: Plan,
  { atMs, waitMs, verdict }: Sighting,
  way: readonly Hop[],
  nameOf: (pop: number) => string,
  { viewer, request, ofOrigin }: { viewer: readonly Span[]; request: readonly Span[]; ofOrigin: readonly Span[] },
): Sighting['waits'] {
  if (waitMs === null || waitMs === 0) return []
  const waits = hookSteps(viewer)
  const restMs = waitMs - lengthOf(viewer)
  const last = way.at(-1)
  if (last === undefined || last.thenMs > atMs + restMs) {
    const what = verdict === 'join' ? 'waits for the fetch that is on its way' : 'waits until it gives up'
    return restMs > 1e-9 ? [...waits, { what, ms: restMs }] : waits
  }
  waits.push(...hookSteps(request))
  let now = atMs + lengthOf(request)
  for (const { pop, askedMs } of way) {
    waits.push({ what: `the ask goes to ${nameOf(pop)}`, ms: askedMs - now })
    now = askedMs
  }
  const works = last.verdict === 'join' ? 'waits for the fetch that is on its way' : 'works'
  waits.push(...stepsOfSpans(ofOrigin, now, last.thenMs, `${nameOf(last.pop)} ${works}`))
  now = last.thenMs
  for (const { pop, thenMs } of way.slice(0, -1).reverse()) {
    const arrivalMs = thenMs - network.edgeThinkMs
    waits.push({ what: `the answer goes to ${nameOf(pop)}`, ms: arrivalMs - now })
    waits.push({ what: `${nameOf(pop)} works`, ms: network.edgeThinkMs })
    now = thenMs
  }
  waits.push({ what: 'the answer goes to the edge', ms: atMs + restMs - now })
  return waits
}
