import type { Ms } from '../../lib/clock.ts'
import { type Directives, invalidSeconds, secondsOf } from './directives.ts'
import type { Freshness, Mode } from './freshness.ts'

/**
 * What a stored response can do for a request: `fresh` answers; `stale-while-revalidate` answers while it is refreshed;
 * `stale-allowed` answers because the request accepts stale; `validate` must be asked about first.
 */
export type Reuse = 'fresh' | 'stale-while-revalidate' | 'stale-allowed' | 'validate'

/** When what is stored arrived, and what the judge said of it then. */
export interface StoredTimes {
  respondedAt: Ms
  freshness: Freshness
}

/** The age of a stored response at a time. Source: RFC 9111, 4.2.3: current_age. */
export function currentAgeMs({ respondedAt, freshness }: StoredTimes, now: Ms): Ms {
  return freshness.initialAgeMs + Math.max(0, now - respondedAt)
}

/**
 * May a stored response answer this request now? `request` holds the request's cache directives, which `cdn` does not heed.
 * Source: RFC 9111, 4 (reuse), 4.2.4 (stale), 5.2.1 (request directives); RFC 5861, 3.
 */
export function judgeReuse(stored: StoredTimes, request: Directives, now: Ms, mode: Mode): Reuse {
  const { freshness } = stored
  if (freshness.isNoCache) return 'validate'
  const heeds = mode === 'conformant' && request.size > 0
  if (heeds && request.has('no-cache')) return 'validate'
  if (heeds && !isYoungEnough(currentAgeMs(stored, now), request)) return 'validate'
  const minFresh = heeds ? secondsOf(request, 'min-fresh') : undefined
  if (minFresh === invalidSeconds) return 'validate'
  if (now + (minFresh ?? 0) * 1000 < freshness.freshUntil) return 'fresh'
  if (minFresh !== undefined && now < freshness.freshUntil) return 'validate'
  if (heeds && !freshness.isStaleForbidden && acceptsStale(now - freshness.freshUntil, request)) return 'stale-allowed'
  return now < freshness.staleUntil ? 'stale-while-revalidate' : 'validate'
}

/** Why a stale response may stand in for a failed fetch, or undefined when it may not. */
export type Excuse = 'stale-if-error' | 'unreachable' | undefined

/**
 * May a stale response answer because the fetch failed? An error status needs `stale-if-error`; an origin that can't be reached
 * excuses it by default. `isUnreachable`: no answer at all was had. Source: RFC 9111, 4.2.4; RFC 5861, 4.
 */
export function excuseFor(
  stored: StoredTimes,
  request: Directives,
  isUnreachable: boolean,
  now: Ms,
  mode: Mode,
): Excuse {
  const { freshness } = stored
  const asked = mode === 'conformant' ? secondsOf(request, 'stale-if-error') : undefined
  const requestUntil = asked === undefined || asked === invalidSeconds ? 0 : freshness.freshUntil + asked * 1000
  if (mode === 'conformant' && request.has('no-cache')) return undefined
  if (now < freshness.errorUntil) return 'stale-if-error'
  if (freshness.isStaleForbidden) return undefined
  if (now < requestUntil) return 'stale-if-error'
  const hasWindow = freshness.errorUntil > freshness.freshUntil
  return isUnreachable && !hasWindow ? 'unreachable' : undefined
}

function isYoungEnough(ageMs: Ms, request: Directives): boolean {
  const seconds = secondsOf(request, 'max-age')
  if (seconds === undefined) return true
  return seconds !== invalidSeconds && ageMs <= seconds * 1000 && seconds > 0
}

function acceptsStale(staleForMs: Ms, request: Directives): boolean {
  if (request.get('max-stale') === true) return true
  const seconds = secondsOf(request, 'max-stale')
  return seconds !== undefined && seconds !== invalidSeconds && staleForMs <= seconds * 1000
}
