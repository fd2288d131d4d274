/**
 * What a PoP's shelf says of one ask. Names follow RFC 9211 (Cache-Status): a hit, or the reason why it went forward.
 * `join` is a uri-miss that found a fetch of the same object already on its way (collapsed forwarding).
 */
export const Verdict = {
  /** Held and fresh: RFC 9211 `hit`. */
  hit: 0,
  /** Held and no longer fresh, but served at once while it is refreshed: RFC 5861 stale-while-revalidate. */
  stale: 1,
  /** Held and no longer fresh: the origin is asked whether it still holds. RFC 9211 `fwd=stale`. */
  expired: 2,
  /** Not held. RFC 9211 `fwd=uri-miss`. */
  miss: 3,
  /** Not held, but being fetched: the ask waits for that answer. RFC 9211 `collapsed`. */
  join: 4,
  /** Not to be cached: goes forward without a look. RFC 9211 `fwd=bypass`. */
  pass: 5,
} as const
export type Verdict = (typeof Verdict)[keyof typeof Verdict]
export const verdictNames = ['hit', 'stale', 'expired', 'miss', 'join', 'pass'] as const
