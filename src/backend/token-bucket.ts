import { assert } from '../lib/assert.ts'
import type { Ms } from '../lib/clock.ts'

/** A bucket of tokens: it fills at a steady rate up to its burst, and whoever wants something takes tokens out of it. */
export interface TokenBucket {
  /** Takes tokens when so many are there and says whether they were; a refused taker leaves the bucket as it was. */
  take(now: Ms, count?: number): boolean
  /** Takes tokens in any case, below zero where need be: for costs that are known only after the work is done. */
  charge(now: Ms, count: number): void
  /** Tokens that are there now. */
  level(now: Ms): number
  /** How long until so many tokens will be there; 0 when they are, Infinity when they never will be. */
  waitMs(now: Ms, count?: number): Ms
}

/**
 * A full bucket. Its time is a parameter: one that stands still or goes back refills nothing. Sums of decimal fractions miss whole numbers by a
 * hair, so a taker is given what lacks less than a millionth of a token.
 *
 * Source: J. Turner: New directions in communications, IEEE Communications Magazine 24(10), 1986 (the leaky bucket as a meter).
 */
export function createTokenBucket(ratePerSecond: number, burst: number): TokenBucket {
  assert(ratePerSecond >= 0 && burst >= 0, 'a token bucket needs a rate and a burst of zero or more')
  let tokens = burst
  let filledAt = Number.NEGATIVE_INFINITY

  const level = (now: Ms): number => {
    if (now > filledAt) {
      if (tokens < burst) tokens = Math.min(burst, tokens + ((now - filledAt) * ratePerSecond) / 1000)
      filledAt = now
    }
    return tokens
  }

  return {
    take(now, count = 1) {
      if (level(now) + tolerance < count) return false
      tokens -= count
      return true
    },
    charge(now, count) {
      tokens = level(now) - count
    },
    level,
    waitMs(now, count = 1) {
      const lacking = count - level(now)
      if (lacking <= tolerance) return 0
      return count > burst + tolerance || ratePerSecond === 0
        ? Number.POSITIVE_INFINITY
        : (lacking * 1000) / ratePerSecond
    },
  }
}

const tolerance = 1e-6
