import { z } from 'zod'
import { definePolicy, type Policy, type Slot } from '../cache/policy.ts'
import { grownInt32 } from '../lib/columns.ts'
import { absent, IdMap } from '../lib/id-map.ts'
import { SlotLists } from '../lib/slot-list.ts'

/**
 * Least frequently used: an object counts its requests while it is held, and the smallest count leaves; among equal counts the one
 * that reached it first. All objects stand in one queue in order of leaving, and a map knows the last of each count, so every
 * verb costs a constant.
 */
export const lfu = definePolicy({
  name: 'lfu',
  title: 'Least frequently used',
  source:
    'A. V. Aho, P. J. Denning, J. D. Ullman: Principles of optimal page replacement, JACM 1971 (A0, in-cache counts)',
  params: z.strictObject({}),
  create: () => new Lfu(),
})

/** The policy itself; LeCaR asks it for its opinion. */
export class Lfu implements Policy {
  readonly overdue = false
  /** The next to leave is the head. */
  readonly #queue = new SlotLists()
  /** Count to the slot that reached it last. */
  readonly #lastOf = new IdMap()
  #countOf = new Int32Array(64)

  hit(slot: Slot): void {
    const queue = this.#queue
    const count = this.#countOf[slot]!
    const lastOfNext = this.#lastOf.get(count + 1)
    const lastOfOld = this.#lastOf.get(count)
    this.#forget(slot)
    if (lastOfNext !== absent || lastOfOld !== slot) {
      queue.unlink(slot)
      queue.insertBehind(slot, lastOfNext !== absent ? lastOfNext : lastOfOld)
    }
    this.#countOf[slot] = count + 1
    this.#lastOf.set(count + 1, slot)
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const slot = this.victim()
    this.remove(slot)
    return slot
  }

  /** Who would leave next; negative when nobody is there. */
  victim(): Slot {
    return this.#queue.head()
  }

  insert(slot: Slot): void {
    if (slot >= this.#countOf.length) this.#countOf = grownInt32(this.#countOf, slot + 1)
    const last = this.#lastOf.get(1)
    if (last === absent) this.#queue.pushHead(slot)
    else this.#queue.insertBehind(slot, last)
    this.#countOf[slot] = 1
    this.#lastOf.set(1, slot)
  }

  remove(slot: Slot): void {
    this.#forget(slot)
    this.#queue.unlink(slot)
  }

  metadataBytes(): number {
    return this.#queue.bytes + this.#lastOf.bytes + this.#countOf.byteLength
  }

  /** Takes a slot that is still in the queue out of its count. */
  #forget(slot: Slot): void {
    const count = this.#countOf[slot]!
    if (this.#lastOf.get(count) !== slot) return
    const before = this.#queue.towardsHead(slot)
    if (before >= 0 && this.#countOf[before] === count) this.#lastOf.set(count, before)
    else this.#lastOf.delete(count)
  }
}
