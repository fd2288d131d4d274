import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { FrequencySketch } from '../lib/sketch.ts'
import { SlotLists } from '../lib/slot-list.ts'
import { WTinyLfuOfLibCacheSim } from './w-tinylfu-libcachesim.ts'

const params = z.strictObject({
  window: z.number().gt(0).lt(1).default(0.01).describe('Share of the capacity for the window'),
  protected: z.number().min(0).max(1).default(0.8).describe('Share of main for its protected segment'),
  libcachesim: z.boolean().default(false).describe('The variant of libCacheSim, which is another one'),
})
type Params = z.infer<typeof params>

/**
 * W-TinyLFU: newcomers enter a small LRU window. What falls out of it contends with the next victim of main for its place: the one asked
 * for more often lately, by a sketch that ages, is the one to stay. Main is a segmented LRU of probation and protected. Counts
 * include every request, hit or miss. Segments count bytes; the window has room for one object at least.
 */
export const wTinyLfu = definePolicy({
  name: 'w-tinylfu',
  title: 'W-TinyLFU',
  source: 'G. Einziger, R. Friedman, B. Manes: TinyLFU: a highly efficient cache admission policy, ToS 2017, section 4',
  params,
  create: (context, given) =>
    given.libcachesim
      ? new WTinyLfuOfLibCacheSim(context.capacityBytes, given.window)
      : new WTinyLfu(context.capacityBytes, given),
})

const windowList = 0
const probation = 1
const protectedList = 2

class WTinyLfu implements Policy {
  readonly overdue = false
  readonly #windowLimit: number
  readonly #mainLimit: number
  readonly #protectedLimit: number
  readonly #lists = new SlotLists(3)
  readonly #bytesIn = new Float64Array(3)
  readonly #sketch = new FrequencySketch()
  #objects = 0
  #listOf = new Uint8Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)

  constructor(capacityBytes: number, given: Params) {
    this.#windowLimit = Math.max(1, Math.floor(capacityBytes * given.window))
    this.#mainLimit = capacityBytes - this.#windowLimit
    this.#protectedLimit = Math.floor(this.#mainLimit * given.protected)
  }

  hit(slot: Slot): void {
    this.#sketch.add(this.#idOf[slot]!)
    const list = this.#listOf[slot]!
    this.#move(slot, list === windowList ? windowList : protectedList)
    while (this.#bytesIn[protectedList]! > this.#protectedLimit) this.#move(this.#lists.tail(protectedList), probation)
  }

  admit(id: ObjectId): boolean {
    this.#sketch.add(id)
    return true
  }

  evict(_id: ObjectId, bytes: number): Slot {
    const candidate = this.#lists.tail(windowList)
    const victim = this.#lists.tail(this.#lists.isEmpty(probation) ? protectedList : probation)
    if (candidate < 0 || (victim >= 0 && this.#bytesIn[windowList]! + bytes <= this.#windowLimit))
      return this.#leave(victim)
    if (victim < 0) return this.#leave(candidate)
    const sketch = this.#sketch
    const wins = sketch.estimate(this.#idOf[candidate]!) > sketch.estimate(this.#idOf[victim]!)
    if (!wins) return this.#leave(candidate)
    this.#leave(victim)
    if (this.#mainHasRoom(candidate)) this.#move(candidate, probation)
    return victim
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    this.#sketch.ensure(++this.#objects)
    this.#enter(slot, windowList)
    while (this.#bytesIn[windowList]! > this.#windowLimit) {
      const oldest = this.#lists.tail(windowList)
      if (!this.#mainHasRoom(oldest)) return
      this.#move(oldest, probation)
    }
  }

  remove(slot: Slot): void {
    this.#leave(slot)
  }

  metadataBytes(): number {
    return this.#lists.bytes + this.#sketch.bytes + this.#bytesOf.length * (1 + 4 + 8)
  }

  #mainHasRoom(slot: Slot): boolean {
    return this.#bytesIn[probation]! + this.#bytesIn[protectedList]! + this.#bytesOf[slot]! <= this.#mainLimit
  }

  #move(slot: Slot, list: number): void {
    this.#objects++
    this.#leave(slot)
    this.#enter(slot, list)
  }

  #enter(slot: Slot, list: number): void {
    this.#listOf[slot] = list
    this.#bytesIn[list]! += this.#bytesOf[slot]!
    this.#lists.pushHead(slot, list)
  }

  #leave(slot: Slot): Slot {
    this.#objects--
    this.#bytesIn[this.#listOf[slot]!]! -= this.#bytesOf[slot]!
    this.#lists.unlink(slot)
    return slot
  }

  #grow(rows: number): void {
    this.#listOf = grownUint8(this.#listOf, rows)
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
