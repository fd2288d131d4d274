import { assert } from '../lib/assert.ts'
import type { Ms } from '../lib/clock.ts'
import { grownFloat64, grownInt32 } from '../lib/columns.ts'
import { absent, IdMap } from '../lib/id-map.ts'
import type { Admission } from './admission.ts'
import { newcomer, nobody, type ObjectId, type Policy, type Slot } from './policy.ts'
import { Verdict } from './verdict.ts'

// By names of this file, because each read of an imported one is a look-up and a check.
const { hit, stale, expired, miss } = Verdict
const notHeld = absent

export interface CacheOptions {
  /** Bytes that may be held, or objects where every object counts 1. */
  capacityBytes: number
  policy: Policy
  /** Who may enter at all; null lets everybody in at no cost. */
  admission?: Admission | null
  /** Told of each object that leaves for lack of room, after it has left. Purges are the caller's own doing. */
  onEvict?: (slot: Slot, id: ObjectId) => void
}

/**
 * One shelf: what is held, until when, how much. It owns room and freshness; the policy owns the order. Dates are the caller's
 * milliseconds: an object is fresh before `freshUntil`, may be served while it is refreshed before `staleUntil`
 * (RFC 5861, 3), and when the origin fails before `errorUntil` (RFC 5861, 4).
 */
export class Cache {
  readonly capacityBytes: number
  readonly #policy: Policy
  readonly #admission: Admission | null
  readonly #onEvict: ((slot: Slot, id: ObjectId) => void) | undefined
  readonly #slotOf: IdMap
  #idOf = new Int32Array(64)
  /** Of slot s: fresh until, stale until, error until, and bytes, from 4s on: what is read together lies in one cache line. */
  #facts = new Float64Array(4 * 64)
  /** Slots given back, a stack in the first `#freeCount` rows; beyond `#slotsMade` no slot was used yet. */
  #free = new Int32Array(64)
  #freeCount = 0
  #slotsMade = 0
  #heldBytes = 0
  #evictions = 0

  constructor({ capacityBytes, policy, admission = null, onEvict }: CacheOptions) {
    assert(capacityBytes >= 0, 'a capacity is not negative')
    this.capacityBytes = capacityBytes
    this.#policy = policy
    this.#admission = admission
    this.#onEvict = onEvict
    this.#slotOf = new IdMap(64)
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  get heldObjects(): number {
    return this.#slotOf.size
  }

  get evictions(): number {
    return this.#evictions
  }

  /** Bytes of bookkeeping: this shelf's columns, the policy's and the admission's. */
  get metadataBytes(): number {
    return (
      this.#slotOf.bytes +
      this.#idOf.length * (4 * 8 + 2 * 4) +
      this.#policy.metadataBytes() +
      (this.#admission?.metadataBytes() ?? 0)
    )
  }

  /** Brings what `look` reads first for some rows of ids into the processor's cache; see `IdMap.touch`. */
  touch(ids: Int32Array, from: number, to: number): number {
    return this.#slotOf.touch(ids, from, to)
  }

  /** What the shelf says of an ask at a time: hit, stale, expired or miss. The policy is told of every ask for what is held. */
  look(id: ObjectId, now: Ms): Verdict {
    if (this.#admission !== null) this.#admission.seen(id)
    const slot = this.#slotOf.get(id)
    if (slot === notHeld) return miss
    this.#policy.hit(slot)
    while (this.#policy.overdue) this.#evict(id, 0)
    if (now < this.#facts[4 * slot]!) return hit
    return now < this.#facts[4 * slot + 1]! ? stale : expired
  }

  /**
   * Takes an object in, or refreshes the dates of one that is held with the same size. False when it was refused: by the policy,
   * by the admission, or because it is larger than the shelf. A refused replacement of a held object leaves nothing held.
   */
  store(
    id: ObjectId,
    bytes: number,
    freshUntil: Ms,
    staleUntil: Ms = freshUntil,
    errorUntil: Ms = freshUntil,
  ): boolean {
    const held = this.#slotOf.get(id)
    if (held !== notHeld) {
      if (this.#facts[4 * held + 3] === bytes) {
        this.#date(held, freshUntil, staleUntil, errorUntil)
        return true
      }
      this.forget(id)
    }
    const policy = this.#policy
    const fits = policy.admit(id, bytes) && bytes <= this.capacityBytes
    if (!fits || (this.#admission !== null && !this.#admission.admits(id, bytes))) return false
    while (this.#heldBytes + bytes > this.capacityBytes || policy.overdue) {
      const leaving = this.#evict(id, bytes)
      if (leaving === newcomer) return false
      if (leaving === nobody) break
    }
    const slot = this.#takeSlot()
    this.#slotOf.set(id, slot)
    this.#idOf[slot] = id
    this.#facts[4 * slot + 3] = bytes
    this.#date(slot, freshUntil, staleUntil, errorUntil)
    this.#heldBytes += bytes
    policy.insert(slot, id, bytes)
    if (this.#admission !== null) this.#admission.entered(id, bytes)
    return true
  }

  /** Sets new dates on what is held, as a 304 does (RFC 9111, 4.3.4); false when it is not held any more. */
  freshen(id: ObjectId, freshUntil: Ms, staleUntil: Ms = freshUntil, errorUntil: Ms = freshUntil): boolean {
    const slot = this.#slotOf.get(id)
    if (slot === notHeld) return false
    this.#date(slot, freshUntil, staleUntil, errorUntil)
    return true
  }

  /** Takes an object out (a hard purge); false when it was not held. */
  forget(id: ObjectId): boolean {
    const slot = this.#slotOf.get(id)
    if (slot === notHeld) return false
    this.#policy.remove(slot)
    this.#release(slot, id)
    return true
  }

  has(id: ObjectId): boolean {
    return this.#slotOf.get(id) !== notHeld
  }

  /** The slot of what is held, or -1: for columns that a caller keeps beside the shelf, such as bodies. */
  slotOf(id: ObjectId): Slot {
    return this.#slotOf.get(id)
  }

  idOf(slot: Slot): ObjectId {
    return this.#idOf[slot]!
  }

  bytesOf(slot: Slot): number {
    return this.#facts[4 * slot + 3]!
  }

  freshUntil(slot: Slot): Ms {
    return this.#facts[4 * slot]!
  }

  staleUntil(slot: Slot): Ms {
    return this.#facts[4 * slot + 1]!
  }

  /** Until when a copy may stand in for a failing origin; -Infinity when nothing is held. */
  errorUntil(id: ObjectId): Ms {
    const slot = this.#slotOf.get(id)
    return slot === notHeld ? Number.NEGATIVE_INFINITY : this.#facts[4 * slot + 2]!
  }

  /** Calls `visit` for each object that is held, in order of slots. Nothing may be stored or forgotten meanwhile. */
  forEach(visit: (id: ObjectId, slot: Slot) => void): void {
    for (let slot = 0; slot < this.#slotsMade; slot++) {
      const id = this.#idOf[slot]!
      if (this.#slotOf.get(id) === slot) visit(id, slot)
    }
  }

  /** Lets the policy choose who leaves, and lets it leave. */
  #evict(id: ObjectId, bytes: number): Slot {
    const leaving = this.#policy.evict(id, bytes)
    if (leaving < 0) return leaving
    const leavingId = this.#idOf[leaving]!
    this.#release(leaving, leavingId)
    this.#evictions++
    if (this.#onEvict !== undefined) this.#onEvict(leaving, leavingId)
    return leaving
  }

  #date(slot: Slot, freshUntil: Ms, staleUntil: Ms, errorUntil: Ms): void {
    this.#facts[4 * slot] = freshUntil
    this.#facts[4 * slot + 1] = staleUntil
    this.#facts[4 * slot + 2] = errorUntil
  }

  #takeSlot(): Slot {
    if (this.#freeCount > 0) return this.#free[--this.#freeCount]!
    if (this.#slotsMade === this.#idOf.length) this.#grow()
    return this.#slotsMade++
  }

  #release(slot: Slot, id: ObjectId): void {
    this.#slotOf.delete(id)
    this.#heldBytes -= this.#facts[4 * slot + 3]!
    this.#free[this.#freeCount++] = slot
    if (this.#admission !== null) this.#admission.left(id)
  }

  #grow(): void {
    const rows = this.#idOf.length * 2
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#facts = grownFloat64(this.#facts, 4 * rows)
    this.#free = grownInt32(this.#free, rows)
  }
}
