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

// By names of this file, because each read of an imported one is a look-up and a check.
const nothing = holdsNothing

/** A number that the compiler takes for a real one from the beginning, so that a field never changes its kind. */
const real = 0.5

/** A fetch on its way: begun, perhaps answered, and not yet arrived. Flights are used again and again, so that a miss costs no garbage. */
export class Flight {
  readonly number: number
  /** Takes the answer from upstream. */
  readonly reply: Reply
  id: ObjectId = 0
  begun = real
  /** What the PoP held when it began; the copy stays readable while it is refreshed. */
  held: Version = real
  heldBytes = real
  errorUntil = real
  /** When the object is asked for after the last one who waits for it. */
  nextUse = real
  /** What those who wait get, once it is known, which may be before it arrives. */
  readonly answer: Answer = { status: 0, bytes: real, version: real, ttlMs: real, staleMs: real, staleIfErrorMs: real }
  isAnswered = false
  arrival = real
  outcome: Outcome = Outcome.fetched
  /** False after a purge: what arrives is older than the purge and must not be stored. */
  mayStore = true
  /** Most flights have one who waits, so the first one stands alone. */
  firstWaiter: Landed | null = null
  readonly otherWaiters: Landed[] = []

  constructor(number: number, onReply: OnReply) {
    this.number = number
    this.reply = (answer, then) => onReply(this, answer, then)
  }

  /** What the PoP holds of the object while it is fetched. */
  hold(version: Version, bytes: number, errorUntil: Ms): void {
    this.held = version
    this.heldBytes = bytes
    this.errorUntil = errorUntil
  }

  /** Lets somebody wait for the answer; at once when it is known. */
  wait(waiter: Landed): void {
    if (this.isAnswered) waiter(this.answer, this.arrival, this.outcome)
    else if (this.firstWaiter === null) this.firstWaiter = waiter
    else this.otherWaiters.push(waiter)
  }
}

/** Told of the answer to a flight. */
export type OnReply = (flight: Flight, answer: Answer, then: Ms) => void

/** The fetches of one PoP: who is on its way by object, and who arrives next. */
export class Flights {
  readonly #made: Flight[] = []
  readonly #free: Flight[] = []
  readonly #byObject = new IdMap(16)
  readonly #arrivals = new TimedQueue()
  readonly #onReply: OnReply

  constructor(onReply: OnReply) {
    this.#onReply = onReply
  }

  /** When the next answer arrives; Infinity when none is known. */
  get nextArrival(): Ms {
    return this.#arrivals.nextTime
  }

  /** The fetch that an ask for this object could join; there must be one. */
  find(id: ObjectId): Flight {
    return this.#made[this.#byObject.get(id)]!
  }

  /** True where an ask for this object could join a fetch. */
  has(id: ObjectId): boolean {
    return this.#byObject.has(id)
  }

  begin(id: ObjectId, now: Ms, nextUse: number): Flight {
    const flight = this.#free.pop() ?? this.#make()
    flight.id = id
    flight.begun = now
    flight.held = nothing
    flight.errorUntil = Number.NEGATIVE_INFINITY
    flight.nextUse = nextUse
    flight.isAnswered = false
    flight.mayStore = true
    this.#byObject.set(id, flight.number)
    return flight
  }

  /** The answer is known: it will arrive then. Tells those who wait, in the order in which they came. */
  land(flight: Flight, { status, bytes, version, ttlMs, staleMs, staleIfErrorMs }: Answer, outcome: Outcome): void {
    const { answer } = flight
    answer.status = status
    answer.bytes = bytes
    answer.version = version
    answer.ttlMs = ttlMs
    answer.staleMs = staleMs
    answer.staleIfErrorMs = staleIfErrorMs
    flight.outcome = outcome
    flight.isAnswered = true
    this.#arrivals.push(flight.arrival, flight.number)
    const first = flight.firstWaiter
    if (first === null) return
    flight.firstWaiter = null
    first(answer, flight.arrival, outcome)
    const others = flight.otherWaiters
    if (others.length === 0) return
    for (const waiter of others) waiter(answer, flight.arrival, outcome)
    others.length = 0
  }

  /** Takes the next arrival out; only when `nextArrival` has come. It must be read before the next flight begins. */
  takeArrived(): Flight {
    const flight = this.#made[this.#arrivals.pop()]!
    if (this.#byObject.get(flight.id) === flight.number) this.#byObject.delete(flight.id)
    this.#free.push(flight)
    return flight
  }

  /** What arrives for matching objects from now on is not stored, and nobody joins it any more. Flights at rest do not mind. */
  disown(matches: (id: ObjectId) => boolean): void {
    for (const flight of this.#made) {
      if (!matches(flight.id)) continue
      flight.mayStore = false
      this.#byObject.delete(flight.id)
    }
  }

  #make(): Flight {
    const flight = new Flight(this.#made.length, this.#onReply)
    this.#made.push(flight)
    return flight
  }
}
