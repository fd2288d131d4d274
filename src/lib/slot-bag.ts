import { grownInt32 } from './columns.ts'
import type { Random } from './random.ts'

/** A set of slots from which one can be drawn at random, each with the same chance. Every verb costs a constant. */
export class SlotBag {
  #slots = new Int32Array(64)
  #placeOf = new Int32Array(64)
  #size = 0

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#placeOf.byteLength
  }

  /** Adds a slot that is not in the bag. */
  add(slot: number): void {
    if (slot >= this.#placeOf.length) this.#placeOf = grownInt32(this.#placeOf, slot + 1)
    if (this.#size === this.#slots.length) this.#slots = grownInt32(this.#slots, this.#size + 1)
    this.#slots[this.#size] = slot
    this.#placeOf[slot] = this.#size++
  }

  /** Takes a slot out of the bag. */
  remove(slot: number): void {
    const place = this.#placeOf[slot]!
    const last = this.#slots[--this.#size]!
    this.#slots[place] = last
    this.#placeOf[last] = place
  }

  /** One of the slots, which stays in the bag; there must be one. */
  draw(random: Random): number {
    return this.#slots[random.below(this.#size)]!
  }
}
