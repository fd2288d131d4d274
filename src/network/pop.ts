import type { Cache } from '../cache/cache.ts'
import type { Future, ObjectId } from '../cache/policy.ts'
import { Verdict } from '../cache/verdict.ts'
import { BitSet } from '../lib/bit-set.ts'
import type { Ms } from '../lib/clock.ts'
import { type Answer, type Ask, bodyBytesOf, failureOf, holdsNothing, type Version } from './ask.ts'
import { type Flight, Flights, type Landed, Outcome } from './flights.ts'

// By names of this file, because each read of an imported one is a look-up and a check.
const { hit, stale, expired, miss, join, pass } = Verdict
const { fetched, revalidated, staleIfError, failed } = Outcome
const nothing = holdsNothing

export interface PopOptions {
  /** Makes an empty shelf: at the start, and again after the PoP was down. */
  createCache: () => Cache
  /** What the shelf's policy reads of the future, if it does. */
  future: Future
  upstream: Ask
  /** A second ask for an object on its way joins the fetch. */
  collapse: boolean
  /** Objects that must not be stored: their asks pass through. Null where all may be. */
  isPass: ((id: ObjectId) => boolean) | null
  /** After this long a fetch is given up: 504. */
  timeoutMs: Ms
  /** Time that the PoP itself needs before it answers another PoP. */
  thinkMs: Ms
}

/** Why an object was not on the shelf. */
export type MissReason = 'cold' | 'capacity' | 'purge'

/** What went through a PoP towards its upstream, and from other PoPs. */
export interface PopTotals {
  /** Asks of other PoPs, and how they fared. */
  asks: number
  askHits: number
  askStale: number
  askJoins: number
  askErrors: number
  /** Bytes of bodies sent to other PoPs, and those of them that were on the shelf. */
  askBytes: number
  askHitBytes: number
  /** Asks sent on, failures among them, and bytes of bodies that came back: in time, and too late. */
  upstreamAsks: number
  upstreamErrors: number
  upstreamBytes: number
  upstreamLateBytes: number
}

/**
 * A PoP: a shelf, the fetches on their way, and somebody to ask. Visitors' requests come through `look` and, unless that is a hit,
 * through `fetch`; other PoPs come through `ask`. All calls must come in order of time: what arrives is put on the shelf when the
 * first call at or after its arrival comes, before anything else.
 */
export class Pop {
  readonly totals: PopTotals = {
    asks: 0,
    askHits: 0,
    askStale: 0,
    askJoins: 0,
    askErrors: 0,
    askBytes: 0,
    askHitBytes: 0,
    upstreamAsks: 0,
    upstreamErrors: 0,
    upstreamBytes: 0,
    upstreamLateBytes: 0,
  }
  readonly #options: PopOptions
  /** What the shelf said of the last ask of another PoP. */
  lastVerdict: Verdict = miss
  /** When the object that is asked for next comes again: set by the loop before `look`, where the policy must know. */
  nextUse = Number.POSITIVE_INFINITY
  #cache: Cache
  #evictionsBefore = 0
  readonly #flights = new Flights((flight, answer, then) => this.#arrive(flight, answer, then))
  readonly #seen = new BitSet()
  readonly #purged = new BitSet()
  /** Version of what each slot holds; grows with the slots, and stays empty while nothing ever changes. */
  #versions: Version[] = []

  constructor(options: PopOptions) {
    this.#options = options
    this.#cache = options.createCache()
  }

  get cache(): Cache {
    return this.#cache
  }

  get evictions(): number {
    return this.#evictionsBefore + this.#cache.evictions
  }

  /** Brings what the next asks read first into the processor's cache; see `IdMap.touch`. */
  touch(ids: Int32Array, from: number, to: number): number {
    return this.#cache.touch(ids, from, to) ^ this.#seen.touch(ids, from, to)
  }

  /** What the shelf says of an ask. `hit` is all there is to it; everything else goes on with `fetch`. */
  look(id: ObjectId, now: Ms): Verdict {
    if (this.#flights.nextArrival <= now) this.settle(now)
    const { isPass } = this.#options
    if (isPass?.(id)) return pass
    this.#options.future.nextUse = this.nextUse
    const verdict = this.#cache.look(id, now)
    if (verdict <= stale || !this.#options.collapse) return verdict
    return this.#flights.has(id) ? join : verdict
  }

  /** Sees to an ask that was no hit: `landed` is told, now or later, what the asker gets and when. A stale one is served at once. */
  fetch(id: ObjectId, now: Ms, verdict: Verdict, landed: Landed): void {
    if (verdict === pass) this.#pass(id, now, landed)
    else if (verdict === join) this.#join(this.#flights.find(id), landed)
    else if (verdict === stale) {
      landed(this.#fromShelf(id, now, nothing), now, fetched)
      if (!this.#flights.has(id)) this.#begin(id, now, true, null)
    } else this.#begin(id, now, verdict === expired, landed)
  }

  /** How another PoP asks. */
  readonly ask: Ask = (id, now, held, reply) => {
    const { totals } = this
    const { thinkMs } = this.#options
    totals.asks++
    const verdict = this.look(id, now)
    this.lastVerdict = verdict
    if (verdict === hit) {
      const answer = this.#fromShelf(id, now, held)
      totals.askHits++
      totals.askBytes += bodyBytesOf(answer)
      totals.askHitBytes += bodyBytesOf(answer)
      return reply(answer, now + thinkMs)
    }
    if (verdict === stale) totals.askStale++
    else if (verdict === join) totals.askJoins++
    this.fetch(id, now, verdict, (landed, then, outcome) => {
      const answer = asAnswerTo(held, landed)
      if (outcome === failed) totals.askErrors++
      totals.askBytes += bodyBytesOf(answer)
      reply(answer, then + thinkMs)
    })
  }

  /** Why an object that was asked for is not here; counts as seen from now on. */
  reasonOf(id: ObjectId): MissReason {
    const isNew = this.#seen.add(id)
    if (this.#purged.has(id)) return 'purge'
    return isNew ? 'cold' : 'capacity'
  }

  /** Takes matching copies off the shelf, or with `soft` makes them stale; what is on its way is not stored. */
  purge(matches: (id: ObjectId) => boolean, now: Ms, soft: boolean): void {
    this.settle(now)
    const leaving: ObjectId[] = []
    this.#cache.forEach(id => {
      if (matches(id)) leaving.push(id)
    })
    for (const id of leaving) {
      if (soft) {
        const slot = this.#cache.slotOf(id)
        const [staleUntil, errorUntil] = [this.#cache.staleUntil(slot), this.#cache.errorUntil(id)]
        this.#cache.freshen(id, Math.min(now, this.#cache.freshUntil(slot)), staleUntil, errorUntil)
      } else {
        this.#cache.forget(id)
        this.#purged.add(id)
      }
    }
    this.#flights.disown(matches)
  }

  /** Begins again with an empty shelf, as after a restart. What was on its way is not stored. */
  restart(): void {
    this.#flights.disown(() => true)
    this.#evictionsBefore += this.#cache.evictions
    this.#cache = this.#options.createCache()
    this.#seen.clear()
    this.#purged.clear()
    this.#versions = []
  }

  /** Puts on the shelf what has arrived by now, in order of arrival. */
  settle(now: Ms): void {
    while (this.#flights.nextArrival <= now) this.#shelve(this.#flights.takeArrived())
  }

  #begin(id: ObjectId, now: Ms, isHeld: boolean, landed: Landed | null): void {
    const flight = this.#flights.begin(id, now, this.nextUse)
    if (isHeld) {
      const slot = this.#cache.slotOf(id)
      flight.hold(this.#versions[slot] ?? 0, this.#cache.bytesOf(slot), this.#cache.errorUntil(id))
    }
    if (landed !== null) flight.wait(landed)
    this.totals.upstreamAsks++
    this.#options.upstream(id, now, flight.held, flight.reply)
  }

  /** Decides what those who wait get. */
  #arrive(flight: Flight, answer: Answer, then: Ms): void {
    const deadline = flight.begun + this.#options.timeoutMs
    flight.arrival = Math.min(then, deadline)
    let result = this.#receive(answer, then > deadline)
    let outcome: Outcome = fetched
    if (result.status === 304) {
      outcome = revalidated
      result = { ...result, status: 200 }
    } else if (result.status !== 200) {
      outcome = failed
      if (flight.arrival < flight.errorUntil) {
        outcome = staleIfError
        result = { ...failureOf(502), status: 200, bytes: flight.heldBytes, version: flight.held }
      }
    }
    this.#flights.land(flight, result, outcome)
  }

  #join(flight: Flight, landed: Landed): void {
    flight.nextUse = this.nextUse
    flight.wait(landed)
  }

  #pass(id: ObjectId, now: Ms, landed: Landed): void {
    const deadline = now + this.#options.timeoutMs
    this.totals.upstreamAsks++
    this.#options.upstream(id, now, nothing, (answer, then) => {
      const result = this.#receive(answer, then > deadline)
      landed(result, Math.min(then, deadline), result.status < 400 ? fetched : failed)
    })
  }

  /** Counts an answer from upstream; what comes after the deadline is a failure. */
  #receive(answer: Answer, isLate: boolean): Answer {
    const { totals } = this
    if (isLate) totals.upstreamLateBytes += bodyBytesOf(answer)
    else totals.upstreamBytes += bodyBytesOf(answer)
    if (isLate || answer.status >= 400) totals.upstreamErrors++
    return isLate ? failureOf(504) : answer
  }

  #shelve({ id, answer, arrival, outcome, mayStore, nextUse }: Flight): void {
    const { bytes, version, ttlMs, staleMs, staleIfErrorMs } = answer
    if (!mayStore || outcome > revalidated || ttlMs < 0) return
    this.#options.future.nextUse = nextUse
    const freshUntil = arrival + ttlMs
    if (!this.#cache.store(id, bytes, freshUntil, freshUntil + staleMs, freshUntil + staleIfErrorMs)) return
    this.#purged.delete(id)
    if (version > 0 || this.#versions.length > 0) this.#versions[this.#cache.slotOf(id)] = version
  }

  /** The copy on the shelf as an answer, with the lifetime that is left of it. */
  #fromShelf(id: ObjectId, now: Ms, held: Version): Answer {
    const cache = this.#cache
    const slot = cache.slotOf(id)
    const version = this.#versions[slot] ?? 0
    const freshUntil = cache.freshUntil(slot)
    return {
      status: held === version ? 304 : 200,
      bytes: cache.bytesOf(slot),
      version,
      ttlMs: Math.max(0, freshUntil - now),
      staleMs: Math.max(0, cache.staleUntil(slot) - Math.max(now, freshUntil)),
      staleIfErrorMs: Math.max(0, cache.errorUntil(id) - Math.max(now, freshUntil)),
    }
  }
}

/** What an asker gets that may hold the same version already. */
function asAnswerTo(held: Version, answer: Answer): Answer {
  return answer.status === 200 && answer.version === held ? { ...answer, status: 304 } : answer
}
