import { build, type Histogram } from 'hdr-histogram-js'
import { Agent, request } from 'undici'
import type { Ms } from '../lib/clock.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { type Catalog, createBatch, type Traffic } from '../traffic/traffic.ts'
import { originBody } from './origin-server.ts'
import { createVisitLog, type VisitLog } from './visit-log.ts'

export interface VisitOptions {
  /** The front door, or one PoP. */
  door: URL
  plan: Plan
  geometry: Geometry
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
  /** Real ms for one of the model, as the PoPs were started with; 0: distance costs nothing there. */
  timeScale: number
  /** True: bodies must be those of the built-in origin. */
  checksBodies: boolean
  /** Larger objects are asked for with this size. */
  greatestBytes: number
  signal: AbortSignal
}

/** Times by the wall, in microseconds. */
export interface WallTimes {
  /** From when a visit was due until its body was whole. */
  latency: Histogram
  /** From when it was really sent. */
  service: Histogram
  /** From when it was due until it was sent. */
  late: Histogram
}

export interface VisitResult {
  log: VisitLog
  wall: WallTimes
  wrongBodies: number
  /** Answers with a status of 400 to 499, by status. */
  refused: Map<number, number>
  tookMs: Ms
}

/** What a visitor got. */
interface Got {
  status: number
  cacheStatus: string
  body: Buffer
  /** Real ms of the visitor's own way that a door has put in. */
  wayMs: Ms
  /** When the PoP itself was asked. */
  askedAt: Ms
}

function createHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 600e6, numberOfSignificantValueDigits: 3 })
}

/**
 * Sends a scenario's visitors to running PoPs and checks what they get. Latency runs from when a visit was due, whether or not it
 * could be sent then: an answer that is late makes those behind it late too, and that is counted (no coordinated omission).
 */
export async function visit(options: VisitOptions): Promise<VisitResult> {
  const { plan, geometry, catalog, traffic, dueMs, atOnce, signal } = options
  const agent = new Agent({ connections: atOnce, pipelining: 1, keepAliveTimeout: 3000 })
  const wall = { latency: createHistogram(), service: createHistogram(), late: createHistogram() }
  const startedAt = performance.now()
  const log = createVisitLog(plan, geometry)
  const result: VisitResult = { log, wall, wrongBodies: 0, refused: new Map(), tookMs: 0 }
  /** Where the door sends a place, once it has said so. */
  const popOf = new Map<number, string>()
  const batch = createBatch(1024)
  const underWay = new Set<Promise<void>>()
  let number = 0
  while (!signal.aborted && number < options.requests && traffic.next(batch))
    for (let row = 0; row < batch.count && number < options.requests && !signal.aborted; row++) {
      const due = dueMs === undefined ? undefined : startedAt + dueMs(number, batch.timesMs[row]!)
      if (due !== undefined) await sleepUntil(due)
      while (underWay.size >= atOnce) await Promise.race(underWay)
      const id = batch.objects[row]!
      const bytes = Math.min(Math.max(1, Math.round(catalog.bytesOf[id]!)), options.greatestBytes)
      const path = `${catalog.pathOf(id)}?bytes=${bytes}`
      const one = visitOnce(number++, batch.places[row]!, path, due ?? performance.now())
      underWay.add(one)
      one.finally(() => underWay.delete(one))
    }
  await Promise.all(underWay)
  result.tookMs = performance.now() - startedAt
  await agent.destroy()
  return result

  async function visitOnce(number: number, place: number, path: string, due: Ms): Promise<void> {
    const sentAt = performance.now()
    // A timer may fire a little early.
    const lateMs = Math.max(0, sentAt - due)
    // When the PoP is gone, the next visit from here asks the door again.
    const got = await ask(options, agent, popOf, place, path).catch(() => void popOf.delete(place))
    const now = performance.now()
    wall.late.recordValue(Math.max(1, Math.round(lateMs * 1000)))
    wall.latency.recordValue(Math.max(1, Math.round((now - sentAt + lateMs) * 1000)))
    wall.service.recordValue(Math.max(1, Math.round((now - sentAt) * 1000)))
    if (got && options.checksBodies && got.status < 500 && !got.body.equals(originBody(path))) result.wrongBodies++
    if (got && got.status >= 400 && got.status < 500)
      result.refused.set(got.status, (result.refused.get(got.status) ?? 0) + 1)
    const waitedMs = got ? now - got.askedAt - got.wayMs + lateMs : 0
    log.add({
      number,
      atMs: now - startedAt,
      place,
      path,
      status: got?.status ?? 0,
      cacheStatus: got?.cacheStatus ?? '',
      bytes: got?.body.length ?? 0,
      waitMs: Math.max(0, options.timeScale > 0 ? waitedMs / options.timeScale : waitedMs),
    })
  }
}

/** Asks the PoP of a place, or the door where that is not known yet. Throws when the connection breaks. */
async function ask(
  { door, plan, timeScale }: VisitOptions,
  agent: Agent,
  popOf: Map<number, string>,
  place: number,
  path: string,
): Promise<Got> {
  const { lat, lon } = plan.visitors.places[place]!
  const headers = { 'x-sim-location': `${lat},${lon}` }
  let askedAt = performance.now()
  let answer = await request((popOf.get(place) ?? door.origin) + path, { dispatcher: agent, headers })
  if (answer.statusCode === 307) {
    await answer.body.dump()
    const location = new URL(String(answer.headers.location))
    popOf.set(place, location.origin)
    askedAt = performance.now()
    answer = await request(location, { dispatcher: agent, headers })
  }
  const rttMs = Number.parseFloat(String(answer.headers['x-sim-rtt'] ?? '0')) || 0
  return {
    status: answer.statusCode,
    cacheStatus: String(answer.headers['cache-status'] ?? ''),
    body: Buffer.from(await answer.body.arrayBuffer()),
    wayMs: rttMs * timeScale,
    askedAt,
  }
}

async function sleepUntil(due: Ms): Promise<void> {
  const waitMs = due - performance.now()
  if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs))
}
