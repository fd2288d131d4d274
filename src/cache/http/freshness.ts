import type { Ms } from '../../lib/clock.ts'
import {
  type Directives,
  fieldsNamedBy,
  holdsForAll,
  invalidSeconds,
  parseCacheControl,
  parseDeltaSeconds,
  secondsOf,
} from './directives.ts'
import { combined, type Fields, lineOf, linesOf, membersOf } from './fields.ts'
import { parseHttpDate } from './http-date.ts'
import { isHeuristicallyCacheable, isUnderstood } from './status.ts'
import { parseTargetedControl } from './targeted.ts'
import { varyNames } from './vary.ts'

/** `conformant`: the defaults of the RFCs. `cdn`: what CDNs do by default. */
export type Mode = 'conformant' | 'cdn'

/** One response and how it was had. Times are milliseconds since 1970. */
export interface Exchange {
  method: string
  /** True when the request carried Authorization. */
  isAuthorized: boolean
  /** True when the request said `no-store` and the mode heeds it. */
  isRequestNoStore: boolean
  status: number
  fields: Fields
  requestedAt: Ms
  respondedAt: Ms
}

/** What a behaviour of the scenario or the operator sets, whatever the origin says. */
export interface ForcedFreshness {
  ttlMs: Ms
  staleWhileRevalidateMs: Ms
  staleIfErrorMs: Ms
}

/** How long and how a response may be used again. Durations count from `respondedAt`, when it was `initialAgeMs` old. */
export interface Freshness {
  initialAgeMs: Ms
  lifetimeMs: Ms
  /** True when the origin named a lifetime; false for a heuristic one or none. */
  isExplicit: boolean
  /** Until when it is fresh: may be before `respondedAt`. */
  freshUntil: Ms
  /** Until when it may be served while it is refreshed (RFC 5861, 3). */
  staleUntil: Ms
  /** Until when it may be served when the origin answers with an error (RFC 5861, 4). */
  errorUntil: Ms
  /** True when it must never be served stale, not even when the origin can't be reached. */
  isStaleForbidden: boolean
  /** True when it must be validated before each use. */
  isNoCache: boolean
}

/** May the response be stored? `reason` says why not, in the words of `Cache-Status: detail`. */
export interface StorageDecision {
  mayStore: boolean
  reason: string
  freshness: Freshness
  /** Fields that must not be kept, in lower case: those that `private` and `no-cache` name. */
  unkeptFields: readonly string[]
}

/** Shares of the time since Last-Modified for which a response is taken to be fresh. Source: RFC 9111, 4.2.2. */
const heuristicShare = 0.1
/** In `cdn`, a missing object is remembered this long. */
const negativeTtlMs = 10_000
const longestMs = 2 ** 31 * 1000

/**
 * Judges a response that has just arrived: a pure function of request, response, times and mode.
 * Source: RFC 9111, 3 (storing), 3.5 (Authorization), 4.2 (freshness), 5.2.2 (directives); RFC 9213; RFC 5861.
 */
export function judgeStorage(exchange: Exchange, mode: Mode, forced?: ForcedFreshness): StorageDecision {
  const directives = parseTargetedControl(exchange.fields)
  const control = directives ?? parseCacheControl(combined(exchange.fields, 'cache-control'))
  const freshness = forced ? freshnessForced(exchange, forced) : freshnessOf(exchange, control, !directives, mode)
  const reason = reasonAgainst(exchange, control, freshness, mode, forced !== undefined)
  const unkeptFields = [...(fieldsNamedBy(control, 'no-cache') ?? []), ...(fieldsNamedBy(control, 'private') ?? [])]
  return { mayStore: reason === '', reason, freshness, unkeptFields }
}

/** The age of a response when it arrived. Source: RFC 9111, 4.2.3: corrected_initial_age. */
export function initialAgeOf(fields: Fields, requestedAt: Ms, respondedAt: Ms): Ms {
  const date = parseHttpDate(lineOf(fields, 'date') ?? '', respondedAt)
  const apparentMs = date === undefined ? 0 : Math.max(0, Math.floor(respondedAt / 1000) * 1000 - date)
  return Math.max(apparentMs, ageValueOf(fields) * 1000 + (respondedAt - requestedAt))
}

/** The first member of Age in seconds; 0 when it is absent or no number. Source: RFC 9111, 5.1. */
export function ageValueOf(fields: Fields): number {
  const age = lineOf(fields, 'age')
  return age === undefined ? 0 : (parseDeltaSeconds(membersOf(age)[0] ?? '') ?? 0)
}

function freshnessOf(exchange: Exchange, control: Directives, heedsExpires: boolean, mode: Mode): Freshness {
  const explicitMs = explicitLifetimeOf(exchange, control, heedsExpires)
  const lifetimeMs = explicitMs ?? heuristicLifetimeOf(exchange, control, mode)
  const isNoCache = holdsForAll(control, 'no-cache')
  const isSharedMaxAge = control.has('s-maxage')
  const isStaleForbidden =
    isNoCache || isSharedMaxAge || control.has('must-revalidate') || control.has('proxy-revalidate')
  // CDNs let the windows of RFC 5861 widen s-maxage; by RFC 9111, 5.2.2.10 it forbids stale use like proxy-revalidate.
  const hasWindows = !isStaleForbidden || (mode === 'cdn' && isSharedMaxAge && !isNoCache && !isRevalidate(control))
  return dated(exchange, {
    lifetimeMs,
    isExplicit: explicitMs !== undefined,
    staleMs: hasWindows ? windowOf(control, 'stale-while-revalidate') : 0,
    errorMs: hasWindows ? windowOf(control, 'stale-if-error') : 0,
    isStaleForbidden,
    isNoCache,
  })
}

function isRevalidate(control: Directives): boolean {
  return control.has('must-revalidate') || control.has('proxy-revalidate')
}

function freshnessForced(exchange: Exchange, forced: ForcedFreshness): Freshness {
  return dated(exchange, {
    lifetimeMs: forced.ttlMs,
    isExplicit: true,
    staleMs: forced.staleWhileRevalidateMs,
    errorMs: forced.staleIfErrorMs,
    isStaleForbidden: false,
    isNoCache: false,
  })
}

interface Windows {
  lifetimeMs: Ms
  isExplicit: boolean
  staleMs: Ms
  errorMs: Ms
  isStaleForbidden: boolean
  isNoCache: boolean
}

function dated(exchange: Exchange, windows: Windows): Freshness {
  const { lifetimeMs, isExplicit, isStaleForbidden, isNoCache } = windows
  const initialAgeMs = initialAgeOf(exchange.fields, exchange.requestedAt, exchange.respondedAt)
  const freshUntil = exchange.respondedAt + lifetimeMs - initialAgeMs
  const staleUntil = freshUntil + windows.staleMs
  const errorUntil = freshUntil + windows.errorMs
  return { initialAgeMs, lifetimeMs, isExplicit, freshUntil, staleUntil, errorUntil, isStaleForbidden, isNoCache }
}

/** The lifetime that the origin names; undefined when it names none. Source: RFC 9111, 4.2.1. */
function explicitLifetimeOf(exchange: Exchange, control: Directives, heedsExpires: boolean): Ms | undefined {
  const seconds = secondsOf(control, 's-maxage') ?? secondsOf(control, 'max-age')
  if (seconds !== undefined) return seconds === invalidSeconds ? 0 : seconds * 1000
  if (!heedsExpires) return undefined
  const expires = linesOf(exchange.fields, 'expires')
  if (expires.length === 0) return undefined
  const until = expires.length === 1 ? parseHttpDate(expires[0]!, exchange.respondedAt) : undefined
  if (until === undefined) return 0
  const date = parseHttpDate(lineOf(exchange.fields, 'date') ?? '', exchange.respondedAt) ?? exchange.respondedAt
  return Math.min(longestMs, Math.max(0, until - date))
}

function heuristicLifetimeOf({ status, fields, respondedAt }: Exchange, control: Directives, mode: Mode): Ms {
  if (mode === 'cdn' && (status === 404 || status === 410)) return negativeTtlMs
  if (!isHeuristicallyCacheable(status) && !control.has('public')) return 0
  if (mode === 'cdn' && status >= 400) return 0
  const modified = parseHttpDate(lineOf(fields, 'last-modified') ?? '', respondedAt)
  const date = parseHttpDate(lineOf(fields, 'date') ?? '', respondedAt) ?? respondedAt
  return modified === undefined ? 0 : Math.min(longestMs, Math.max(0, (date - modified) * heuristicShare))
}

function windowOf(control: Directives, name: string): Ms {
  const seconds = secondsOf(control, name)
  return seconds === undefined || seconds === invalidSeconds ? 0 : seconds * 1000
}

/** Why a response must not be stored, or is of no use when it is; '' when it may. Source: RFC 9111, 3. */
function reasonAgainst(
  exchange: Exchange,
  control: Directives,
  freshness: Freshness,
  mode: Mode,
  isForced: boolean,
): string {
  const { method, status, fields } = exchange
  if (method !== 'GET' && method !== 'POST') return 'method'
  // RFC 6585, 4: who asks too often is told so, and nobody else.
  if (status < 200 || status === 304 || status === 429) return 'status'
  if (exchange.isRequestNoStore) return 'request-no-store'
  if (varyNames(fields).includes('*')) return 'vary-star'
  const hasCookie = lineOf(fields, 'set-cookie') !== undefined
  if (hasCookie && (mode === 'cdn' || !freshness.isExplicit)) return 'set-cookie'
  const understands = control.has('must-understand') && isUnderstood(status)
  if (control.has('must-understand') && !understands) return 'not-understood'
  if (isForced) return freshness.lifetimeMs > 0 ? '' : 'forced-ttl'
  if (control.has('no-store') && !understands) return 'no-store'
  if (holdsForAll(control, 'private')) return 'private'
  if (exchange.isAuthorized && !isOpenToAll(control)) return 'authorization'
  const isCacheable = freshness.isExplicit || isHeuristicallyCacheable(status) || control.has('public')
  if (!isCacheable) return 'no-freshness'
  if (method === 'POST' && !freshness.isExplicit) return 'method'
  return isUseful(exchange, freshness, mode) ? '' : 'of-no-use'
}

/** Responses to requests with Authorization that others may have. Source: RFC 9111, 3.5. */
function isOpenToAll(control: Directives): boolean {
  return control.has('public') || control.has('must-revalidate') || control.has('s-maxage')
}

/** What is never fresh and can't be validated would only fill the shelf. */
function isUseful({ fields, respondedAt }: Exchange, freshness: Freshness, mode: Mode): boolean {
  if (lineOf(fields, 'etag') !== undefined || lineOf(fields, 'last-modified') !== undefined) return true
  if (freshness.isNoCache) return false
  // Neither window ends before freshness does.
  if (Math.max(freshness.staleUntil, freshness.errorUntil) > respondedAt) return true
  return mode === 'conformant' && freshness.isExplicit && freshness.lifetimeMs > 0
}
