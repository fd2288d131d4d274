import type { Clock, Ms } from '../lib/clock.ts'
import { type Ask, bodyBytesOf, type Reply } from './ask.ts'

/** One way between two PoPs, or a PoP and the origin. */
export interface Leg {
  /** Half a round trip. */
  oneWayMs: Ms
  bytesPerMs: number
}

/**
 * A wire to something that answers before the call is over, as an origin without limits does: the ask is dated when it arrives,
 * the answer when it is back. Exact without a clock, because an answer depends on nothing that another ask could have changed.
 * One ask is on the wire at a time, so nothing is allocated for it.
 */
export function createDirectWire(upstream: Ask, { oneWayMs, bytesPerMs }: Leg): Ask {
  let asker: Reply = () => {}
  const relay: Reply = (answer, then) => asker(answer, then + oneWayMs + bodyBytesOf(answer) / bytesPerMs)
  return (id, now, held, reply) => {
    asker = reply
    upstream(id, now + oneWayMs, held, relay)
  }
}

/** A wire to something that is shared: the ask arrives through the clock, so that all asks arrive there in true order. */
export function createClockedWire(upstream: Ask, { oneWayMs, bytesPerMs }: Leg, clock: Clock): Ask {
  return (id, now, held, reply) =>
    clock.at(now + oneWayMs, arrival =>
      upstream(id, arrival, held, (answer, then) => reply(answer, then + oneWayMs + bodyBytesOf(answer) / bytesPerMs)),
    )
}
