import { z } from 'zod'
import { definePolicy, newcomer, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { Ghosts } from '../lib/ghosts.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  small: z.number().gt(0).lt(1).default(0.1).describe('Share of the capacity for the probationary queue'),
  ghost: z.number().min(0).max(10).default(0.9).describe('Bytes of remembered objects, as a share of the capacity'),
  threshold: z.int().min(1).max(3).default(1).describe('Hits in the probationary queue that take an object to main'),
  bits: z.int().min(1).max(8).default(2).describe('Bits of the counter of the main CLOCK'),
  libcachesim: z.boolean().default(false).describe('Refuse objects that do not fit into the probationary queue'),
})
type Params = z.infer<typeof params>

/**
 * Quick demotion, lazy promotion: newcomers wait in a small FIFO; one that was hit there moves to the main CLOCK, one that was not
 * leaves and is remembered, and returns straight to main. Unlike in S3-FIFO main keeps its own share: it makes room at each
 * entry. Queues count bytes. With `libcachesim` an object larger than the small queue is refused, and one exactly as large
 * makes room without entering.
 */
export const qdlp = definePolicy({
  name: 'qdlp',
  title: 'Quick demotion, lazy promotion (FIFO before a CLOCK)',
  source:
    'J. Yang et al.: FIFO can be better than LRU: the power of lazy promotion and quick demotion, HotOS 2023, section 4',
  params,
  create: (context, given) => new Qdlp(context.capacityBytes, given),
})

const small = 0
const main = 1

class Qdlp implements Policy {
  /** Main must shrink for an object on its way there, or room be made for one that is then refused. */
  overdue = false
  readonly #params: Params
  readonly #capacityBytes: number
  readonly #smallLimit: number
  readonly #mainLimit: number
  readonly #ghostLimit: number
  readonly #most: number
  readonly #queues = new SlotLists(2)
  readonly #ghosts = new Ghosts()
  readonly #bytesIn = new Float64Array(2)
  #queueOf = new Uint8Array(64)
  #hitsOf = new Uint8Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  #comesBack = false
  #isRefused = false
  /** The object of small for which main is making room; negative when there is none. */
  #moving: Slot = newcomer

  constructor(capacityBytes: number, given: Params) {
    const least = given.libcachesim ? 0 : 1
    this.#params = given
    this.#capacityBytes = capacityBytes
    this.#smallLimit = Math.max(least, Math.floor(capacityBytes * given.small))
    this.#mainLimit = capacityBytes - this.#smallLimit
    this.#ghostLimit = Math.max(least, Math.floor(capacityBytes * given.ghost))
    this.#most = 2 ** given.bits - 1
  }

  hit(slot: Slot): void {
    this.overdue = false
    const most = this.#queueOf[slot] === main ? this.#most : this.#params.threshold
    if (this.#hitsOf[slot]! < most) this.#hitsOf[slot]!++
  }

  admit(id: ObjectId, bytes: number): boolean {
    const strict = this.#params.libcachesim
    this.#comesBack = this.#ghosts.forget(id)
    this.#isRefused = strict && !this.#comesBack && bytes === this.#smallLimit
    if (strict && bytes > this.#smallLimit) return false
    this.overdue = this.#isRefused || this.#mustShrinkMain(bytes)
    return true
  }

  evict(_id: ObjectId, bytes: number): Slot {
    const slot = this.#choose(bytes)
    this.overdue = slot !== newcomer && (this.#moving >= 0 || this.#isRefused || this.#mustShrinkMain(bytes))
    return slot
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    this.#hitsOf[slot] = 0
    this.#enter(slot, this.#comesBack ? main : small)
  }

  remove(slot: Slot): void {
    this.#leave(slot)
  }

  metadataBytes(): number {
    return this.#queues.bytes + this.#ghosts.metadataBytes + this.#queueOf.length * (1 + 1 + 4 + 8)
  }

  #choose(bytes: number): Slot {
    if (this.#moving >= 0) return this.#evictMainFor(this.#moving)
    if (this.#bytesIn[small]! + this.#bytesIn[main]! + bytes <= this.#capacityBytes)
      return this.#isRefused ? newcomer : this.#evictMain()
    for (;;) {
      const slot = this.#queues.tail(small)
      if (slot < 0) return this.#evictMain()
      if (this.#hitsOf[slot]! < this.#params.threshold) {
        this.#leave(slot)
        this.#ghosts.addWithin(this.#ghostLimit, this.#idOf[slot]!, this.#bytesOf[slot]!)
        return slot
      }
      if (this.#mainIsFull(this.#bytesOf[slot]!)) return this.#evictMainFor(slot)
      this.#promote(slot)
    }
  }

  /** Takes one out of main for an object of small, which then moves, or waits for the next one to leave. */
  #evictMainFor(slot: Slot): Slot {
    const leaving = this.#evictMain()
    this.#moving = this.#mainIsFull(this.#bytesOf[slot]!) ? slot : newcomer
    if (this.#moving < 0) this.#promote(slot)
    return leaving
  }

  #evictMain(): Slot {
    const queues = this.#queues
    const hitsOf = this.#hitsOf
    let slot = queues.tail(main)
    while (hitsOf[slot]! > 0) {
      hitsOf[slot]!--
      queues.moveToHead(slot, main)
      slot = queues.tail(main)
    }
    this.#leave(slot)
    return slot
  }

  #promote(slot: Slot): void {
    this.#leave(slot)
    this.#hitsOf[slot] = 0
    this.#enter(slot, main)
  }

  #mustShrinkMain(bytes: number): boolean {
    return this.#comesBack && this.#mainIsFull(bytes)
  }

  #mainIsFull(bytes: number): boolean {
    return this.#bytesIn[main]! + bytes > this.#mainLimit && !this.#queues.isEmpty(main)
  }

  #enter(slot: Slot, queue: number): void {
    this.#queueOf[slot] = queue
    this.#bytesIn[queue]! += this.#bytesOf[slot]!
    this.#queues.pushHead(slot, queue)
  }

  #leave(slot: Slot): void {
    this.#bytesIn[this.#queueOf[slot]!]! -= this.#bytesOf[slot]!
    this.#queues.unlink(slot)
  }

  #grow(rows: number): void {
    this.#queueOf = grownUint8(this.#queueOf, rows)
    this.#hitsOf = grownUint8(this.#hitsOf, rows)
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
