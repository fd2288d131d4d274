import { build, type Histogram } from 'hdr-histogram-js'
import { Agent, request } from 'undici'
import type { Place } from '../geo/place.ts'
import type { Ms } from '../lib/clock.ts'
import { type Catalog, createBatch, type Traffic } from '../traffic/traffic.ts'
import { originBody } from './origin-server.ts'

export interface VisitOptions {
  /** The front door, or one PoP. */
  door: URL
  places: readonly Place[]
  catalog: Catalog
  traffic: Traffic
  /** Visits end with this many. */
  requests: number
  /**
   * When each visit is due, in real ms from the start: of its number and its time in the scenario. Undefined: as fast as answers
   * come, `atOnce` at a time.
   */
  dueMs: ((number: number, scenarioMs: Ms) => Ms) | undefined
  /** Visits under way at once; with a schedule, more wait, and their wait counts. */
  atOnce: number
  /** True: bodies must be those of the built-in origin. */
  checksBodies: boolean
  /** Larger objects are asked for with this size. */
  greatestBytes: number
  signal: AbortSignal
}

/** What visits to one PoP, or to all, came to. */
export interface VisitTally {
  requests: number
  hits: number
  bytes: number
  hitBytes: number
  errors: number
  wrongBodies: number
  /** Microseconds from when a visit was due until its body was whole. */
  latency: Histogram
  /** Microseconds from when it was really sent. */
  service: Histogram
}

export interface VisitResult {
  all: VisitTally
  byPop: Map<string, VisitTally>
  /** Answers for which the origin was asked, by Cache-Status. */
  originRequests: number
  tookMs: Ms
}

function createTally(): VisitTally {
  const histogram = (): Histogram =>
    build({ lowestDiscernibleValue: 1, highestTrackableValue: 600e6, numberOfSignificantValueDigits: 3 })
  const counts = { requests: 0, hits: 0, bytes: 0, hitBytes: 0, errors: 0, wrongBodies: 0 }
  return { ...counts, latency: histogram(), service: histogram() }
}

/**
 * Sends a scenario's visitors to running PoPs and checks what they get. Latency runs from when a visit was due, whether or not it
 * could be sent then: an answer that is late makes those behind it late too, and that is counted (no coordinated omission).
 */
export async function visit(options: VisitOptions): Promise<VisitResult> {
  const { places, catalog, traffic, dueMs, atOnce, signal } = options
  const agent = new Agent({ connections: atOnce, pipelining: 1, keepAliveTimeout: 3000 })
  const result: VisitResult = { all: createTally(), byPop: new Map(), originRequests: 0, tookMs: 0 }
  /** Where the door sends a place, once it has said so. */
  const popOf = new Map<number, string>()
  const startedAt = performance.now()
  const batch = createBatch(1024)
  const underWay = new Set<Promise<void>>()
  let number = 0
  while (!signal.aborted && number < options.requests && traffic.next(batch))
    for (let row = 0; row < batch.count && number < options.requests && !signal.aborted; row++) {
      const due = dueMs === undefined ? undefined : startedAt + dueMs(number, batch.timesMs[row]!)
      if (due !== undefined) await sleepUntil(due)
      while (underWay.size >= atOnce) await Promise.race(underWay)
      number++
      const id = batch.objects[row]!
      const bytes = Math.min(Math.max(1, Math.round(catalog.bytesOf[id]!)), options.greatestBytes)
      const path = `${catalog.pathOf(id)}?bytes=${bytes}`
      const one = visitOnce(options, agent, popOf, places, batch.places[row]!, path, due ?? performance.now(), result)
      underWay.add(one)
      one.finally(() => underWay.delete(one))
    }
  await Promise.all(underWay)
  result.tookMs = performance.now() - startedAt
  await agent.destroy()
  return result
}

async function visitOnce(
  { door, checksBodies }: VisitOptions,
  agent: Agent,
  popOf: Map<number, string>,
  places: readonly Place[],
  place: number,
  path: string,
  due: Ms,
  result: VisitResult,
): Promise<void> {
  const sentAt = performance.now()
  const { lat, lon } = places[place]!
  const headers = { 'x-sim-location': `${lat},${lon}` }
  let pop = 'none'
  let bytes = 0
  let isHit = false
  let isOk = false
  let isWrong = false
  try {
    let answer = await request((popOf.get(place) ?? door.origin) + path, { dispatcher: agent, headers })
    if (answer.statusCode === 307) {
      await answer.body.dump()
      const location = new URL(String(answer.headers.location))
      popOf.set(place, location.origin)
      answer = await request(location, { dispatcher: agent, headers })
    }
    const body = Buffer.from(await answer.body.arrayBuffer())
    const status = String(answer.headers['cache-status'] ?? '')
    const members = status.split(/, (?=[^";]+;)/)
    pop = members.at(-1)!.split(';')[0]! || 'none'
    isHit = /; hit/.test(members.at(-1)!)
    if (members.every(member => /; fwd=/.test(member))) result.originRequests++
    isOk = answer.statusCode < 500
    isWrong = checksBodies && isOk && !body.equals(originBody(path))
    bytes = body.length
  } catch {
    // The PoP is gone: the next visit from here asks the door again.
    popOf.delete(place)
  }
  const now = performance.now()
  const tally = result.byPop.get(pop) ?? createTally()
  result.byPop.set(pop, tally)
  for (const one of [result.all, tally]) {
    one.requests++
    one.bytes += bytes
    if (isHit) {
      one.hits++
      one.hitBytes += bytes
    }
    if (!isOk) one.errors++
    if (isWrong) one.wrongBodies++
    // A timer may fire a little early.
    one.latency.recordValue(Math.max(1, Math.round((now - Math.min(due, sentAt)) * 1000)))
    one.service.recordValue(Math.max(1, Math.round((now - sentAt) * 1000)))
  }
}

async function sleepUntil(due: Ms): Promise<void> {
  const waitMs = due - performance.now()
  if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs))
}
