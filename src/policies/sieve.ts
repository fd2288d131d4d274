import { z } from 'zod'
import { definePolicy, type Policy, type Slot } from '../cache/policy.ts'
import { grownUint8 } from '../lib/columns.ts'
import { SlotLists } from '../lib/slot-list.ts'

/** The hand rests nowhere: the next sweep begins at the tail. */
const atTail: Slot = -1

/**
 * SIEVE: a queue in order of arrival in which a hit sets a bit. A hand sweeps from the tail towards the head, clears bits and
 * evicts the first object without one, and stays there: survivors keep their places and newcomers are sifted early.
 */
export const sieve = definePolicy({
  name: 'sieve',
  title: 'SIEVE',
  source: 'Y. Zhang et al.: SIEVE is simpler than LRU, NSDI 2024, algorithm 1',
  params: z.strictObject({}),
  create: () => new Sieve(),
})

class Sieve implements Policy {
  readonly overdue = false
  readonly #queue = new SlotLists()
  #visited = new Uint8Array(64)
  #hand: Slot = atTail

  hit(slot: Slot): void {
    this.#visited[slot] = 1
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const queue = this.#queue
    const visited = this.#visited
    let slot = this.#hand < 0 ? queue.tail() : this.#hand
    while (visited[slot] === 1) {
      visited[slot] = 0
      slot = queue.towardsHead(slot)
      if (slot < 0) slot = queue.tail()
    }
    this.#hand = queue.towardsHead(slot)
    queue.unlink(slot)
    return slot
  }

  insert(slot: Slot): void {
    if (slot >= this.#visited.length) this.#visited = grownUint8(this.#visited, slot + 1)
    this.#visited[slot] = 0
    this.#queue.pushHead(slot)
  }

  remove(slot: Slot): void {
    if (slot === this.#hand) this.#hand = this.#queue.towardsHead(slot)
    this.#queue.unlink(slot)
  }

  metadataBytes(): number {
    return this.#queue.bytes + this.#visited.byteLength
  }
}
