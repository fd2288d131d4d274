import type { Atlas } from '../geo/atlas.ts'
import type { Ms } from '../lib/clock.ts'
import { UserError } from '../lib/user-error.ts'
import { createGeometry, type Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { fateNames } from '../stats/tally.ts'
import { directKindsOf } from './direct.ts'
import type { TraceSource } from './load.ts'
import { type OneRun, runOnce } from './run-once.ts'
import type { Span } from './span-steps.ts'
import { createWitness, type Sighting } from './witness.ts'

/** A part of a request's time. */
export interface Step {
  what: string
  ms: Ms
}

/** Everything about one request, as data. */
export interface Story {
  request: number
  atMs: Ms
  place: { name: string; cc: string }
  object: { id: number; path: string; className: string; bytes: number }
  /** The behaviour that rules the object. */
  behavior: string
  ttlMs: Ms
  /** Null when no PoP is alive. */
  route: { pop: string; rttMs: Ms; distanceKm: number; router: string } | null
  /** The fastest PoPs for this place, the fastest first. */
  alternatives: { pop: string; rttMs: Ms; distanceKm: number }[]
  connection: { isNew: boolean; protocol: string; access: string; accessMs: Ms; jitterMs: Ms }
  /** What the shelf of the edge said (RFC 9211), what became of the request, and why it was no hit; '' for a hit. */
  verdict: string
  fate: string
  reason: string
  /** Age of the copy that the edge held; null when it held none. */
  ageMs: Ms | null
  /** Who was asked above the edge, in order. A request that joins a fetch has none of its own. */
  hops: { at: string; verdict: string; askedMs: Ms; answeredMs: Ms; status: number }[]
  /** What its hooks and its origin did, where that is modelled: from when to when, and within each other. */
  spans: Span[]
  /** Null for an error: it has no latency. */
  withCdn: { steps: Step[]; totalMs: Ms } | null
  direct: { steps: Step[]; totalMs: Ms } | null
  savedMs: Ms | null
}

const mostAlternatives = 5

/**
 * Tells the story of one request of the first replication, by running the plan again up to it. Requests are numbered from 0 in order
 * of time. Throws UserError when there is no such request.
 */
export function explainRequest(
  plan: Plan,
  atlas: Atlas,
  request: number,
  trace: TraceSource | null = null,
  onProgress?: (done: number, expected: number) => void,
): Story {
  const geometry = createGeometry(plan, atlas)
  const witness = createWitness(plan, geometry, request)
  const run = runOnce({
    plan,
    geometry,
    replication: 0,
    trace,
    watch: witness.watch,
    onHop: witness.onHop,
    onSpan: witness.onSpan,
    lastRequest: request,
    ...(onProgress ? { onProgress: (done: number) => onProgress(Math.min(done, request), request) } : {}),
    onWorld: witness.onWorld,
  })
  const seen = witness.sighting()
  if (seen === null || run.requests <= request)
    throw new UserError({ message: `there is no request ${request}`, hint: `they are 0 to ${run.requests - 1}` })
  return tell(plan, geometry, run, seen)
}

function tell(plan: Plan, geometry: Geometry, run: OneRun, seen: Sighting): Story {
  const { request, place, edge, id } = seen
  const { catalog, rules } = run
  const behavior = plan.behaviors[rules.behaviorOf[id]!]!
  const { name = '', cc = '' } = plan.visitors.places[place]!
  const wayTo = (pop: number) => ({
    pop: plan.pops[pop]!.id,
    rttMs: geometry.rttMs[place * geometry.edges + pop]!,
    distanceKm: geometry.distanceKm[place * geometry.edges + pop]!,
  })
  const edges = [...new Array(geometry.edges).keys()]
  const timed = timesOf(plan, geometry, run, seen)
  const { router } = plan
  return {
    request,
    atMs: seen.atMs,
    place: { name, cc },
    object: {
      id,
      path: catalog.pathOf(id),
      className: plan.traffic.kind === 'synthetic' ? plan.traffic.classes[catalog.classOf[id]!]!.name : 'objects',
      bytes: catalog.bytesOf[id]!,
    },
    behavior: behavior.label,
    ttlMs: behavior.ttlMs,
    route: edge < 0 ? null : { ...wayTo(edge), router: typeof router === 'string' ? router : router.name },
    alternatives: edges
      .map(wayTo)
      .sort((a, b) => a.rttMs - b.rttMs)
      .slice(0, mostAlternatives),
    ...timed,
    verdict: seen.verdict,
    fate: fateNames[seen.fate],
    reason: seen.reason,
    ageMs: seen.freshUntilMs === null ? null : Math.max(0, behavior.ttlMs - (seen.freshUntilMs - seen.atMs)),
    hops: seen.hops,
    spans: seen.spans,
  }
}

/** The request's time in parts, with the CDN and without it. */
function timesOf(
  plan: Plan,
  geometry: Geometry,
  { timing, catalog }: OneRun,
  seen: Sighting,
): Pick<Story, 'connection' | 'withCdn' | 'direct' | 'savedMs'> {
  const { request, place, edge, id, waitMs } = seen
  const { network } = plan
  timing.draw(request)
  const { accessMs, jitterMs, isNew, profile } = timing
  const { protocol, dnsMs, edgeThinkMs } = network
  const connection = { isNew, protocol, access: geometry.access.tables[profile]!.name, accessMs, jitterMs }
  if (waitMs === null || edge < 0) return { connection, withCdn: null, direct: null, savedMs: null }
  const kind = plan.backends === null ? 0 : catalog.classOf[id]!
  const alone = directKindsOf(plan, geometry)[kind]!
  timing.time(place, edge, catalog.bytesOf[id]!, waitMs, kind)
  const opening = (rttMs: Ms): Step[] =>
    isNew ? [{ what: 'DNS', ms: dnsMs }, ...(handshakes[protocol] ?? []).map(what => ({ what, ms: rttMs }))] : []
  const extraMs = accessMs + jitterMs
  const rttMs = geometry.rttMs[place * geometry.edges + edge]! + extraMs
  const directRttMs = alone.rttMs[place]! + extraMs
  const withSteps = [
    ...opening(rttMs),
    { what: 'request and first byte', ms: rttMs },
    { what: 'the edge works', ms: edgeThinkMs },
    ...seen.waits,
  ]
  const directSteps = [
    ...opening(directRttMs),
    { what: 'request and first byte', ms: directRttMs },
    { what: 'the origin works', ms: alone.thinkMs },
  ]
  return {
    connection,
    withCdn: withRest(withSteps, timing.withMs),
    direct: withRest(directSteps, timing.directMs),
    savedMs: timing.directMs - timing.withMs,
  }
}

/** The round trips of opening a connection: RFC 9293, 3.5; RFC 8446, 2; RFC 5246, 7.3; RFC 9000, 7. */
const handshakes: Record<string, readonly string[]> = {
  tcp: ['TCP handshake'],
  tls13: ['TCP handshake', 'TLS 1.3 handshake'],
  tls12: ['TCP handshake', 'TLS 1.2 handshake, first trip', 'TLS 1.2 handshake, second trip'],
  quic: ['QUIC handshake'],
  'quic-0rtt': [],
}

/** What the steps leave of the whole is the transfer after the first byte. */
function withRest(steps: Step[], totalMs: Ms): { steps: Step[]; totalMs: Ms } {
  const transferMs = totalMs - steps.reduce((sum, { ms }) => sum + ms, 0)
  return {
    steps: transferMs > 1e-9 ? [...steps, { what: 'transfer to the last byte', ms: transferMs }] : steps,
    totalMs,
  }
}
