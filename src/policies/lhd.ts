import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type PolicyContext, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import type { Random } from '../lib/random.ts'
import { SlotBag } from '../lib/slot-bag.ts'
import { HitDensities, oldestAge } from './lhd-densities.ts'

const params = z.strictObject({
  sample: z.int().min(1).max(1024).default(32).describe('Residents drawn for a choice, once the densities are learnt'),
  reconfigureEvery: z
    .int()
    .min(1000)
    .default(2 ** 20)
    .describe('Requests between two computations of the densities'),
})
type Params = z.infer<typeof params>

/** Residents drawn while the densities are still rough. */
const earlySample = 8
/** Computations of the densities after which the learning phase is over. */
const learningRounds = 50
/** One in so many objects stays for the sake of learning, within a hundredth of the room, during the learning phase. */
const explorerOdds = 32
const explorerShare = 0.01
/** A bonus in density that nobody else reaches. */
const explorerBonus = 1
/** Newcomers that looked like victims when they entered are examined at each choice, since the shelf takes everything in. */
const suspects = 8

/**
 * LHD: the object with the least hit density leaves: the hits that objects of its class and age may expect, per byte and time they will
 * hold. Classes are made of the ages at the last two hits. Densities are computed anew after each 2^20 requests; before the
 * first time they fall with the age. Some residents drawn at random and the last suspects compete.
 */
export const lhd = definePolicy({
  name: 'lhd',
  title: 'Least hit density',
  source:
    'N. Beckmann, H. Chen, A. Cidon: LHD: improving cache hit rate by maximizing hit density, NSDI 2018, sections 4 and 5',
  params,
  create: (context, given) => new Lhd(context, given),
})

class Lhd implements Policy {
  readonly overdue = false
  readonly #random: Random
  readonly #params: Params
  readonly #densities = new HitDensities()
  readonly #bag = new SlotBag()
  readonly #suspects = new Int32Array(suspects).fill(-1)
  #suspectsSeen = 0
  #suspectIdOf = new Int32Array(suspects)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  #askedAt = new Float64Array(64)
  #lastHitAge = new Int32Array(64)
  #hitAgeBefore = new Int32Array(64)
  #isExplorer = new Uint8Array(64)
  #isHeld = new Uint8Array(64)
  #now = 0
  #explorerBudget: number
  #victimDensity = 0

  constructor({ random, capacityBytes }: PolicyContext, given: Params) {
    this.#random = random
    this.#params = given
    this.#explorerBudget = Math.floor(capacityBytes * explorerShare)
  }

  hit(slot: Slot): void {
    const age = this.#ageOf(slot)
    this.#densities.recordHit(this.#classOf(slot), age)
    this.#endExploring(slot)
    this.#hitAgeBefore[slot] = this.#lastHitAge[slot]!
    this.#lastHitAge[slot] = age
    this.#touch(slot)
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    const sample = this.#densities.rounds > learningRounds ? this.#params.sample : earlySample
    let least = Number.POSITIVE_INFINITY
    let choice = this.#bag.draw(this.#random)
    for (let draw = 0; draw < sample + suspects; draw++) {
      const slot = draw < sample ? this.#bag.draw(this.#random) : this.#suspects[draw - sample]!
      if (draw >= sample && !this.#isStillSuspect(draw - sample)) continue
      const density = this.#densityOf(slot)
      if (density >= least) continue
      least = density
      choice = slot
    }
    this.#victimDensity = 0.9 * this.#victimDensity + 0.1 * Math.max(least, -Number.MAX_VALUE)
    this.#densities.recordEviction(this.#classOf(choice), this.#ageOf(choice))
    this.remove(choice)
    return choice
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    this.#lastHitAge[slot] = 0
    this.#hitAgeBefore[slot] = oldestAge + 1
    this.#isHeld[slot] = 1
    this.#bag.add(slot)
    const explores = this.#touch(slot)
    if (explores || this.#densityOf(slot) >= this.#victimDensity) return
    const place = this.#suspectsSeen++ % suspects
    this.#suspects[place] = slot
    this.#suspectIdOf[place] = id
  }

  remove(slot: Slot): void {
    this.#endExploring(slot)
    this.#isHeld[slot] = 0
    this.#bag.remove(slot)
  }

  metadataBytes(): number {
    return this.#bag.bytes + this.#densities.bytes + this.#bytesOf.length * (4 + 8 + 8 + 4 + 4 + 1 + 1)
  }

  /** Counts a request to a slot; true when the die said that it explores. */
  #touch(slot: Slot): boolean {
    const explores = this.#random.below(explorerOdds) === 0
    this.#askedAt[slot] = this.#now
    if (explores && this.#explorerBudget > 0 && this.#densities.rounds < learningRounds) {
      this.#isExplorer[slot] = 1
      this.#explorerBudget -= this.#bytesOf[slot]!
    }
    if (++this.#now % this.#params.reconfigureEvery === 0) this.#densities.recompute(this.#bag.size)
    return explores
  }

  #endExploring(slot: Slot): void {
    if (this.#isExplorer[slot] === 0) return
    this.#isExplorer[slot] = 0
    this.#explorerBudget += this.#bytesOf[slot]!
  }

  #isStillSuspect(place: number): boolean {
    const slot = this.#suspects[place]!
    return slot >= 0 && this.#isHeld[slot] === 1 && this.#idOf[slot] === this.#suspectIdOf[place]
  }

  #densityOf(slot: Slot): number {
    const age = this.#ageOf(slot)
    if (age === oldestAge) return Number.NEGATIVE_INFINITY
    const density = this.#densities.of(this.#classOf(slot), age) / this.#bytesOf[slot]!
    return this.#isExplorer[slot] ? density + explorerBonus : density
  }

  #ageOf(slot: Slot): number {
    return this.#densities.ageOf(this.#now - this.#askedAt[slot]!)
  }

  #classOf(slot: Slot): number {
    return this.#densities.classOf(this.#lastHitAge[slot]! + this.#hitAgeBefore[slot]!)
  }

  #grow(rows: number): void {
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
    this.#askedAt = grownFloat64(this.#askedAt, rows)
    this.#lastHitAge = grownInt32(this.#lastHitAge, rows)
    this.#hitAgeBefore = grownInt32(this.#hitAgeBefore, rows)
    this.#isExplorer = grownUint8(this.#isExplorer, rows)
    this.#isHeld = grownUint8(this.#isHeld, rows)
  }
}
