import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CacheStatus } from '../cache/http/cache-status.ts'
import type { Fields } from '../cache/http/fields.ts'
import { excuseFor, judgeReuse } from '../cache/http/reuse.ts'
import type { Ms } from '../lib/clock.ts'
import { holdsWhatIsAsked } from './answer-stored.ts'
import { Answers } from './answers.ts'
import { type Counters, createCounters } from './counters.ts'
import type { Errand, Outcome, Participant } from './errand.ts'
import { type Answered, createExchange, type Exchange, hostFor } from './exchange.ts'
import { Flights } from './flights.ts'
import { type Forwarding, forwardedRequest } from './forwarded.ts'
import { freshenByHead } from './head-update.ts'
import { passInterim } from './interim.ts'
import { invalidateAfter } from './invalidation.ts'
import { Markers } from './markers.ts'
import type { LivePopOptions } from './pop-options.ts'
import { isRefusal, type RequestHead, readRequestHead } from './request-head.ts'
import { type PurgeScope, Shelf } from './shelf.ts'
import { beginSpan, fieldsUnder } from './spans.ts'
import type { StoredResponse } from './stored-response.ts'
import type { Upstream } from './upstream.ts'
import { runViewerHooks } from './viewer-hooks.ts'

/** Methods that change nothing and are not looked up. Everything else that is not GET or HEAD may invalidate. */
const safeMethods = new Set(['OPTIONS', 'TRACE', 'PROPFIND', 'REPORT', 'SEARCH'])
const refusedMethods = new Set(['TRACE', 'CONNECT', 'PURGE', 'BAN'])
/** A request forwarded by more CDNs than this goes in a circle. */
const greatestLoop = 16

/** A PoP with an address: looks, fetches, answers. The same verdicts as `network/pop`, over HTTP. */
export class LivePop {
  readonly options: LivePopOptions
  readonly counters: Counters = createCounters()
  readonly shelf: Shelf
  readonly #flights: Flights
  readonly #markers: Markers
  readonly #answers: Answers

  constructor(options: LivePopOptions, upstream: Upstream) {
    this.options = options
    this.shelf = new Shelf(options)
    this.#markers = new Markers(options.markerLifeMs)
    this.#answers = new Answers(options, this.counters)
    this.#flights = new Flights({
      mode: options.mode,
      via: `1.1 ${options.name}`,
      shelf: this.shelf,
      upstream,
      markers: this.#markers,
      counters: this.counters,
      greatestObjectBytes: options.greatestObjectBytes,
      collapseWaitMs: options.collapseWaitMs,
      unkeptFields: options.upstreamRole === 'shield' ? ['server-timing'] : [],
      finishesAbandoned: options.finishesAbandoned,
      now: options.now,
    })
  }

  /** Fetches under way. */
  get flights(): number {
    return this.#flights.count
  }

  /** Lets somebody be told of every answer. */
  listen(listener: ((answered: Answered) => void) | undefined): void {
    this.#answers.listener = listener
  }

  /** Takes one request and sees to its answer. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    this.counters.requests++
    const head = readRequestHead(request, this.options.mode)
    if (isRefusal(head)) {
      this.#answers.refuse(request, response, head)
      return
    }
    const { edgeCode, mode } = this.options
    const begin = (known: RequestHead): void => this.#begin(createExchange(request, response, known, this.options))
    if (edgeCode === undefined) begin(head)
    else {
      // What the hook sees is the request as it came; the key is made of what it leaves.
      const asCame = createExchange(request, response, head, { ...this.options, keyPath: undefined })
      runViewerHooks(edgeCode, asCame, this.#answers, mode, begin)
    }
  }

  #begin(exchange: Exchange): void {
    const { head } = exchange
    const { method } = head
    if (refusedMethods.has(method)) this.#answers.fail(exchange, 405, `${method} is not spoken here`)
    else if (head.loop.includes(this.options.name) || head.loop.length > greatestLoop)
      this.#answers.fail(exchange, 508, 'this request has been here before')
    else if (head.path === '*') this.#answers.serverOptions(exchange)
    else if ((method === 'GET' || method === 'HEAD') && this.#looksUp(exchange)) this.#serve(exchange)
    else this.#pass(exchange)
  }

  /** Begins again with an empty shelf; what is on its way is not stored. */
  restart(): void {
    this.#flights.doom({ kind: 'all' })
    this.shelf.restart()
  }

  /** Counts a request that was no HTTP: the server has refused it. */
  countBadRequest(): void {
    this.counters.requests++
    this.counters.bucket.error++
  }

  /** Takes out, or makes stale, what is in the scope; answers how many responses that were. Fetches under way are not kept. */
  purge(scope: PurgeScope, isSoft = false): number {
    this.#flights.doom(scope)
    const count = this.shelf.purge(scope, isSoft, this.options.now())
    this.counters.purged += count
    return count
  }

  #looksUp({ head }: Exchange): boolean {
    return !head.hasBody && !head.hasPrecondition && !head.control.has('no-store')
  }

  #serve(exchange: Exchange): void {
    const { head, key } = exchange
    const now = this.options.now()
    const selected = this.shelf.select(key, head.fields)
    if (exchange.attempts === 0) this.shelf.asked(selected, key, now)
    const stored = selected !== undefined && holdsWhatIsAsked(selected, head, now) ? selected : undefined
    const reuse = stored === undefined ? undefined : judgeReuse(stored, head.control, now, this.options.mode)
    if (stored !== undefined && reuse !== 'validate') {
      if (reuse === 'stale-while-revalidate') this.#refreshBehind(exchange, stored)
      if (reuse !== 'fresh') this.#answers.stored(exchange, stored, 'stale', { isHit: true, detail: reuse })
      else if (stored.part !== undefined || head.isConditional || head.range !== undefined || head.method === 'HEAD')
        this.#answers.stored(exchange, stored, 'hit', { isHit: true })
      else this.#answers.hit(exchange, stored, now)
    } else if (head.control.has('only-if-cached'))
      this.#answers.fail(exchange, 504, 'only-if-cached, and nothing usable is held')
    else this.#fetch(exchange, stored, selected)
  }

  /** Fetches for a client: joins a fetch of the same thing, or starts one. */
  #fetch(exchange: Exchange, held: StoredResponse | undefined, selected: StoredResponse | undefined): void {
    const { head, key } = exchange
    const isMarked = this.#markers.isMarked(key, this.options.now())
    const isShared = this.options.collapses && head.method === 'GET' && exchange.attempts < 2 && !isMarked
    const flightKey = this.#flights.keyFor(key, head.fields, head.range)
    const joined = isShared ? this.#flights.find(flightKey) : undefined
    const fwd = this.#forwardReason(exchange, held, selected)
    const participant = this.#participant(exchange, (outcome, upstreamMs) =>
      this.#conclude(exchange, outcome, held, { isHit: false, fwd, isCollapsed: joined !== undefined }, upstreamMs),
    )
    // What is known not to be kept need not be fetched whole for the shelf: the client's own conditions then go on.
    const fills = !isMarked || held !== undefined
    const flight = joined ?? this.#flights.create(this.#errand(exchange, held, isShared, fills), flightKey, participant)
    exchange.response.once('close', () => {
      flight.leave(participant)
      this.#answers.gone(exchange)
    })
    if (joined) flight.join(participant)
    else flight.launch()
  }

  /** Refreshes a stale response while it is still served, once at a time, with the fields of the request that found it. */
  #refreshBehind(exchange: Exchange, stored: StoredResponse): void {
    const { head, key } = exchange
    const flightKey = this.#flights.keyFor(key, head.fields, undefined)
    if (this.#flights.find(flightKey) !== undefined) return
    const errand = this.#errand(exchange, stored, true)
    // Whatever the method that found it stale: others may join, and want the body.
    errand.request = { ...errand.request, method: 'GET' }
    this.#flights.create(errand, flightKey, undefined).launch()
  }

  #errand(exchange: Exchange, held: StoredResponse | undefined, isShared: boolean, fills = true): Errand {
    const { head, key } = exchange
    return {
      key,
      request: forwardedRequest(head, undefined, this.#forwarding(exchange), held, fills),
      clientFields: head.fields,
      control: head.control,
      isAuthorized: head.isAuthorized,
      held,
      mayStore: true,
      isShared,
      forced: this.options.forcedFreshness?.(head.path),
    }
  }

  #participant(exchange: Exchange, conclude: (outcome: Outcome, upstreamMs: Ms) => void): Participant {
    const askedAt = performance.now()
    return {
      clientFields: exchange.head.fields,
      onOutcome: outcome => {
        if (!exchange.response.destroyed) conclude(outcome, performance.now() - askedAt)
      },
      onInterim: (status: number, fields: Fields) => passInterim(exchange, status, fields),
    }
  }

  #conclude(
    exchange: Exchange,
    outcome: Outcome,
    held: StoredResponse | undefined,
    status: CacheStatus,
    upstreamMs: Ms,
  ): void {
    if (outcome.kind === 'again') {
      exchange.attempts++
      this.#serve(exchange)
    } else if (outcome.kind === 'validated') {
      const said = { ...status, fwdStatus: 304, isStored: !outcome.stored.isGone }
      this.#answers.stored(exchange, outcome.stored, 'revalidated', said, upstreamMs)
    } else if (outcome.kind === 'failed') this.#concludeFailure(exchange, outcome, held, status, upstreamMs)
    else {
      if (held !== undefined && exchange.head.method === 'HEAD')
        freshenByHead(this.shelf, held, outcome.response, this.options)
      this.#answers.fetched(exchange, outcome.response, status, upstreamMs)
    }
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
      this.#answers.stored(exchange, held, 'stale', said, upstreamMs)
    } else if (status.isCollapsed && exchange.attempts === 0) {
      exchange.attempts++
      this.#serve(exchange)
    } else this.#answers.fail(exchange, failure.status, `the upstream failed: ${failure.detail}`, failure.detail)
  }

  /** Forwards what is not looked up, body and all. */
  #pass(exchange: Exchange): void {
    const { head, key, request, response } = exchange
    const isUnsafe = head.method !== 'GET' && head.method !== 'HEAD' && !safeMethods.has(head.method)
    const errand = {
      ...this.#errand(exchange, undefined, false),
      request: forwardedRequest(head, request, this.#forwarding(exchange), undefined, false),
      mayStore: head.method === 'POST',
      forced: undefined,
    }
    const fwd = head.method === 'GET' || head.method === 'HEAD' ? 'request' : 'method'
    const participant = this.#participant(exchange, (outcome, upstreamMs) => {
      if (isUnsafe && outcome.kind === 'response')
        invalidateAfter(outcome.response, key, changed => this.purge({ kind: 'key', key: changed }))
      this.#conclude(exchange, outcome, undefined, { isHit: false, fwd }, upstreamMs)
    })
    const flight = this.#flights.create(errand, '', participant)
    response.once('close', () => {
      flight.leave(participant)
      // Nobody will learn what came of it, so what it may have changed can't be trusted.
      if (isUnsafe && !exchange.isAnswered) this.purge({ kind: 'key', key })
      this.#answers.gone(exchange)
    })
    flight.launch()
  }

  #forwarding(exchange: Exchange): Forwarding {
    const { mode, name } = this.options
    const trace = (fields: Fields): Fields => {
      exchange.span ??= beginSpan(`pop ${name}`, exchange.request, performance.now() - exchange.startedAt)
      return fieldsUnder(exchange.span, fields)
    }
    return { mode, via: `1.1 ${name}`, loopName: name, host: hostFor(exchange.head.host, this.options), trace }
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
}
