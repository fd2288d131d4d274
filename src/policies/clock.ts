import { z } from 'zod'
import { definePolicy, type Policy, type Slot } from '../cache/policy.ts'
import { grownUint8 } from '../lib/columns.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  bits: z.int().min(1).max(8).default(1).describe('Bits of the counter of hits; it stops at 2^bits - 1'),
})

/**
 * CLOCK, also known as second chance and FIFO-reinsertion: a hit counts up to 2^bits - 1; at the tail an object with a count of
 * 0 leaves, any other pays one and goes back to the head.
 */
export const clock = definePolicy({
  name: 'clock',
  title: 'CLOCK, second chance',
  source:
    'F. J. Corbato: A paging experiment with the Multics system, MIT Project MAC 1968; n bits as generalised CLOCK',
  params,
  create: (_, { bits }) => new Clock(bits),
})

class Clock implements Policy {
  readonly overdue = false
  readonly #most: number
  readonly #queue = new SlotLists()
  #countOf = new Uint8Array(64)

  constructor(bits: number) {
    this.#most = 2 ** bits - 1
  }

  hit(slot: Slot): void {
    if (this.#countOf[slot]! < this.#most) this.#countOf[slot]!++
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const queue = this.#queue
    const countOf = this.#countOf
    let slot = queue.tail()
    while (countOf[slot]! > 0) {
      countOf[slot]!--
      queue.moveToHead(slot)
      slot = queue.tail()
    }
    queue.unlink(slot)
    return slot
  }

  insert(slot: Slot): void {
    if (slot >= this.#countOf.length) this.#countOf = grownUint8(this.#countOf, slot + 1)
    this.#countOf[slot] = 0
    this.#queue.pushHead(slot)
  }

  remove(slot: Slot): void {
    this.#queue.unlink(slot)
  }

  metadataBytes(): number {
    return this.#queue.bytes + this.#countOf.byteLength
  }
}
