import type { Directives } from '../cache/http/directives.ts'
import type { Fields } from '../cache/http/fields.ts'
import type { ForcedFreshness, Mode } from '../cache/http/freshness.ts'
import type { Ms } from '../lib/clock.ts'
import type { Counters } from './counters.ts'
import type { Flight } from './flight.ts'
import type { Markers } from './markers.ts'
import type { SharedBody } from './shared-body.ts'
import type { Shelf } from './shelf.ts'
import type { StoredResponse } from './stored-response.ts'
import type { Upstream, UpstreamRequest } from './upstream.ts'

/** What flights share: the PoP's shelf, its upstream and its settings. */
export interface FlightDeck {
  mode: Mode
  via: string
  shelf: Shelf
  upstream: Upstream
  markers: Markers
  counters: Counters
  greatestObjectBytes: number
  /** Waiters that have waited so long for a head go on without it. */
  collapseWaitMs: Ms
  /** Fields that are not kept, in lower case: what another PoP says of the time that one request took. */
  unkeptFields: readonly string[]
  /** True: a fetch goes on for the shelf when its clients have left. */
  finishesAbandoned: boolean
  now(): Ms
  /** Told what the answer on its way varies by, before anybody learns of it: waiters of other variants then part. */
  onVary(flight: Flight, names: readonly string[]): void
}

/** What is fetched, and for what. */
export interface Errand {
  key: string
  request: UpstreamRequest
  /** The client's fields: for Vary, and for the refresh in the background. */
  clientFields: Fields
  control: Directives
  isAuthorized: boolean
  /** What is held and asked about; undefined on a miss. */
  held: StoredResponse | undefined
  /** False for what bypasses the shelf. */
  mayStore: boolean
  /** True for a flight that others may join. */
  isShared: boolean
  forced: ForcedFreshness | undefined
}

/** What a fetch came to, at its head. */
export type Outcome =
  | { kind: 'response'; response: FetchedResponse }
  /** What was held still holds and is refreshed. */
  | { kind: 'validated'; stored: StoredResponse; isFreshAgain: boolean }
  /** No answer, or an error that a stale response may stand in for. */
  | { kind: 'failed'; status: number; detail: string; isUnreachable: boolean }
  /** For those who joined: this answer is not for you. */
  | { kind: 'again' }

export interface FetchedResponse {
  status: number
  reason: string
  /** End-to-end fields, Via of this PoP included, Age left out when it is counted here. */
  fields: Fields
  body: SharedBody
  /** Why it is not stored; '' when it will be. */
  reasonAgainst: string
  initialAgeMs: Ms
  ttlSeconds: number
}

/** Somebody who waits for a flight's head. */
export interface Participant {
  clientFields: Fields
  onOutcome(outcome: Outcome): void
  onInterim(status: number, fields: Fields): void
}
