import { z } from 'zod'
import { definePolicy, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64 } from '../lib/columns.ts'
import { SlotHeap } from '../lib/heap.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  libcachesim: z.boolean().default(false).describe('Add the age at every hit, as libCacheSim does'),
})

/**
 * LFU with dynamic aging: the key of an object is its count of requests plus the cache's age, which is the key of the last object
 * that left; the smallest key leaves, among equal keys the one that reached it first. So what was popular once does not stay
 * for ever. `libcachesim` is another rule with the same name, see `LfudaOfLibCacheSim`.
 */
export const lfuda = definePolicy({
  name: 'lfuda',
  title: 'LFU with dynamic aging',
  source: 'M. Arlitt et al.: Evaluating content management techniques for web proxy caches, WISP 1999',
  params,
  create: (_, { libcachesim }) => (libcachesim ? new LfudaOfLibCacheSim() : new Lfuda()),
})

class Lfuda implements Policy {
  readonly overdue = false
  readonly #heap = new SlotHeap()
  #countOf = new Float64Array(64)
  #age = 0
  #ticks = 0

  hit(slot: Slot): void {
    this.#heap.change(slot, this.#age + ++this.#countOf[slot]!, ++this.#ticks)
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const slot = this.#heap.top()
    this.#age = this.#heap.keyOf(slot)
    this.#heap.remove(slot)
    return slot
  }

  insert(slot: Slot): void {
    if (slot >= this.#countOf.length) this.#countOf = grownFloat64(this.#countOf, slot + 1)
    this.#countOf[slot] = 1
    this.#heap.push(slot, this.#age + 1, ++this.#ticks)
  }

  remove(slot: Slot): void {
    this.#heap.remove(slot)
  }

  metadataBytes(): number {
    return this.#heap.bytes + this.#countOf.byteLength
  }
}

/**
 * The variant of libCacheSim: an object starts at age + 1 and a hit adds the age, which is 0 until the first eviction. The age is
 * the smallest key in use, and it only rises. When the last object with that key is hit, the age moves to the next key in use
 * before the object takes its new key; should that be below the age, the object is out of the race until it is hit again.
 * Where that program ends with an error, because nobody is left in the race, those out of it leave, the oldest first.
 */
class LfudaOfLibCacheSim implements Policy {
  readonly overdue = false
  readonly #heap = new SlotHeap()
  readonly #outOfRace = new SlotLists()
  #keyOf = new Float64Array(64)
  #age = 0
  #ticks = 0

  hit(slot: Slot): void {
    const oldKey = this.#keyOf[slot]!
    const key = oldKey + this.#age
    this.remove(slot)
    this.#keyOf[slot] = key
    if (oldKey === this.#age && this.#heap.size > 0) this.#age = Math.max(this.#age, this.#heap.keyOf(this.#heap.top()))
    if (key < this.#age) this.#outOfRace.pushHead(slot)
    else this.#heap.push(slot, key, ++this.#ticks)
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const heap = this.#heap
    if (heap.size === 0) {
      const slot = this.#outOfRace.tail()
      this.#outOfRace.unlink(slot)
      return slot
    }
    const slot = heap.top()
    this.#age = heap.keyOf(slot)
    heap.remove(slot)
    if (heap.size > 0) this.#age = heap.keyOf(heap.top())
    return slot
  }

  insert(slot: Slot): void {
    if (slot >= this.#keyOf.length) this.#keyOf = grownFloat64(this.#keyOf, slot + 1)
    this.#keyOf[slot] = this.#age + 1
    this.#heap.push(slot, this.#age + 1, ++this.#ticks)
  }

  remove(slot: Slot): void {
    if (this.#heap.has(slot)) this.#heap.remove(slot)
    else this.#outOfRace.unlink(slot)
  }

  metadataBytes(): number {
    return this.#heap.bytes + this.#outOfRace.bytes + this.#keyOf.byteLength
  }
}
