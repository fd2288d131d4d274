import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'

/** Which state of an object a body is; the origin counts its changes. */
export type Version = number
/** What an asker holds that holds nothing: the answer comes with a body. */
export const holdsNothing: Version = -1

/** What comes back; it holds until the reply is over, and whoever needs it later copies it. Failure is a status, never an exception: 404 nothing there, 429 too often, 502 unreachable, 503 refused, 504 too late, 508 a loop. */
export interface Answer {
  /** 200 a body, 304 what you hold still holds, 4xx and 5xx a failure. */
  status: number
  /** Size of the object, whether or not its body travels. */
  bytes: number
  version: Version
  /** How long it may be served without asking again; below 0: it must not be stored. */
  ttlMs: Ms
  /** How long after that it may be served while it is refreshed (RFC 5861, 3). */
  staleMs: Ms
  /** How long after that it may be served when the origin fails (RFC 5861, 4). */
  staleIfErrorMs: Ms
}

/** Takes the answer and its arrival: in the future when simulated, now when live. */
export type Reply = (answer: Answer, then: Ms) => void

/**
 * The one verb of the network: origin, wire, shield and edge are all things that can be asked. `held` is the version that the
 * asker already has (RFC 9110, 13.1.2: If-None-Match), or `holdsNothing`.
 */
export type Ask = (id: ObjectId, now: Ms, held: Version, reply: Reply) => void

/** Bytes of body that travel with an answer. */
export function bodyBytesOf(answer: Answer): number {
  return answer.status === 200 ? answer.bytes : 0
}

/** A failure as an answer. */
export function failureOf(status: 404 | 429 | 502 | 503 | 504 | 508): Answer {
  return { status, bytes: 0, version: holdsNothing, ttlMs: -1, staleMs: 0, staleIfErrorMs: 0 }
}
