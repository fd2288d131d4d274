import { verdictNames } from '../cache/verdict.ts'
import type { Ms } from '../lib/clock.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { atOrigin, type OnHop, type World } from '../scenario/world.ts'
import { Fate } from '../stats/tally.ts'
import type { Watch } from './simulate.ts'

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
}

interface Hop {
  pop: number
  askedMs: Ms
  verdict: string
  status: number
  thenMs: Ms
}

/** Follows one request through a run. */
export function createWitness(plan: Plan, { parentLegs, originLegs }: Geometry, wanted: number) {
  let world: World | null = null
  let seen: Sighting | null = null
  const hops: Hop[] = []
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

  /** The hops of this very request: each asked exactly when the wire from the one before brings the ask. */
  function followed({ edge, atMs }: Sighting): Hop[] {
    const way: Hop[] = []
    let from = edge
    let now = atMs
    for (;;) {
      const next = hops.find(
        ({ pop, askedMs }) =>
          (pop === atOrigin && askedMs === now + originLegs[from]!.oneWayMs) ||
          (pop >= 0 && pop === plan.pops[from]!.parent && askedMs === now + parentLegs[from]!.oneWayMs),
      )
      if (next === undefined) return way
      way.push(next)
      if (next.pop === atOrigin) return way
      from = next.pop
      now = next.askedMs
    }
  }

  const nameOf = (pop: number): string => (pop === atOrigin ? 'origin' : plan.pops[pop]!.id)

  return {
    watch,
    onHop,
    onWorld(built: World) {
      world = built
    },
    /** What was seen; null when the request was not made. */
    sighting(): Sighting | null {
      if (seen === null) return null
      const way = seen.verdict === 'join' || seen.edge < 0 ? [] : followed(seen)
      return {
        ...seen,
        waits: waitsOf(plan, seen, way, nameOf),
        hops: way.map(({ pop, verdict, askedMs, thenMs, status }) => ({
          at: nameOf(pop),
          verdict: pop === atOrigin ? 'origin' : verdict,
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
}

/** The edge's wait in parts, which add up to it. */
function waitsOf(
  { network }: Plan,
  { atMs, waitMs, verdict }: Sighting,
  way: readonly Hop[],
  nameOf: (pop: number) => string,
): Sighting['waits'] {
  if (waitMs === null || waitMs === 0) return []
  const last = way.at(-1)
  if (last === undefined || last.thenMs > atMs + waitMs)
    return [
      { what: verdict === 'join' ? 'waits for the fetch that is on its way' : 'waits until it gives up', ms: waitMs },
    ]
  const waits: Sighting['waits'] = []
  let now = atMs
  for (const { pop, askedMs } of way) {
    waits.push({ what: `the ask goes to ${nameOf(pop)}`, ms: askedMs - now })
    now = askedMs
  }
  const works = last.verdict === 'join' ? 'waits for the fetch that is on its way' : 'works'
  waits.push({ what: `${nameOf(last.pop)} ${works}`, ms: last.thenMs - now })
  now = last.thenMs
  for (const { pop, thenMs } of way.slice(0, -1).reverse()) {
    const arrivalMs = thenMs - network.edgeThinkMs
    waits.push({ what: `the answer goes to ${nameOf(pop)}`, ms: arrivalMs - now })
    waits.push({ what: `${nameOf(pop)} works`, ms: network.edgeThinkMs })
    now = thenMs
  }
  waits.push({ what: 'the answer goes to the edge', ms: atMs + waitMs - now })
  return waits
}
