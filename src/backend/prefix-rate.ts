import type { Ms } from '../lib/clock.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

/** Requests a second that one prefix of a storage bucket takes. */
export interface PrefixRateOptions {
  /** GET, HEAD and LIST. */
  readsPerSecond: number
  /** PUT, COPY, POST and DELETE. */
  writesPerSecond: number
}

/** Amazon S3's promise for one partitioned prefix. Source: Amazon S3 User Guide, "Best practices design patterns: optimizing Amazon S3 performance". */
export const defaultPrefixRate: PrefixRateOptions = { readsPerSecond: 5500, writesPerSecond: 3500 }

/** The meter of a storage bucket: each prefix has its rate, and what goes beyond is told to slow down. */
export interface PrefixRate {
  /** Counts a request when its prefix has room for it; false means 503 SlowDown. */
  take(now: Ms, prefix: string, kind: 'read' | 'write'): boolean
  /** Prefixes that are remembered: those that were asked for within the last second or so. */
  readonly prefixes: number
}

interface Meters {
  reads: TokenBucket
  writes: TokenBucket
  askedAt: Ms
}

/**
 * A prefix may use one second's worth at once. The service itself splits a hot prefix after some minutes and so allows more; that
 * is left out, so that the limit a person sees is the documented one.
 */
export function createPrefixRate({
  readsPerSecond,
  writesPerSecond,
}: PrefixRateOptions = defaultPrefixRate): PrefixRate {
  const metersOf = new Map<string, Meters>()
  let sweptAt = Number.NEGATIVE_INFINITY

  /** Forgets prefixes whose buckets are full again, so that a bucket of millions of prefixes costs memory for the busy ones only. */
  function sweep(now: Ms): void {
    sweptAt = now
    for (const [prefix, meters] of metersOf) if (now - meters.askedAt >= fillMs) metersOf.delete(prefix)
  }

  return {
    take(now, prefix, kind) {
      if (now - sweptAt >= fillMs) sweep(now)
      let meters = metersOf.get(prefix)
      if (meters === undefined) {
        meters = {
          reads: createTokenBucket(readsPerSecond, readsPerSecond),
          writes: createTokenBucket(writesPerSecond, writesPerSecond),
          askedAt: now,
        }
        metersOf.set(prefix, meters)
      }
      meters.askedAt = now
      return (kind === 'read' ? meters.reads : meters.writes).take(now)
    },
    get prefixes() {
      return metersOf.size
    },
  }
}

/** An empty bucket that holds a second's worth is full again after so long. */
const fillMs = 1000

/** The prefix by which a key is metered: up to its last slash. */
export function prefixOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}
