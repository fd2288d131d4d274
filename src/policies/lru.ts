import { z } from 'zod'
import { definePolicy, type Policy, type Slot } from '../cache/policy.ts'
import { SlotLists } from '../lib/slot-list.ts'

/** Least recently used: a hit moves an object to the head, the tail leaves. */
export const lru = definePolicy({
  name: 'lru',
  title: 'Least recently used',
  source: 'R. L. Mattson et al.: Evaluation techniques for storage hierarchies, IBM Systems Journal 1970',
  params: z.strictObject({}),
  create: () => new Lru(),
})

class Lru implements Policy {
  readonly overdue = false
  readonly #queue = new SlotLists()

  hit(slot: Slot): void {
    this.#queue.moveToHead(slot)
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const slot = this.#queue.tail()
    this.#queue.unlink(slot)
    return slot
  }

  insert(slot: Slot): void {
    this.#queue.pushHead(slot)
  }

  remove(slot: Slot): void {
    this.#queue.unlink(slot)
  }

  metadataBytes(): number {
    return this.#queue.bytes
  }
}
