import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownUint8 } from '../lib/columns.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  segments: z.int().min(1).max(64).default(4).describe('Number of segments, all of the same size'),
  libcachesim: z
    .boolean()
    .default(false)
    .describe('Refuse objects larger than a segment, and evict when the lowest overflows, as libCacheSim'),
})

/**
 * Segmented LRU: a hit moves an object one segment up, to the head; a segment that overflows cools its tails down, to the head of
 * the one below. A newcomer enters the lowest segment with room, and the lowest when none has; the tail of the lowest segment
 * that is not empty leaves. The lowest segment may overflow, since the shelf alone says when somebody must leave; with
 * `libcachesim` it evicts at once when cooling overflows it. Segments of bytes: an object larger than a segment stays in the
 * lowest.
 */
export const slru = definePolicy({
  name: 'slru',
  title: 'Segmented LRU',
  source:
    'R. Karedla et al.: Caching strategies to improve disk system performance, Computer 1994; n segments: Q. Huang et al., SOSP 2013',
  params,
  create: (context, { segments, libcachesim }) => {
    const limit = Math.max(libcachesim ? 0 : 1, Math.floor(context.capacityBytes / segments))
    return new SegmentedLru(
      Array.from({ length: segments }, () => limit),
      libcachesim,
    )
  },
})

/** Segments of given limits in bytes, the lowest first; `strict` evicts when cooling overflows the lowest. W-TinyLFU uses it too. */
export class SegmentedLru implements Policy {
  /** Residents that cooling pushed out of the lowest segment. */
  #leaving: Slot[] = []
  readonly #limits: Float64Array
  readonly #strict: boolean
  readonly #lists: SlotLists
  readonly #bytesIn: Float64Array
  #segmentOf = new Uint8Array(64)
  #bytesOf = new Float64Array(64)

  constructor(limits: ArrayLike<number>, strict: boolean) {
    this.#limits = Float64Array.from(limits)
    this.#strict = strict
    this.#lists = new SlotLists(limits.length)
    this.#bytesIn = new Float64Array(limits.length)
  }

  get heldBytes(): number {
    return this.#bytesIn.reduce((sum, bytes) => sum + bytes, 0)
  }

  get overdue(): boolean {
    return this.#leaving.length > 0
  }

  hit(slot: Slot): void {
    const segment = this.#segmentOf[slot]!
    if (segment === this.#limits.length - 1 || this.#bytesOf[slot]! > this.#limits[segment + 1]!) {
      this.#lists.moveToHead(slot, segment)
      return
    }
    this.#leave(slot)
    this.#enter(slot, segment + 1)
    while (this.#bytesIn[segment + 1]! > this.#limits[segment + 1]!) this.#cool(segment + 1)
  }

  admit(_id: ObjectId, bytes: number): boolean {
    return !this.#strict || bytes <= this.#limits[0]!
  }

  evict(): Slot {
    if (this.#leaving.length > 0) return this.#leaving.pop()!
    const slot = this.victim()
    this.#leave(slot)
    return slot
  }

  /** Who would leave next: the tail of the lowest segment that is not empty; one of them must have somebody. */
  victim(): Slot {
    let segment = 0
    while (this.#lists.isEmpty(segment)) segment++
    return this.#lists.tail(segment)
  }

  insert(slot: Slot, _id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#bytesOf[slot] = bytes
    let segment = 0
    while (segment < this.#limits.length && this.#bytesIn[segment]! + bytes > this.#limits[segment]!) segment++
    this.#enter(slot, segment === this.#limits.length ? 0 : segment)
  }

  remove(slot: Slot): void {
    this.#leave(slot)
  }

  metadataBytes(): number {
    return this.#lists.bytes + this.#bytesIn.byteLength + this.#segmentOf.length * (1 + 8)
  }

  /** Moves the tail of a segment down, and makes room for it there in the same way. Only `libcachesim` limits the lowest. */
  #cool(segment: number): void {
    const slot = this.#lists.tail(segment)
    this.#leave(slot)
    if (segment === 0) {
      this.#leaving.push(slot)
      return
    }
    const below = segment - 1
    this.#enter(slot, below)
    while (this.#bytesIn[below]! > this.#limits[below]! && (below > 0 || this.#strict)) this.#cool(below)
  }

  #enter(slot: Slot, segment: number): void {
    this.#segmentOf[slot] = segment
    this.#bytesIn[segment]! += this.#bytesOf[slot]!
    this.#lists.pushHead(slot, segment)
  }

  #leave(slot: Slot): void {
    this.#bytesIn[this.#segmentOf[slot]!]! -= this.#bytesOf[slot]!
    this.#lists.unlink(slot)
  }

  #grow(rows: number): void {
    this.#segmentOf = grownUint8(this.#segmentOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
