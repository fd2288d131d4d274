import { z } from 'zod'
import { definePolicy, newcomer, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64 } from '../lib/columns.ts'
import { SlotHeap } from '../lib/heap.ts'

/** Scales the value of a byte, so that priorities stay far from the smallest doubles. It is part of the published counts. */
const scale = 1e6

/**
 * Greedy-Dual Size Frequency: the priority of an object is L + requests x 10^6 / bytes, and L is the priority of the last one that
 * left; the smallest leaves, among equal ones the one asked for longest ago. Small and popular objects stay. As in the paper the
 * newcomer competes: it may be the one to leave, after others have left for it.
 */
export const gdsf = definePolicy({
  name: 'gdsf',
  title: 'Greedy-Dual Size Frequency',
  source: 'L. Cherkasova: Improving WWW proxies performance with Greedy-Dual-Size-Frequency caching policy, HPL-98-69',
  params: z.strictObject({}),
  create: () => new Gdsf(),
})

class Gdsf implements Policy {
  readonly overdue = false
  readonly #heap = new SlotHeap()
  #countOf = new Float64Array(64)
  #bytesOf = new Float64Array(64)
  /** L of the paper. */
  #inflation = 0
  #newcomerKey = 0
  #ticks = 0

  hit(slot: Slot): void {
    const count = ++this.#countOf[slot]!
    this.#heap.change(slot, this.#inflation + (count * scale) / this.#bytesOf[slot]!, ++this.#ticks)
  }

  admit(_id: ObjectId, bytes: number): boolean {
    this.#newcomerKey = this.#inflation + scale / bytes
    return true
  }

  evict(): Slot {
    const slot = this.#heap.top()
    if (this.#heap.size === 0 || this.#newcomerKey < this.#heap.keyOf(slot)) {
      this.#inflation = this.#newcomerKey
      return newcomer
    }
    this.#inflation = this.#heap.keyOf(slot)
    this.#heap.remove(slot)
    return slot
  }

  insert(slot: Slot, _id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#countOf[slot] = 1
    this.#bytesOf[slot] = bytes
    this.#heap.push(slot, this.#newcomerKey, ++this.#ticks)
  }

  remove(slot: Slot): void {
    this.#heap.remove(slot)
  }

  metadataBytes(): number {
    return this.#heap.bytes + this.#bytesOf.length * (8 + 8)
  }

  #grow(rows: number): void {
    this.#countOf = grownFloat64(this.#countOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
