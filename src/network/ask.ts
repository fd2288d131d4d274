import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'

/** What comes back. Failure is a status, never an exception: 502 unreachable, 503 refused, 504 too late, 508 a loop. */
export interface Answer {
  /** 200 a body, 304 what you hold still holds, 5xx a failure. */
  status: number
  bytes: number
  /** How long it may be served without asking again; 0: must be asked again, below 0: must not be stored. */
  ttlMs: Ms
  /** How long after that it may be served while it is refreshed (RFC 5861, 3). */
  staleMs: Ms
  /** How long after that it may be served when the origin fails (RFC 5861, 4). */
  staleIfErrorMs: Ms
}

/** Takes the answer and its arrival: in the future when simulated, now when live. */
export type Reply = (answer: Answer, then: Ms) => void

/** The one verb of the network: origin, wire, shield and edge are all things that can be asked. */
export type Ask = (id: ObjectId, now: Ms, reply: Reply) => void
