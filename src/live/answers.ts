import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CacheStatus, formatCacheStatus } from '../cache/http/cache-status.ts'
import { lineOf } from '../cache/http/fields.ts'
import { fieldsOfNotModified, isNotModified } from '../cache/http/validators.ts'
import type { Ms } from '../lib/clock.ts'
import { answerStored } from './answer-stored.ts'
import type { Bucket, Counters } from './counters.ts'
import type { FetchedResponse } from './errand.ts'
import type { Answered, Exchange } from './exchange.ts'
import type { LivePopOptions } from './pop-options.ts'
import { refuse } from './refuse.ts'
import type { Refusal } from './request-head.ts'
import type { StoredResponse } from './stored-response.ts'

export const allowedMethods = 'GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH'
/** What the log says of a client that left before its answer; never sent. */
const clientLeft = 499

/** Writes a PoP's answers, each with its Cache-Status, and counts each request in one bucket. */
export class Answers {
  readonly #options: LivePopOptions
  readonly #counters: Counters
  /** Told of every answer. */
  listener: ((answered: Answered) => void) | undefined

  constructor(options: LivePopOptions, counters: Counters) {
    this.#options = options
    this.#counters = counters
  }

  /** A fresh whole answer from the shelf, with its prebuilt head: the path that must cost least. */
  hit(exchange: Exchange, stored: StoredResponse, now: Ms): void {
    const { response } = exchange
    response.writeHead(stored.status, stored.reason, stored.hitHead(this.#options.name, this.#options.role, now))
    response.end(stored.body)
    this.#count(exchange, stored.status, stored.body.length, 'hit')
  }

  /** Any other answer from the shelf. */
  stored(exchange: Exchange, stored: StoredResponse, bucket: Bucket, status: CacheStatus, upstreamMs = 0): void {
    const { response, head, key } = exchange
    const { name, role, now } = this.#options
    const said = { ttl: stored.ttlSeconds(now()), key, ...status }
    const extra = upstreamMs > 0 ? this.#timing(exchange, upstreamMs) : ['Server-Timing', `${role};desc=${bucket}`]
    const bytes = answerStored(response, { head, stored, cacheName: name, status: said, extra, now: now() })
    this.#count(exchange, response.statusCode, bytes, bucket, status.isCollapsed, upstreamMs)
  }

  /** An answer from the upstream, its body as it comes. */
  fetched(exchange: Exchange, fetched: FetchedResponse, status: CacheStatus, upstreamMs: Ms): void {
    const { response, head, key } = exchange
    const { name, now } = this.#options
    const isPass = status.fwd === 'bypass' || status.fwd === 'method' || fetched.reasonAgainst === 'bypass'
    const isStored = fetched.reasonAgainst === ''
    const said: CacheStatus = { ...status, fwdStatus: fetched.status, isStored, key }
    if (isStored) said.ttl = fetched.ttlSeconds
    else said.detail = fetched.reasonAgainst
    const own = ['Cache-Status', formatCacheStatus(name, said), ...this.#timing(exchange, upstreamMs)]
    const ageSeconds = Math.floor(fetched.initialAgeMs / 1000)
    if (fetched.reasonAgainst !== 'bypass' && ageSeconds > 0) own.push('Age', String(ageSeconds))
    const isHeldByClient =
      head.isConditional && isStored && fetched.status === 200 && isNotModified(head.fields, fetched.fields, now())
    try {
      if (isHeldByClient) response.writeHead(304, 'Not Modified', [...fieldsOfNotModified(fetched.fields), ...own])
      else response.writeHead(fetched.status, fetched.reason, [...fetched.fields, ...own])
    } catch {
      // What the upstream says can't be written again as HTTP: its answer is no answer.
      this.fail(exchange, 502, 'the upstream answered with fields that are no HTTP')
      return
    }
    if (isHeldByClient || head.method === 'HEAD') response.end()
    else fetched.body.attach(response)
    const hasBody = !isHeldByClient && head.method !== 'HEAD'
    const bytes = hasBody ? Number(lineOf(fetched.fields, 'content-length') ?? 0) : 0
    this.#count(exchange, response.statusCode, bytes, isPass ? 'pass' : 'miss', status.isCollapsed, upstreamMs)
  }

  /** What the server itself can do. Source: RFC 9110, 9.3.7. */
  serverOptions(exchange: Exchange): void {
    exchange.response.writeHead(204, ['Allow', allowedMethods])
    exchange.response.end()
    this.#count(exchange, 204, 0, 'pass')
  }

  /** An answer that a hook has made: the shelf has no part in it. */
  made(exchange: Exchange, status: number, fields: readonly string[], body: Buffer): void {
    const { response, head } = exchange
    const { name } = this.#options
    const own = [
      'Content-Length',
      String(body.length),
      'Cache-Status',
      formatCacheStatus(name, { isHit: false, detail: 'edge-code' }),
    ]
    response.writeHead(status, [...fields.map(String), ...own])
    response.end(head.method === 'HEAD' ? undefined : body)
    this.#count(exchange, status, body.length, 'pass')
  }

  /** A failure of this PoP or its upstream. */
  fail(exchange: Exchange, status: number, reason: string, detail?: string): void {
    const isFramingSuspect = status === 405 || exchange.head.hasBody
    this.refuse(exchange.request, exchange.response, { status, reason, isFramingSuspect }, exchange, detail)
  }

  /** A request that is not worked on; `exchange` is undefined when its head could not be read. */
  refuse(
    request: IncomingMessage,
    response: ServerResponse,
    { status, reason, isFramingSuspect }: Refusal,
    exchange?: Exchange,
    detail = `refused-${status}`,
  ): void {
    const fields = ['Cache-Status', formatCacheStatus(this.#options.name, { isHit: false, detail })]
    if (status === 405) fields.push('Allow', allowedMethods)
    refuse(response, status, reason, { fields, closes: isFramingSuspect })
    this.#tell(request, exchange, status, 0, 'error', false, 0)
  }

  /** The client left before its answer. */
  gone(exchange: Exchange): void {
    if (!exchange.isAnswered) this.#tell(exchange.request, exchange, clientLeft, 0, 'error', false, 0)
  }

  #timing({ startedAt }: Exchange, upstreamMs: Ms): string[] {
    const ownMs = Math.max(0, performance.now() - startedAt - upstreamMs)
    const { role, upstreamRole } = this.#options
    return ['Server-Timing', `${role};dur=${ownMs.toFixed(1)}, ${upstreamRole};dur=${upstreamMs.toFixed(1)}`]
  }

  #count(exchange: Exchange, status: number, bytes: number, bucket: Bucket, isCollapsed = false, upstreamMs = 0): void {
    if (isCollapsed) this.#counters.collapsed++
    this.#tell(exchange.request, exchange, status, bytes, bucket, isCollapsed, upstreamMs)
  }

  #tell(
    request: IncomingMessage,
    exchange: Exchange | undefined,
    status: number,
    bytes: number,
    bucket: Bucket,
    isCollapsed: boolean,
    upstreamMs: Ms,
  ): void {
    this.#counters.bucket[bucket]++
    if (exchange !== undefined) exchange.isAnswered = true
    if (this.listener === undefined) return
    const tookMs = exchange === undefined ? 0 : performance.now() - exchange.startedAt
    this.listener({ exchange, request, status, bytes, bucket, isCollapsed, tookMs, upstreamMs })
  }
}
