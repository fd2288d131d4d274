import type { Clock, Ms } from '../lib/clock.ts'
import { type Ask, bodyBytesOf } from './ask.ts'

/** One way between two PoPs, or a PoP and the origin. */
export interface Leg {
  /** Half a round trip. */
  oneWayMs: Ms
  bytesPerMs: number
}

/**
 * A wire to something that only looks at what it is asked: the ask is dated when it arrives, the answer when it is back. Exact
 * without a clock, because an answer depends on nothing that another ask could have changed.
 */
export function createDirectWire(upstream: Ask, { oneWayMs, bytesPerMs }: Leg): Ask {
  return (id, now, held, reply) =>
    upstream(id, now + oneWayMs, held, (answer, then) =>
      reply(answer, then + oneWayMs + bodyBytesOf(answer) / bytesPerMs),
    )
}

/** A wire to something that is shared: the ask arrives through the clock, so that all asks arrive there in true order. */
export function createClockedWire(upstream: Ask, leg: Leg, clock: Clock): Ask {
  return createDirectWire((id, arrival, held, reply) => clock.at(arrival, now => upstream(id, now, held, reply)), leg)
}
