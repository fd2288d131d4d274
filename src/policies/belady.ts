import { z } from 'zod'
import { definePolicy, type Future, type Policy, type Slot } from '../cache/policy.ts'
import { SlotHeap } from '../lib/heap.ts'

/**
 * Belady's MIN: the object whose next request is farthest away leaves; no policy misses less where all objects have the same size.
 * It never refuses the newcomer. Among objects never asked for again the one asked for longest ago leaves.
 */
export const belady = definePolicy({
  name: 'belady',
  title: "Belady's MIN",
  source: 'L. A. Belady: A study of replacement algorithms for a virtual-storage computer, IBM Systems Journal 1966',
  params: z.strictObject({}),
  needsFuture: true,
  create: context => new Belady(context.future),
})

class Belady implements Policy {
  readonly overdue = false
  readonly #future: Future
  readonly #heap = new SlotHeap()
  #ticks = 0

  constructor(future: Future) {
    this.#future = future
  }

  hit(slot: Slot): void {
    this.#heap.change(slot, -this.#future.nextUse, ++this.#ticks)
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const slot = this.#heap.top()
    this.#heap.remove(slot)
    return slot
  }

  insert(slot: Slot): void {
    this.#heap.push(slot, -this.#future.nextUse, ++this.#ticks)
  }

  remove(slot: Slot): void {
    this.#heap.remove(slot)
  }

  metadataBytes(): number {
    return this.#heap.bytes
  }
}
