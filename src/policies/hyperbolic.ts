import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64 } from '../lib/columns.ts'
import type { Random } from '../lib/random.ts'
import { SlotBag } from '../lib/slot-bag.ts'
import { ChainHeads } from './chain-heads.ts'

const params = z.strictObject({
  sample: z.int().min(1).max(1024).default(64).describe('Residents drawn for a choice'),
  sized: z.boolean().default(false).describe('Divide the priority by the size (section 3.2 of the paper)'),
  libcachesim: z.boolean().default(false).describe('Draw only the newest of each hash bucket, as libCacheSim'),
})
type Params = z.infer<typeof params>

/**
 * Hyperbolic caching: the priority of an object is its requests since it entered over the time since it entered, in requests to
 * the shelf; of some residents drawn at random the one with the lowest leaves.
 */
export const hyperbolic = definePolicy({
  name: 'hyperbolic',
  title: 'Hyperbolic caching',
  source:
    'A. Blankstein, S. Sen, M. J. Freedman: Hyperbolic caching: flexible caching for web applications, ATC 2017, section 3',
  params,
  create: (context, given) => new Hyperbolic(context.random, given),
})

class Hyperbolic implements Policy {
  readonly overdue = false
  readonly #random: Random
  readonly #sample: number
  readonly #sized: boolean
  readonly #bag: SlotBag | ChainHeads
  #countOf = new Float64Array(64)
  #enteredAt = new Float64Array(64)
  #bytesOf = new Float64Array(64)
  #now = 0

  constructor(random: Random, { sample, sized, libcachesim }: Params) {
    this.#random = random
    this.#sample = sample
    this.#sized = sized
    this.#bag = libcachesim ? new ChainHeads() : new SlotBag()
  }

  hit(slot: Slot): void {
    this.#now++
    this.#countOf[slot]!++
  }

  admit(): boolean {
    this.#now++
    return true
  }

  evict(): Slot {
    let lowest = Number.POSITIVE_INFINITY
    let choice: Slot = -1
    for (let draw = 0; draw < this.#sample; draw++) {
      const slot = this.#bag.draw(this.#random)
      const age = this.#now - this.#enteredAt[slot]!
      const rate = this.#countOf[slot]! / age
      const priority = this.#sized ? rate / this.#bytesOf[slot]! : rate
      if (choice >= 0 && priority >= lowest) continue
      lowest = priority
      choice = slot
    }
    this.#bag.remove(choice)
    return choice
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#countOf[slot] = 1
    this.#enteredAt[slot] = this.#now
    this.#bytesOf[slot] = bytes
    this.#bag.add(slot, id)
  }

  remove(slot: Slot): void {
    this.#bag.remove(slot)
  }

  metadataBytes(): number {
    return this.#bag.bytes + this.#bytesOf.length * (8 + 8 + 8)
  }

  #grow(rows: number): void {
    this.#countOf = grownFloat64(this.#countOf, rows)
    this.#enteredAt = grownFloat64(this.#enteredAt, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
