import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type PolicyContext, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32 } from '../lib/columns.ts'
import { Ghosts } from '../lib/ghosts.ts'
import { absent } from '../lib/id-map.ts'
import type { Random } from '../lib/random.ts'
import { SlotLists } from '../lib/slot-list.ts'
import { Lfu } from './lfu.ts'

const params = z.strictObject({
  learningRate: z.number().gt(0).max(10).default(0.45).describe('How far one regret moves the weights'),
  discount: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.005)
    .describe('What a regret is worth after as many requests as objects are held'),
  libcachesim: z
    .boolean()
    .default(false)
    .describe('Discount over the capacity in bytes, not objects, and let large ghosts wipe out the others'),
})
type Params = z.infer<typeof params>

/** Evicted by LRU's advice, and by LFU's. */
const byLru = 0
const byLfu = 1
/** Keeps a weight above 0. */
const grain = 1e-10

/**
 * LeCaR: two experts, LRU and LFU, advise who leaves, and a die with their weights decides. When an object is asked for again soon after
 * it left, the expert who advised it loses weight, the more the sooner. Each expert's ghosts have the bytes of half the
 * capacity; where both advise the same object nobody is to blame, and no ghost is kept.
 */
export const lecar = definePolicy({
  name: 'lecar',
  title: 'LeCaR',
  source: 'G. Vietri et al.: Driving cache replacement with ML-based LeCaR, HotStorage 2018, algorithm 1',
  params,
  create: (context, given) => new LeCaR(context, given),
})

class LeCaR implements Policy {
  readonly overdue = false
  readonly #random: Random
  readonly #capacityBytes: number
  readonly #params: Params
  readonly #recency = new SlotLists()
  readonly #frequency = new Lfu()
  readonly #ghosts = new Ghosts(2)
  /** When a ghost left, by its id; entries of dropped ghosts are cleared with them. */
  readonly #leftAt = new Map<ObjectId, number>()
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  #objects = 0
  #now = 0
  #lruWeight = 0.5

  constructor({ random, capacityBytes }: PolicyContext, given: Params) {
    this.#random = random
    this.#capacityBytes = capacityBytes
    this.#params = given
  }

  hit(slot: Slot): void {
    this.#now++
    this.#recency.moveToHead(slot)
    this.#frequency.hit(slot)
  }

  admit(id: ObjectId): boolean {
    this.#now++
    const expert = this.#ghosts.queueOf(id)
    if (expert === absent) return true
    this.#regret(expert, this.#now - this.#leftAt.get(id)!)
    this.#ghosts.forget(id)
    this.#leftAt.delete(id)
    return true
  }

  evict(): Slot {
    const oldest = this.#recency.tail()
    const rarest = this.#frequency.victim()
    if (oldest === rarest) {
      this.remove(oldest)
      return oldest
    }
    const expert = this.#random.below(100) / 100 < this.#lruWeight ? byLru : byLfu
    const slot = expert === byLru ? oldest : rarest
    this.remove(slot)
    this.#remember(slot, expert)
    return slot
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) {
      this.#idOf = grownInt32(this.#idOf, slot + 1)
      this.#bytesOf = grownFloat64(this.#bytesOf, slot + 1)
    }
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    this.#objects++
    this.#recency.pushHead(slot)
    this.#frequency.insert(slot)
  }

  remove(slot: Slot): void {
    this.#objects--
    this.#recency.unlink(slot)
    this.#frequency.remove(slot)
  }

  metadataBytes(): number {
    const columns = this.#idOf.byteLength + this.#bytesOf.byteLength
    return (
      this.#recency.bytes +
      this.#frequency.metadataBytes() +
      this.#ghosts.metadataBytes +
      columns +
      this.#leftAt.size * 40
    )
  }

  /** Takes weight from the expert who sent away what is asked for again after so many requests. */
  #regret(expert: number, after: number): void {
    const { learningRate, discount, libcachesim } = this.#params
    const held = libcachesim ? this.#capacityBytes : Math.max(1, this.#objects)
    const factor = Math.exp(-learningRate * discount ** (after / held))
    const lru = this.#lruWeight * (expert === byLru ? factor : 1) + grain
    const lfu = (1 - this.#lruWeight) * (expert === byLfu ? factor : 1) + grain
    this.#lruWeight = lru / (lru + lfu)
  }

  #remember(slot: Slot, expert: number): void {
    const ghosts = this.#ghosts
    const id = this.#idOf[slot]!
    const bytes = this.#bytesOf[slot]!
    const limit = Math.floor(this.#capacityBytes / 2)
    // There an object larger than all ghosts together wipes them out before it is dropped itself.
    if (bytes > limit && !this.#params.libcachesim) return
    ghosts.add(id, bytes, expert)
    this.#leftAt.set(id, this.#now)
    while (ghosts.bytes(expert) > limit) this.#leftAt.delete(ghosts.dropOldest(expert))
  }
}
