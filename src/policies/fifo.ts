import { z } from 'zod'
import { definePolicy, type Policy, type Slot } from '../cache/policy.ts'
import { SlotLists } from '../lib/slot-list.ts'

/** First in, first out: the order of arrival decides, and a hit changes nothing. */
export const fifo = definePolicy({
  name: 'fifo',
  title: 'First in, first out',
  source: 'L. A. Belady: A study of replacement algorithms for a virtual-storage computer, IBM Systems Journal 1966',
  params: z.strictObject({}),
  create: () => new Fifo(),
})

class Fifo implements Policy {
  readonly overdue = false
  readonly #queue = new SlotLists()

  hit(): void {}

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
