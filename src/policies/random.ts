import { z } from 'zod'
import { definePolicy, type Policy, type Slot } from '../cache/policy.ts'
import type { Random } from '../lib/random.ts'
import { SlotBag } from '../lib/slot-bag.ts'

/** Evicts any resident with the same chance: the policy that no pattern can be adverse to. */
export const random = definePolicy({
  name: 'random',
  title: 'Random',
  source:
    'L. A. Belady: A study of replacement algorithms for a virtual-storage computer, IBM Systems Journal 1966 (RAND)',
  params: z.strictObject({}),
  create: context => new RandomChoice(context.random),
})

class RandomChoice implements Policy {
  readonly overdue = false
  readonly #random: Random
  readonly #bag = new SlotBag()

  constructor(source: Random) {
    this.#random = source
  }

  hit(): void {}

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const slot = this.#bag.draw(this.#random)
    this.#bag.remove(slot)
    return slot
  }

  insert(slot: Slot): void {
    this.#bag.add(slot)
  }

  remove(slot: Slot): void {
    this.#bag.remove(slot)
  }

  metadataBytes(): number {
    return this.#bag.bytes
  }
}
