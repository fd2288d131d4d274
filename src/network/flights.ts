import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'
import { IdMap } from '../lib/id-map.ts'
import { TimedQueue } from '../lib/timed-queue.ts'
import { type Answer, holdsNothing, type Reply, type Version } from './ask.ts'

/** How a fetch ended for those who waited for it. */
export const Outcome = {
  /** A body came. */
  fetched: 0,
  /** What was held still holds: RFC 9110, 304. */
  revalidated: 1,
  /** The upstream failed and a stale copy stands in: RFC 5861, 4. */
  staleIfError: 2,
  failed: 3,
} as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

/** Told how a fetch ended: the answer that the asker gets, when it is there, and what it cost to get it. */
export type Landed = (answer: Answer, then: Ms, outcome: Outcome) => void

/** A fetch on its way: begun, perhaps answered, and not yet arrived. Flights are used again and again, so that a miss costs no garbage. */
export interface Flight {
  readonly number: number
  /** Takes the answer from upstream; made once for each flight. */
  readonly reply: Reply
  id: ObjectId
  begun: Ms
  /** What the PoP held when it began; the copy stays readable while it is refreshed. */
  held: Version
  heldBytes: number
  errorUntil: Ms
  /** Set once the answer is known, which may be before it arrives. */
  answer: Answer | null
  arrival: Ms
  outcome: Outcome
  waiters: Landed[]
  /** False once it has arrived, until it is used again. */
  isOpen: boolean
  /** False after a purge: what arrives is older than the purge and must not be stored. */
  mayStore: boolean
  /** When the object is asked for after the last one who waits for it. */
  nextUse: number
}

/** The fetches of one PoP: who is on its way by object, and who arrives next. */
export class Flights {
  readonly #byObject = new IdMap(16)
  readonly #arrivals = new TimedQueue()
  readonly #flights: Flight[] = []
  readonly #free: number[] = []
  readonly #onReply: (flight: Flight, answer: Answer, then: Ms) => void

  /** `onReply` is told of the answer to each flight. */
  constructor(onReply: (flight: Flight, answer: Answer, then: Ms) => void) {
    this.#onReply = onReply
  }

  /** When the next answer arrives; Infinity when none is known. */
  get nextArrival(): Ms {
    return this.#arrivals.nextTime
  }

  /** The fetch that an ask for this object could join. */
  find(id: ObjectId): Flight | null {
    const number = this.#byObject.get(id)
    return number < 0 ? null : this.#flights[number]!
  }

  begin(id: ObjectId, now: Ms): Flight {
    const number = this.#free.pop()
    const flight = number === undefined ? this.#make() : this.#flights[number]!
    flight.id = id
    flight.begun = now
    flight.held = holdsNothing
    flight.errorUntil = Number.NEGATIVE_INFINITY
    flight.answer = null
    flight.isOpen = true
    flight.mayStore = true
    this.#byObject.set(id, flight.number)
    return flight
  }

  /** The answer is known: it will arrive then. */
  date(flight: Flight, arrival: Ms): void {
    flight.arrival = arrival
    this.#arrivals.push(arrival, flight.number)
  }

  /** Takes the next arrival out; only when `nextArrival` has come. The flight is free: it must be read before the next one begins. */
  takeArrived(): Flight {
    const number = this.#arrivals.pop()
    const flight = this.#flights[number]!
    flight.isOpen = false
    this.#free.push(number)
    if (this.#byObject.get(flight.id) === number) this.#byObject.delete(flight.id)
    return flight
  }

  /** What arrives for matching objects from now on is not stored, and nobody joins it any more. */
  disown(matches: (id: ObjectId) => boolean): void {
    for (const flight of this.#flights) {
      if (!flight.isOpen || !matches(flight.id)) continue
      flight.mayStore = false
      this.#byObject.delete(flight.id)
    }
  }

  #make(): Flight {
    const flight: Flight = {
      number: this.#flights.length,
      reply: (answer, then) => this.#onReply(flight, answer, then),
      id: -1,
      begun: 0,
      held: holdsNothing,
      heldBytes: 0,
      errorUntil: Number.NEGATIVE_INFINITY,
      answer: null,
      arrival: Number.POSITIVE_INFINITY,
      outcome: Outcome.failed,
      waiters: [],
      isOpen: false,
      mayStore: true,
      nextUse: Number.POSITIVE_INFINITY,
    }
    this.#flights.push(flight)
    return flight
  }
}
