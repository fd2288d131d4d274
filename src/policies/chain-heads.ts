import type { ObjectId, Slot } from '../cache/policy.ts'
import { grownInt32 } from '../lib/columns.ts'
import { mix32, type Random } from '../lib/random.ts'
import { SlotBag } from '../lib/slot-bag.ts'

const firstBuckets = 4096
const nobody = -1

/**
 * Draws a resident as the hash table of libCacheSim does: the newest of a bucket drawn at random, so that older objects of the same
 * bucket are out of reach. The table starts with 4096 buckets and doubles when there are more objects than buckets.
 */
export class ChainHeads {
  readonly #reachable = new SlotBag()
  #heads = new Int32Array(firstBuckets).fill(nobody)
  #idOf = new Int32Array(64)
  #olderOf = new Int32Array(64)
  #size = 0

  get bytes(): number {
    return this.#reachable.bytes + this.#heads.byteLength + this.#idOf.length * 8
  }

  add(slot: Slot, id: ObjectId): void {
    if (this.#size > this.#heads.length) this.#expand()
    if (slot >= this.#idOf.length) {
      this.#idOf = grownInt32(this.#idOf, slot + 1)
      this.#olderOf = grownInt32(this.#olderOf, slot + 1)
    }
    this.#idOf[slot] = id
    this.#size++
    this.#chain(slot)
  }

  remove(slot: Slot): void {
    this.#size--
    const bucket = this.#bucketOf(slot)
    const older = this.#olderOf[slot]!
    let before = this.#heads[bucket]!
    if (before === slot) {
      this.#reachable.remove(slot)
      this.#heads[bucket] = older
      if (older !== nobody) this.#reachable.add(older)
      return
    }
    while (this.#olderOf[before] !== slot) before = this.#olderOf[before]!
    this.#olderOf[before] = older
  }

  draw(random: Random): Slot {
    return this.#reachable.draw(random)
  }

  #bucketOf(slot: Slot): number {
    return mix32(this.#idOf[slot]!) & (this.#heads.length - 1)
  }

  #chain(slot: Slot): void {
    const bucket = this.#bucketOf(slot)
    const head = this.#heads[bucket]!
    if (head !== nobody) this.#reachable.remove(head)
    this.#olderOf[slot] = head
    this.#heads[bucket] = slot
    this.#reachable.add(slot)
  }

  #expand(): void {
    const old = this.#heads
    this.#heads = new Int32Array(old.length * 2).fill(nobody)
    for (const head of old) {
      if (head !== nobody) this.#reachable.remove(head)
      for (let slot = head; slot !== nobody; ) {
        const older = this.#olderOf[slot]!
        this.#chain(slot)
        slot = older
      }
    }
  }
}
