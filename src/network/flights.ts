import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'
import { grownFloat64, grownInt32 } from '../lib/columns.ts'
import { absent, IdMap } from '../lib/id-map.ts'
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

/** A fetch on its way, by its row in the columns of `Flights`: begun, perhaps answered, and not yet arrived. */
export type Flight = number
export const noFlight: Flight = absent

const firstRows = 16

/**
 * The fetches of one PoP: who is on its way by object, and who arrives next. They are columns whose rows are used again and again,
 * so that a miss costs no garbage; a row stays readable after its arrival, until the next flight begins.
 */
export class Flights {
  id = new Int32Array(firstRows)
  begun = new Float64Array(firstRows)
  /** What the PoP held when it began; the copy stays readable while it is refreshed. */
  held = new Float64Array(firstRows)
  heldBytes = new Float64Array(firstRows)
  errorUntil = new Float64Array(firstRows)
  /** When the object is asked for after the last one who waits for it. */
  nextUse = new Float64Array(firstRows)
  /** Of the answer, once it is known, which may be before it arrives; status 0 until then. */
  status = new Int32Array(firstRows)
  bytes = new Float64Array(firstRows)
  version = new Float64Array(firstRows)
  ttlMs = new Float64Array(firstRows)
  staleMs = new Float64Array(firstRows)
  staleIfErrorMs = new Float64Array(firstRows)
  arrival = new Float64Array(firstRows)
  outcome = new Int32Array(firstRows)
  /** 0 after a purge: what arrives is older than the purge and must not be stored. */
  mayStore = new Int32Array(firstRows)
  /** 0 once it has arrived, until its row is used again. */
  #isOpen = new Int32Array(firstRows)
  #made = 0
  /** Takes the answer from upstream; made once for each row. */
  readonly reply: Reply[] = []
  /** Most flights have one who waits, so the first one stands alone. */
  readonly #firstWaiter: (Landed | null)[] = []
  readonly #otherWaiters: Landed[][] = []
  readonly #free: Flight[] = []
  readonly #byObject = new IdMap(16)
  readonly #arrivals = new TimedQueue()
  readonly #onReply: (flight: Flight, answer: Answer, then: Ms) => void

  /** `onReply` is told of the answer to each flight. */
  constructor(onReply: (flight: Flight, answer: Answer, then: Ms) => void) {
    this.#onReply = onReply
  }

  /** When the next answer arrives; Infinity when none is known. */
  get nextArrival(): Ms {
    return this.#arrivals.nextTime
  }

  /** The fetch that an ask for this object could join, or `noFlight`. */
  find(id: ObjectId): Flight {
    return this.#byObject.get(id)
  }

  begin(id: ObjectId, now: Ms, nextUse: number): Flight {
    const flight = this.#free.pop() ?? this.#make()
    this.id[flight] = id
    this.begun[flight] = now
    this.held[flight] = holdsNothing
    this.errorUntil[flight] = Number.NEGATIVE_INFINITY
    this.nextUse[flight] = nextUse
    this.status[flight] = 0
    this.mayStore[flight] = 1
    this.#isOpen[flight] = 1
    this.#byObject.set(id, flight)
    return flight
  }

  /** What the PoP holds of the object while it is fetched. */
  hold(flight: Flight, version: Version, bytes: number, errorUntil: Ms): void {
    this.held[flight] = version
    this.heldBytes[flight] = bytes
    this.errorUntil[flight] = errorUntil
  }

  /** The answer is known: it will arrive then. */
  date(flight: Flight, answer: Answer, outcome: Outcome, arrival: Ms): void {
    this.status[flight] = answer.status
    this.bytes[flight] = answer.bytes
    this.version[flight] = answer.version
    this.ttlMs[flight] = answer.ttlMs
    this.staleMs[flight] = answer.staleMs
    this.staleIfErrorMs[flight] = answer.staleIfErrorMs
    this.outcome[flight] = outcome
    this.arrival[flight] = arrival
    this.#arrivals.push(arrival, flight)
  }

  /** Lets somebody wait for the answer; at once when it is known. */
  wait(flight: Flight, waiter: Landed): void {
    if (this.status[flight] !== 0) waiter(this.#answerOf(flight), this.arrival[flight]!, this.#outcomeOf(flight))
    else if (this.#firstWaiter[flight] === null) this.#firstWaiter[flight] = waiter
    else this.#otherWaiters[flight]!.push(waiter)
  }

  /** Tells those who wait, in the order in which they came. */
  tell(flight: Flight, answer: Answer, then: Ms, outcome: Outcome): void {
    const first = this.#firstWaiter[flight]!
    if (first === null) return
    this.#firstWaiter[flight] = null
    first(answer, then, outcome)
    const others = this.#otherWaiters[flight]!
    if (others.length === 0) return
    for (let waiter = 0; waiter < others.length; waiter++) others[waiter]!(answer, then, outcome)
    others.length = 0
  }

  /** Takes the next arrival out; only when `nextArrival` has come. The row is free: it must be read before the next flight begins. */
  takeArrived(): Flight {
    const flight = this.#arrivals.pop()
    const id = this.id[flight]!
    if (this.#byObject.get(id) === flight) this.#byObject.delete(id)
    this.#isOpen[flight] = 0
    this.#free.push(flight)
    return flight
  }

  /** What arrives for matching objects from now on is not stored, and nobody joins it any more. */
  disown(matches: (id: ObjectId) => boolean): void {
    for (let flight = 0; flight < this.#made; flight++) {
      if (this.#isOpen[flight] === 0 || !matches(this.id[flight]!)) continue
      this.mayStore[flight] = 0
      this.#byObject.delete(this.id[flight]!)
    }
  }

  #outcomeOf(flight: Flight): Outcome {
    return this.outcome[flight] as Outcome
  }

  #answerOf(flight: Flight): Answer {
    return {
      status: this.status[flight]!,
      bytes: this.bytes[flight]!,
      version: this.version[flight]!,
      ttlMs: this.ttlMs[flight]!,
      staleMs: this.staleMs[flight]!,
      staleIfErrorMs: this.staleIfErrorMs[flight]!,
    }
  }

  #make(): Flight {
    const flight = this.#made++
    if (flight === this.id.length) this.#grow()
    this.reply.push((answer, then) => this.#onReply(flight, answer, then))
    this.#firstWaiter.push(null)
    this.#otherWaiters.push([])
    return flight
  }

  #grow(): void {
    const rows = this.id.length * 2
    this.id = grownInt32(this.id, rows)
    this.begun = grownFloat64(this.begun, rows)
    this.held = grownFloat64(this.held, rows)
    this.heldBytes = grownFloat64(this.heldBytes, rows)
    this.errorUntil = grownFloat64(this.errorUntil, rows)
    this.nextUse = grownFloat64(this.nextUse, rows)
    this.status = grownInt32(this.status, rows)
    this.bytes = grownFloat64(this.bytes, rows)
    this.version = grownFloat64(this.version, rows)
    this.ttlMs = grownFloat64(this.ttlMs, rows)
    this.staleMs = grownFloat64(this.staleMs, rows)
    this.staleIfErrorMs = grownFloat64(this.staleIfErrorMs, rows)
    this.arrival = grownFloat64(this.arrival, rows)
    this.outcome = grownInt32(this.outcome, rows)
    this.mayStore = grownInt32(this.mayStore, rows)
    this.#isOpen = grownInt32(this.#isOpen, rows)
  }
}
