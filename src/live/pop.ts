import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CacheStatus, formatCacheStatus } from '../cache/http/cache-status.ts'
import { type Fields, lineOf } from '../cache/http/fields.ts'
import type { ForcedFreshness } from '../cache/http/freshness.ts'
import { excuseFor, judgeReuse } from '../cache/http/reuse.ts'
import { primaryKey } from '../cache/http/target.ts'
import { fieldsOfNotModified, isNotModified } from '../cache/http/validators.ts'
import type { Ms } from '../lib/clock.ts'
import { answerStored, holdsWhatIsAsked } from './answer-stored.ts'
import { type Bucket, type Counters, createCounters } from './counters.ts'
import type { Answered, Exchange } from './exchange.ts'
import { type FetchedResponse, Flight, type FlightDeck, type Outcome } from './flight.ts'
import { type Forwarding, forwardedRequest } from './forwarded.ts'
import { freshenByHead } from './head-update.ts'
import { passInterim } from './interim.ts'
import { invalidateAfter } from './invalidation.ts'
import { Markers } from './markers.ts'
import type { LivePopOptions } from './pop-options.ts'
import { refuse } from './refuse.ts'
import { isRefusal, readRequestHead } from './request-head.ts'
import { type PurgeScope, Shelf } from './shelf.ts'
import type { StoredResponse } from './stored-response.ts'
import type { Upstream } from './upstream.ts'

/** Methods that change nothing and are not looked up. Everything else that is not GET or HEAD may invalidate. */
const safeMethods = new Set(['OPTIONS', 'TRACE', 'PROPFIND', 'REPORT', 'SEARCH'])
const refusedMethods = new Set(['TRACE', 'CONNECT', 'PURGE', 'BAN'])
const allowed = 'GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH'
/** A request forwarded by more CDNs than this goes in a circle. */
const greatestLoop = 16

/** A PoP with an address: looks, fetches, answers. The same verdicts as `network/pop`, over HTTP. */
export class LivePop {
  readonly options: LivePopOptions
  readonly counters: Counters = createCounters()
  readonly shelf: Shelf
  readonly #deck: FlightDeck
  readonly #flights = new Map<string, Flight>()
  /** Every flight under way, also those that nobody can join any more: for purges. */
  readonly #aloft = new Set<Flight>()
  /** Told of every answer. */
  onAnswered: ((answered: Answered) => void) | undefined

  constructor(options: LivePopOptions, upstream: Upstream) {
    this.options = options
    this.shelf = new Shelf(options)
    this.#deck = {
      mode: options.mode,
      via: `1.1 ${options.name}`,
      shelf: this.shelf,
      upstream,
      markers: new Markers(options.markerLifeMs),
      counters: this.counters,
      greatestObjectBytes: options.greatestObjectBytes,
      collapseWaitMs: options.collapseWaitMs,
      finishesAbandoned: options.finishesAbandoned,
      now: options.now,
    }
  }

  /** Takes one request and sees to its answer. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    this.counters.requests++
    const head = readRequestHead(request, this.options.mode)
    if (isRefusal(head)) {
      this.#refuse(request, response, head.status, head.reason, undefined, head.isFramingSuspect)
      return
    }
    const host = this.#hostFor(head.host)
    const startedAt = performance.now()
    const exchange = { request, response, head, key: primaryKey(host, head.path), startedAt, attempts: 0 }
    const { method } = head
    if (refusedMethods.has(method)) this.#fail(exchange, 405, `${method} is not spoken here`)
    else if (head.loop.includes(this.options.name) || head.loop.length > greatestLoop)
      this.#fail(exchange, 508, 'this request has been here before')
    else if (head.path === '*') this.#answerServerOptions(exchange)
    else if ((method === 'GET' || method === 'HEAD') && this.#looksUp(exchange)) this.#serve(exchange)
    else this.#pass(exchange)
  }

  /** Takes out, or makes stale, what is in the scope; answers how many responses that were. Fetches under way are not kept. */
  purge(scope: PurgeScope, isSoft = false): number {
    for (const flight of [...this.#aloft]) flight.doomIfIn(scope)
    const count = this.shelf.purge(scope, isSoft, this.options.now())
    this.counters.purged += count
    return count
  }

  #hostFor(host: string): string {
    return this.options.host ?? (host === '' ? this.options.fallbackHost : host)
  }

  #looksUp({ head }: Exchange): boolean {
    return !head.hasBody && !head.hasPrecondition && !head.control.has('no-store')
  }

  #serve(exchange: Exchange): void {
    const { head, key, response } = exchange
    const now = this.options.now()
    const selected = this.shelf.select(key, head.fields)
    if (exchange.attempts === 0) this.shelf.asked(selected, key, now)
    const stored = selected !== undefined && holdsWhatIsAsked(selected, head, now) ? selected : undefined
    const reuse = stored === undefined ? undefined : judgeReuse(stored, head.control, now, this.options.mode)
    if (stored !== undefined && reuse !== 'validate') {
      if (reuse === 'stale-while-revalidate') this.#refreshBehind(exchange, stored)
      if (reuse !== 'fresh') this.#answer(exchange, stored, 'stale', { isHit: true, detail: reuse }, [])
      else if (stored.status === 206 || head.isConditional || head.range !== undefined || head.method === 'HEAD')
        this.#answer(exchange, stored, 'hit', { isHit: true }, [])
      else {
        response.writeHead(stored.status, stored.reason, stored.hitHead(this.options.name, now))
        response.end(stored.body)
        this.#answered(exchange, stored.status, stored.body.length, 'hit')
      }
    } else if (head.control.has('only-if-cached'))
      this.#fail(exchange, 504, 'only-if-cached, and nothing usable is held')
    else this.#fetch(exchange, stored, selected)
  }

  /** Fetches for a client: joins a fetch of the same thing, or starts one. */
  #fetch(exchange: Exchange, held: StoredResponse | undefined, selected: StoredResponse | undefined): void {
    const { head, key, response } = exchange
    const now = this.options.now()
    const isHead = head.method === 'HEAD'
    const isShared =
      this.options.collapses && !isHead && exchange.attempts < 2 && !this.#deck.markers.isMarked(key, now)
    const flightKey = this.#flightKey(exchange)
    const joined = isShared ? this.#flights.get(flightKey) : undefined
    const isCollapsed = joined?.isJoinable === true
    const fwd = this.#forwardReason(exchange, held, selected)
    const askedAt = performance.now()
    const participant = {
      clientFields: head.fields,
      onOutcome: (outcome: Outcome) => {
        response.off('close', onClose)
        this.#conclude(exchange, outcome, held, { isHit: false, fwd, isCollapsed }, performance.now() - askedAt)
      },
      onInterim: (status: number, fields: Fields) => passInterim(exchange, status, fields),
    }
    const onClose = (): void => flight.leave(participant)
    const flight = isCollapsed ? joined : this.#createFlight(exchange, held, flightKey, isShared, participant)
    response.on('close', onClose)
    if (isCollapsed) flight.join(participant)
    else flight.launch()
  }

  #createFlight(
    { head, key }: Exchange,
    held: StoredResponse | undefined,
    flightKey: string,
    isShared: boolean,
    leader: ConstructorParameters<typeof Flight>[2],
  ): Flight {
    const errand = {
      key,
      request: forwardedRequest(head, undefined, this.#forwarding(head.host), held, true),
      clientFields: head.fields,
      control: head.control,
      isAuthorized: head.isAuthorized,
      held,
      mayStore: true,
      isShared,
      forced: this.#forced(head.path),
    }
    const flight = new Flight(this.#deck, errand, leader, over => this.#land(flightKey, over))
    this.#aloft.add(flight)
    if (isShared) this.#flights.set(flightKey, flight)
    return flight
  }

  #land(flightKey: string, flight: Flight): void {
    if (this.#flights.get(flightKey) === flight) this.#flights.delete(flightKey)
    if (!flight.isAloft) this.#aloft.delete(flight)
  }

  /** Refreshes a stale response while it is still served, once at a time, with the fields of the request that found it. */
  #refreshBehind(exchange: Exchange, stored: StoredResponse): void {
    const flightKey = this.#flightKey(exchange)
    if (this.#flights.get(flightKey)?.isJoinable) return
    this.#createFlight(exchange, stored, flightKey, true, undefined).launch()
  }

  #conclude(
    exchange: Exchange,
    outcome: Outcome,
    held: StoredResponse | undefined,
    status: CacheStatus,
    upstreamMs: Ms,
  ): void {
    if (exchange.response.destroyed) return
    if (outcome.kind === 'again') {
      exchange.attempts++
      this.#serve(exchange)
    } else if (outcome.kind === 'validated') {
      const said = { ...status, fwdStatus: 304, isStored: !outcome.stored.isGone }
      this.#answer(exchange, outcome.stored, 'revalidated', said, this.#timing(exchange, upstreamMs), upstreamMs)
    } else if (outcome.kind === 'failed') this.#concludeFailure(exchange, outcome, held, status, upstreamMs)
    else if (held !== undefined && exchange.head.method === 'HEAD')
      this.#answerFetched(exchange, freshenByHead(this.shelf, held, outcome.response, this.options), status, upstreamMs)
    else this.#answerFetched(exchange, outcome.response, status, upstreamMs)
  }

  #concludeFailure(
    exchange: Exchange,
    failure: Extract<Outcome, { kind: 'failed' }>,
    held: StoredResponse | undefined,
    status: CacheStatus,
    upstreamMs: Ms,
  ): void {
    const { mode } = this.options
    const now = this.options.now()
    const excuse = held && excuseFor(held, exchange.head.control, failure.isUnreachable, now, mode)
    if (held !== undefined && excuse !== undefined) {
      const fwdStatus = failure.isUnreachable ? undefined : failure.status
      const said = { ...status, fwdStatus, ttl: held.ttlSeconds(now), detail: excuse }
      this.#answer(exchange, held, 'stale', said, this.#timing(exchange, upstreamMs), upstreamMs)
    } else if (status.isCollapsed && exchange.attempts === 0) {
      exchange.attempts++
      this.#serve(exchange)
    } else this.#fail(exchange, failure.status, `the upstream failed: ${failure.detail}`, failure.detail)
  }

  #answer(
    exchange: Exchange,
    stored: StoredResponse,
    bucket: Bucket,
    status: CacheStatus,
    extra: Fields,
    upstreamMs = 0,
  ): void {
    const { response, head, key } = exchange
    const now = this.options.now()
    const said = { ttl: stored.ttlSeconds(now), key, ...status }
    const bytes = answerStored(response, { head, stored, cacheName: this.options.name, status: said, extra, now })
    this.#answered(exchange, response.statusCode, bytes, bucket, status.isCollapsed === true, upstreamMs)
  }

  #answerFetched(exchange: Exchange, fetched: FetchedResponse, status: CacheStatus, upstreamMs: Ms): void {
    const { response, head, key } = exchange
    const isPass = status.fwd === 'bypass' || status.fwd === 'method' || status.fwd === 'request'
    const isStored = fetched.reasonAgainst === ''
    const said: CacheStatus = { ...status, fwdStatus: fetched.status, isStored, key }
    if (isStored) said.ttl = fetched.ttlSeconds
    else said.detail = fetched.reasonAgainst
    const own = ['Cache-Status', formatCacheStatus(this.options.name, said), ...this.#timing(exchange, upstreamMs)]
    const ageSeconds = Math.floor(fetched.initialAgeMs / 1000)
    if (fetched.reasonAgainst !== 'bypass' && ageSeconds > 0) own.push('Age', String(ageSeconds))
    const isHeldByClient =
      head.isConditional &&
      isStored &&
      fetched.status === 200 &&
      isNotModified(head.fields, fetched.fields, this.options.now())
    try {
      if (isHeldByClient) response.writeHead(304, 'Not Modified', [...fieldsOfNotModified(fetched.fields), ...own])
      else response.writeHead(fetched.status, fetched.reason, [...fetched.fields, ...own])
    } catch {
      // What the upstream says can't be written again as HTTP: its answer is no answer.
      this.#fail(exchange, 502, 'the upstream answered with fields that are no HTTP')
      return
    }
    if (isHeldByClient) response.end()
    else if (head.method === 'HEAD') response.end()
    else fetched.body.attach(response)
    const bytes = Number(lineOf(fetched.fields, 'content-length') ?? 0)
    const bucket = isPass ? 'pass' : 'miss'
    this.#answered(exchange, response.statusCode, bytes, bucket, status.isCollapsed === true, upstreamMs)
  }

  /** Forwards what is not looked up, body and all. */
  #pass(exchange: Exchange): void {
    const { head, key, request, response } = exchange
    const isUnsafe = head.method !== 'GET' && head.method !== 'HEAD' && !safeMethods.has(head.method)
    const errand = {
      key,
      request: forwardedRequest(head, request, this.#forwarding(head.host), undefined, false),
      clientFields: head.fields,
      control: head.control,
      isAuthorized: head.isAuthorized,
      held: undefined,
      mayStore: head.method === 'POST',
      isShared: false,
      forced: undefined,
    }
    const fwd = head.method === 'GET' || head.method === 'HEAD' ? 'request' : 'method'
    const askedAt = performance.now()
    const participant = {
      clientFields: head.fields,
      onOutcome: (outcome: Outcome) => {
        if (isUnsafe && outcome.kind === 'response')
          invalidateAfter(outcome.response, key, path => this.purge({ kind: 'key', key: path }))
        this.#conclude(exchange, outcome, undefined, { isHit: false, fwd }, performance.now() - askedAt)
      },
      onInterim: (status: number, fields: Fields) => passInterim(exchange, status, fields),
    }
    const flight = new Flight(this.#deck, errand, participant, over => this.#land('', over))
    this.#aloft.add(flight)
    response.on('close', () => flight.leave(participant))
    flight.launch()
  }

  #flightKey({ head, key }: Exchange): string {
    return `${key}\n${this.shelf.variantOf(key, head.fields)}\n${head.range ?? ''}`
  }

  #forwarding(host: string): Forwarding {
    const { mode, name } = this.options
    return { mode, via: this.#deck.via, loopName: name, host: this.#hostFor(host) }
  }

  #forced(path: string): ForcedFreshness | undefined {
    return this.options.forcedFreshness?.(path)
  }

  #forwardReason(
    { head, key }: Exchange,
    held: StoredResponse | undefined,
    selected: StoredResponse | undefined,
  ): CacheStatus['fwd'] {
    if (held === undefined) {
      if (selected !== undefined) return 'partial'
      return this.shelf.hasKey(key) ? 'vary-miss' : 'uri-miss'
    }
    const isFresh = !held.freshness.isNoCache && this.options.now() < held.freshness.freshUntil
    return isFresh && head.control.size > 0 ? 'request' : 'stale'
  }

  #timing({ startedAt }: Exchange, upstreamMs: Ms): string[] {
    const ownMs = Math.max(0, performance.now() - startedAt - upstreamMs)
    const { role, upstreamRole } = this.options
    return ['Server-Timing', `${role};dur=${ownMs.toFixed(1)}, ${upstreamRole};dur=${upstreamMs.toFixed(1)}`]
  }

  #answerServerOptions(exchange: Exchange): void {
    exchange.response.writeHead(204, ['Allow', allowed])
    exchange.response.end()
    this.#answered(exchange, 204, 0, 'pass')
  }

  #fail(exchange: Exchange, status: number, why: string, detail?: string): void {
    this.#refuse(
      exchange.request,
      exchange.response,
      status,
      why,
      exchange,
      status === 405 || exchange.head.hasBody,
      detail,
    )
  }

  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    why: string,
    exchange: Exchange | undefined,
    closes: boolean,
    detail = `refused-${status}`,
  ): void {
    const fields = ['Cache-Status', formatCacheStatus(this.options.name, { isHit: false, detail })]
    if (status === 405) fields.push('Allow', allowed)
    refuse(response, status, why, { fields, closes })
    this.counters.bucket.error++
    const tookMs = exchange === undefined ? 0 : performance.now() - exchange.startedAt
    this.onAnswered?.({
      exchange,
      request,
      status,
      bytes: 0,
      bucket: 'error',
      isCollapsed: false,
      tookMs,
      upstreamMs: 0,
    })
  }

  #answered(
    exchange: Exchange,
    status: number,
    bytes: number,
    bucket: Bucket,
    isCollapsed = false,
    upstreamMs = 0,
  ): void {
    this.counters.bucket[bucket]++
    if (isCollapsed) this.counters.collapsed++
    if (this.onAnswered === undefined) return
    const tookMs = performance.now() - exchange.startedAt
    this.onAnswered({ exchange, request: exchange.request, status, bytes, bucket, isCollapsed, tookMs, upstreamMs })
  }
}
