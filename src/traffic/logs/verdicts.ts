import type { LoggedVerdict } from './log-row.ts'

/** `x-edge-result-type`. Source: Amazon CloudFront developer guide, standard log file fields. */
const cloudfront: Record<string, LoggedVerdict> = {
  Hit: 'hit',
  RefreshHit: 'revalidated',
  OriginShieldHit: 'miss',
  Miss: 'miss',
  LimitExceeded: 'error',
  CapacityExceeded: 'error',
  Error: 'error',
  Redirect: 'none',
}

/** `CacheCacheStatus`. Source: Cloudflare Logs, http_requests, and Cloudflare Cache, default cache behavior. */
const cloudflare: Record<string, LoggedVerdict> = {
  hit: 'hit',
  stream_hit: 'hit',
  stale: 'stale',
  updating: 'stale',
  revalidated: 'revalidated',
  expired: 'miss',
  miss: 'miss',
  deferred: 'miss',
  bypass: 'pass',
  dynamic: 'pass',
  ignored: 'pass',
}

/** `$upstream_cache_status`. Source: nginx, ngx_http_upstream_module. Apache's mod_cache writes some of them too. */
const nginx: Record<string, LoggedVerdict> = {
  HIT: 'hit',
  STALE: 'stale',
  UPDATING: 'stale',
  REVALIDATED: 'revalidated',
  EXPIRED: 'miss',
  MISS: 'miss',
  BYPASS: 'pass',
}

export function cloudfrontVerdict(text: string): LoggedVerdict {
  return cloudfront[text] ?? 'none'
}

export function cloudflareVerdict(text: string): LoggedVerdict {
  return cloudflare[text] ?? 'none'
}

export function nginxVerdict(text: string): LoggedVerdict {
  return nginx[text.toUpperCase()] ?? 'none'
}

/** `fastly_info.state`: a state and what it was about, such as `HIT-CLUSTER`. Source: Fastly developer documentation, fastly_info.state. */
export function fastlyVerdict(text: string): LoggedVerdict {
  const state = text.toUpperCase()
  if (state.startsWith('ERROR')) return 'error'
  if (/^(?:PASS|HITPASS|PIPE|BG-PASS)/.test(state)) return 'pass'
  if (/^HIT.*STALE/.test(state)) return 'stale'
  if (/^HIT.*WAIT/.test(state)) return 'join'
  if (state.startsWith('HIT')) return state.includes('SYNTH') ? 'none' : 'hit'
  return state.startsWith('MISS') ? 'miss' : 'none'
}

/**
 * A `Cache-Status` field, of its last cache, or one of the words that `X-Cache` fields hold. Source: RFC 9211, sections 2.1 to 2.5: the
 * parameter `hit`, or why the request went forward, and whether it was collapsed.
 */
export function cacheStatusVerdict(text: string): LoggedVerdict {
  const member = text.slice(text.lastIndexOf(',') + 1)
  if (/;\s*hit\b/i.test(member)) return 'hit'
  const forward = /;\s*fwd=([a-z-]+)/i.exec(member)?.[1]?.toLowerCase()
  if (forward !== undefined) {
    if (/;\s*collapsed\b/i.test(member)) return 'join'
    if (forward === 'stale') return /;\s*fwd-status=304/.test(member) ? 'revalidated' : 'miss'
    return forward === 'bypass' || forward === 'method' ? 'pass' : 'miss'
  }
  if (/\brefresh/i.test(member)) return 'revalidated'
  if (/\bhit\b/i.test(member)) return 'hit'
  return /\bmiss\b/i.test(member) ? 'miss' : nginxVerdict(member.trim())
}
