import type { IncomingMessage, ServerResponse } from 'node:http'
import { formatHttpDate } from '../cache/http/http-date.ts'
import { readTarget } from '../cache/http/target.ts'
import type { Ms } from '../lib/clock.ts'
import { hashText } from '../lib/random.ts'
import type { BehaviorPlan } from '../scenario/plan.ts'
import { createBehaviorFinder } from './behaviors.ts'
import { refuse } from './refuse.ts'
import { spanUntilClose } from './spans.ts'

/** How the built-in origin is doing; the control API changes it. */
export interface OriginState {
  isStopped: boolean
  /** Its thinking time is multiplied by this. */
  slowFactor: number
  requests: number
}

export interface OriginOptions {
  behaviors: readonly BehaviorPlan[]
  /** Real time from the ask to the answer. */
  thinkMs: Ms
  now(): Ms
}

const greatestBodyBytes = 64 * 1024 * 1024
/** All that it serves is as old as this. */
const modified = formatHttpDate(Date.UTC(2026, 0, 1))

/**
 * The built-in origin: any path has a body that repeats the path, of as many bytes as `?bytes=` says or the path's hash gives, with
 * the freshness that the scenario's behaviours set. It validates by entity tag.
 */
export function createOriginHandler(
  { behaviors, thinkMs, now }: OriginOptions,
  state: OriginState,
): (request: IncomingMessage, response: ServerResponse) => void {
  const findBehavior = createBehaviorFinder(behaviors)
  return (request, response) => {
    state.requests++
    spanUntilClose('origin', request, response)
    request.resume()
    if (state.isStopped) {
      request.socket.destroy()
      return
    }
    const answer = (): void => answerFrom(request, response, findBehavior, now())
    const waitMs = thinkMs * state.slowFactor
    if (waitMs > 0) setTimeout(answer, waitMs)
    else answer()
  }
}

/** The body that the built-in origin gives for a path and query. Visitors check what they get against it. */
export function originBody(path: string, bytes = bytesOf(path)): Buffer {
  const line = Buffer.from(`${path}\n`)
  return Buffer.alloc(bytes, line)
}

/** Bytes of the body for a path: those of `?bytes=`, or 512 bytes to 128 KiB by its hash. */
function bytesOf(path: string): number {
  const asked = /[?&]bytes=(\d{1,9})(?:&|$)/.exec(path)
  if (asked) return Math.min(Number(asked[1]), greatestBodyBytes)
  return Math.round(512 * 256 ** ((hashText(0, path) >>> 0) / 2 ** 32))
}

function answerFrom(
  request: IncomingMessage,
  response: ServerResponse,
  findBehavior: (path: string) => BehaviorPlan | undefined,
  now: Ms,
): void {
  const target = readTarget(request.url!)
  if (target === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
    refuse(response, target === undefined ? 400 : 405, 'the built-in origin only has things to GET')
    return
  }
  const etag = `"${(hashText(1, target.path) >>> 0).toString(36)}"`
  const fields = ['Date', formatHttpDate(now), 'ETag', etag, 'Last-Modified', modified]
  fields.push('Cache-Control', cacheControlOf(findBehavior(target.path)))
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, fields)
    response.end()
    return
  }
  const body = originBody(target.path)
  fields.push('Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(body.length))
  response.writeHead(200, fields)
  response.end(request.method === 'HEAD' ? undefined : body)
}

function cacheControlOf(rule: BehaviorPlan | undefined): string {
  if (rule === undefined || rule.uncacheable === 1) return 'no-store'
  const seconds = (ms: Ms): number => Math.min(2 ** 31 - 1, Math.floor(ms / 1000))
  let control = `max-age=${seconds(rule.ttlMs)}`
  if (rule.staleWhileRevalidateMs > 0) control += `, stale-while-revalidate=${seconds(rule.staleWhileRevalidateMs)}`
  if (rule.staleIfErrorMs > 0) control += `, stale-if-error=${seconds(rule.staleIfErrorMs)}`
  return control
}
