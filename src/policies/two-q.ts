import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { Ghosts } from '../lib/ghosts.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  in: z.number().gt(0).lt(1).default(0.25).describe('Share of the capacity for A1in'),
  out: z
    .number()
    .gt(0)
    .max(10)
    .default(0.5)
    .describe('Bytes of the objects that A1out remembers, as a share of the capacity'),
  libcachesim: z.boolean().default(false).describe('Refuse objects larger than A1in, as libCacheSim'),
})
type Params = z.infer<typeof params>

/**
 * 2Q, full version: newcomers wait in the FIFO A1in, where a hit moves nothing; those that leave it are remembered in A1out, and one
 * that comes back from there lives in the LRU Am. A1in gives room while it is over its share, else Am. Am keeps its own share
 * too, also while A1in leaves room. Queues count bytes; shares are at least one byte or object.
 */
export const twoQ = definePolicy({
  name: 'two-q',
  title: '2Q',
  source:
    'T. Johnson, D. Shasha: 2Q: a low overhead high performance buffer management replacement algorithm, VLDB 1994, 2.2',
  params,
  create: (context, given) => new TwoQ(context.capacityBytes, given),
})

/** A1in of the paper. */
const incoming = 0
/** Am of the paper. */
const main = 1

class TwoQ implements Policy {
  /** Am must shrink for an object that comes back to it. */
  overdue = false
  readonly #inLimit: number
  readonly #outLimit: number
  readonly #mainLimit: number
  readonly #strict: boolean
  readonly #queues = new SlotLists(2)
  readonly #out = new Ghosts()
  readonly #bytesIn = new Float64Array(2)
  #queueOf = new Uint8Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  #comesBack = false

  constructor(capacityBytes: number, given: Params) {
    const least = given.libcachesim ? 0 : 1
    this.#inLimit = Math.max(least, Math.floor(capacityBytes * given.in))
    this.#outLimit = Math.max(least, Math.floor(capacityBytes * given.out))
    this.#mainLimit = capacityBytes - this.#inLimit
    this.#strict = given.libcachesim
  }

  hit(slot: Slot): void {
    this.overdue = false
    if (this.#queueOf[slot] === main) this.#queues.moveToHead(slot, main)
  }

  admit(id: ObjectId, bytes: number): boolean {
    this.#comesBack = this.#out.forget(id)
    if (this.#strict && bytes > this.#inLimit) return false
    this.overdue = this.#mainIsOver(bytes)
    return true
  }

  evict(_id: ObjectId, bytes: number): Slot {
    const fromIn = this.#bytesIn[incoming]! > this.#inLimit || this.#queues.isEmpty(main)
    const slot = this.#queues.tail(fromIn ? incoming : main)
    this.#leave(slot)
    if (fromIn) this.#out.addWithin(this.#outLimit, this.#idOf[slot]!, this.#bytesOf[slot]!)
    this.overdue = this.#mainIsOver(bytes)
    return slot
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    this.#enter(slot, this.#comesBack ? main : incoming)
  }

  remove(slot: Slot): void {
    this.#leave(slot)
  }

  metadataBytes(): number {
    return this.#queues.bytes + this.#out.metadataBytes + this.#queueOf.length * (1 + 4 + 8)
  }

  #mainIsOver(incomingBytes: number): boolean {
    return this.#comesBack && this.#bytesIn[main]! + incomingBytes > this.#mainLimit && !this.#queues.isEmpty(main)
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
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
