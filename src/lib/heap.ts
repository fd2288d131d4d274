import { grownFloat64, grownInt32 } from './columns.ts'

const children = 4
const out = -1

/**
 * A heap of slots: the smallest key is on top, and of equal keys the smaller tie. Keys can change in place. Four children a node
 * make it half as deep as a binary heap, with the children side by side. Top costs a constant, the others a logarithm.
 */
export class SlotHeap {
  #slots = new Int32Array(64)
  #size = 0
  /** By slot: its place in `#slots`, or `out`. */
  #placeOf = new Int32Array(64).fill(out)
  #keyOf = new Float64Array(64)
  #tieOf = new Float64Array(64)

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#placeOf.length * (4 + 8 + 8)
  }

  /** The slot with the smallest key; there must be one. */
  top(): number {
    return this.#slots[0]!
  }

  has(slot: number): boolean {
    return slot < this.#placeOf.length && this.#placeOf[slot] !== out
  }

  keyOf(slot: number): number {
    return this.#keyOf[slot]!
  }

  /** Adds a slot that is not in the heap. */
  push(slot: number, key: number, tie: number): void {
    if (slot >= this.#placeOf.length) this.#growSlots(slot + 1)
    if (this.#size === this.#slots.length) this.#slots = grownInt32(this.#slots, this.#size + 1)
    this.#keyOf[slot] = key
    this.#tieOf[slot] = tie
    this.#rise(slot, this.#size++)
  }

  /** Gives a slot of the heap another key and tie. */
  change(slot: number, key: number, tie: number): void {
    const place = this.#placeOf[slot]!
    this.#keyOf[slot] = key
    this.#tieOf[slot] = tie
    this.#rise(slot, place)
    if (this.#placeOf[slot] === place) this.#sink(slot, place)
  }

  /** Takes a slot out of the heap. */
  remove(slot: number): void {
    const place = this.#placeOf[slot]!
    const last = this.#slots[--this.#size]!
    this.#placeOf[slot] = out
    if (last === slot) return
    this.#rise(last, place)
    if (this.#placeOf[last] === place) this.#sink(last, place)
  }

  #rise(slot: number, from: number): void {
    const slots = this.#slots
    const placeOf = this.#placeOf
    const keyOf = this.#keyOf
    const tieOf = this.#tieOf
    const key = keyOf[slot]!
    const tie = tieOf[slot]!
    let place = from
    while (place > 0) {
      const above = Math.floor((place - 1) / children)
      const parent = slots[above]!
      const parentKey = keyOf[parent]!
      if (parentKey < key || (parentKey === key && tieOf[parent]! <= tie)) break
      slots[place] = parent
      placeOf[parent] = place
      place = above
    }
    slots[place] = slot
    placeOf[slot] = place
  }

  #sink(slot: number, from: number): void {
    const slots = this.#slots
    const placeOf = this.#placeOf
    const keyOf = this.#keyOf
    const tieOf = this.#tieOf
    const size = this.#size
    const key = keyOf[slot]!
    const tie = tieOf[slot]!
    let place = from
    for (;;) {
      const first = place * children + 1
      const end = Math.min(first + children, size)
      let least = slot
      let leastKey = key
      let leastTie = tie
      let below = place
      for (let child = first; child < end; child++) {
        const candidate = slots[child]!
        const candidateKey = keyOf[candidate]!
        if (candidateKey > leastKey) continue
        const candidateTie = tieOf[candidate]!
        if (candidateKey === leastKey && candidateTie >= leastTie) continue
        least = candidate
        leastKey = candidateKey
        leastTie = candidateTie
        below = child
      }
      if (below === place) break
      slots[place] = least
      placeOf[least] = place
      place = below
    }
    slots[place] = slot
    placeOf[slot] = place
  }

  #growSlots(rows: number): void {
    this.#placeOf = grownInt32(this.#placeOf, rows, out)
    this.#keyOf = grownFloat64(this.#keyOf, rows)
    this.#tieOf = grownFloat64(this.#tieOf, rows)
  }
}
