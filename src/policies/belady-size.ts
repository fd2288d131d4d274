import { z } from 'zod'
import {
  definePolicy,
  type Future,
  type ObjectId,
  type Policy,
  type PolicyContext,
  type Slot,
} from '../cache/policy.ts'
import { grownFloat64 } from '../lib/columns.ts'
import type { Random } from '../lib/random.ts'
import { SlotBag } from '../lib/slot-bag.ts'

const params = z.strictObject({
  sample: z.int().min(1).max(65_536).default(128).describe('Residents drawn for a choice'),
})

/**
 * Belady with sizes: of some residents drawn at random the one with the largest product of bytes and time to its next request
 * leaves; what is never asked for again does not enter, and leaves at its last hit. A heuristic, since the optimum with sizes
 * is NP-hard: more objects hit than with Belady's own rule, but it is no bound.
 */
export const beladySize = definePolicy({
  name: 'belady-size',
  title: 'Belady with sizes',
  source:
    'BeladySize of libCacheSim; compare D. S. Berger et al.: Practical bounds on optimal caching with variable object sizes, POMACS 2018',
  params,
  needsFuture: true,
  create: (context, { sample }) => new BeladySize(context, sample),
})

class BeladySize implements Policy {
  readonly #future: Future
  readonly #random: Random
  readonly #sample: number
  readonly #bag = new SlotBag()
  #nextUseOf = new Float64Array(64)
  #bytesOf = new Float64Array(64)
  /** Index of the current request: counted at a miss, known at a hit, since that is what was foretold. */
  #now = -1
  /** The resident that was just asked for for the last time. */
  #lastUse: Slot = -1

  constructor({ future, random }: PolicyContext, sample: number) {
    this.#future = future
    this.#random = random
    this.#sample = sample
  }

  get overdue(): boolean {
    return this.#lastUse >= 0
  }

  hit(slot: Slot): void {
    this.#now = this.#nextUseOf[slot]!
    this.#nextUseOf[slot] = this.#future.nextUse
    if (this.#future.nextUse === Number.POSITIVE_INFINITY) this.#lastUse = slot
  }

  admit(): boolean {
    this.#now++
    return this.#future.nextUse !== Number.POSITIVE_INFINITY
  }

  evict(): Slot {
    const slot = this.#lastUse >= 0 ? this.#lastUse : this.#farthest()
    this.#lastUse = -1
    this.#bag.remove(slot)
    return slot
  }

  insert(slot: Slot, _id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#nextUseOf[slot] = this.#future.nextUse
    this.#bytesOf[slot] = bytes
    this.#bag.add(slot)
  }

  remove(slot: Slot): void {
    this.#bag.remove(slot)
  }

  metadataBytes(): number {
    return this.#bag.bytes + this.#bytesOf.length * (8 + 8)
  }

  #farthest(): Slot {
    let most = -1
    let choice = this.#bag.draw(this.#random)
    for (let draw = 0; draw < this.#sample; draw++) {
      const slot = this.#bag.draw(this.#random)
      const cost = this.#bytesOf[slot]! * (this.#nextUseOf[slot]! - this.#now)
      if (cost <= most) continue
      most = cost
      choice = slot
    }
    return choice
  }

  #grow(rows: number): void {
    this.#nextUseOf = grownFloat64(this.#nextUseOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
