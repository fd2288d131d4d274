import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { Ghosts } from '../lib/ghosts.ts'
import { absent } from '../lib/id-map.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  libcachesim: z.boolean().default(false).describe('Whole steps of p, and ghosts of T2 without limit, as libCacheSim'),
})

/** T1 and its ghosts B1: seen once lately. */
const once = 0
/** T2 and its ghosts B2: seen twice or more. */
const often = 1

/**
 * CAR: ARC with two clocks in place of its LRU lists, so that a hit only sets a bit. The hand of T1 moves objects with the bit set to
 * T2 and lets the first without leave; the hand of T2 clears bits. Ghost hits move the target p of T1. All lists count bytes.
 * `libcachesim`: p moves by whole ratios, only B1 is limited, on ghost hits as well, and a ghost hit that is then refused
 * makes the next newcomer enter T2.
 */
export const car = definePolicy({
  name: 'car',
  title: 'Clock with adaptive replacement',
  source: 'S. Bansal, D. S. Modha: CAR: clock with adaptive replacement, FAST 2004, figure 2',
  params,
  create: (context, { libcachesim }) => new Car(context.capacityBytes, libcachesim),
})

class Car implements Policy {
  readonly overdue = false
  readonly #capacityBytes: number
  readonly #compatible: boolean
  /** The hand stands at the tail of each list. */
  readonly #clocks = new SlotLists(2)
  readonly #ghosts = new Ghosts(2)
  readonly #bytesIn = new Float64Array(2)
  #listOf = new Uint8Array(64)
  #referenced = new Uint8Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  /** The paper's p: bytes that T1 should have. */
  #target = 0
  #comesBack = false

  constructor(capacityBytes: number, libcachesim: boolean) {
    this.#capacityBytes = capacityBytes
    this.#compatible = libcachesim
  }

  hit(slot: Slot): void {
    this.#referenced[slot] = 1
  }

  admit(id: ObjectId): boolean {
    const ghosts = this.#ghosts
    const list = ghosts.queueOf(id)
    if (list === absent) {
      if (!this.#compatible) this.#comesBack = false
      return true
    }
    this.#comesBack = true
    const ratio = ghosts.bytes(1 - list) / Math.max(ghosts.bytes(list), 1)
    const step = Math.max(1, this.#compatible ? Math.trunc(ratio) : ratio)
    this.#target = list === once ? Math.min(this.#target + step, this.#capacityBytes) : Math.max(this.#target - step, 0)
    ghosts.forget(id)
    return true
  }

  evict(_id: ObjectId, bytes: number): Slot {
    const slot = this.#replace()
    if (this.#comesBack && !this.#compatible) return slot
    const ghosts = this.#ghosts
    const seenOnce = this.#bytesIn[once]! + ghosts.bytes(once)
    if (seenOnce >= this.#capacityBytes) ghosts.dropOldest(once)
    else if (!this.#compatible) {
      const known = seenOnce + this.#bytesIn[often]! + ghosts.bytes(often) + bytes
      if (known > 2 * this.#capacityBytes) ghosts.dropOldest(often)
    }
    return slot
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    this.#referenced[slot] = 0
    this.#enter(slot, this.#comesBack ? often : once)
    this.#comesBack = false
  }

  remove(slot: Slot): void {
    this.#leave(slot)
  }

  metadataBytes(): number {
    return this.#clocks.bytes + this.#ghosts.metadataBytes + this.#listOf.length * (1 + 1 + 4 + 8)
  }

  /** replace() of the paper: turns the hands until one of them meets an object without the bit. */
  #replace(): Slot {
    for (;;) {
      const fromOnce = this.#bytesIn[once]! >= Math.max(1, this.#target) || this.#clocks.isEmpty(often)
      const list = fromOnce ? once : often
      const slot = this.#clocks.tail(list)
      this.#leave(slot)
      if (this.#referenced[slot] === 0) {
        this.#ghosts.add(this.#idOf[slot]!, this.#bytesOf[slot]!, list)
        return slot
      }
      this.#referenced[slot] = 0
      this.#enter(slot, often)
    }
  }

  #enter(slot: Slot, list: number): void {
    this.#listOf[slot] = list
    this.#bytesIn[list]! += this.#bytesOf[slot]!
    this.#clocks.pushHead(slot, list)
  }

  #leave(slot: Slot): void {
    this.#bytesIn[this.#listOf[slot]!]! -= this.#bytesOf[slot]!
    this.#clocks.unlink(slot)
  }

  #grow(rows: number): void {
    this.#listOf = grownUint8(this.#listOf, rows)
    this.#referenced = grownUint8(this.#referenced, rows)
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
