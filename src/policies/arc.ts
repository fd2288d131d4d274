import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { Ghosts } from '../lib/ghosts.ts'
import { absent } from '../lib/id-map.ts'
import { SlotLists } from '../lib/slot-list.ts'

/** T1 and its ghosts B1: seen once lately. */
const once = 0
/** T2 and its ghosts B2: seen twice or more. */
const often = 1

/**
 * ARC: two LRU lists, T1 of objects seen once and T2 of objects seen more often, and the ghosts B1 and B2 of those that left them.
 * A hit in B1 says that T1 should be larger and raises its target p, a hit in B2 lowers it. All lists count bytes: the step is
 * the ratio of the ghosts' bytes, at least 1, and the tests of case IV take the newcomer's bytes into account.
 */
export const arc = definePolicy({
  name: 'arc',
  title: 'Adaptive replacement cache',
  source: 'N. Megiddo, D. S. Modha: ARC: a self-tuning, low overhead replacement cache, FAST 2003, figure 4',
  params: z.strictObject({}),
  create: context => new Arc(context.capacityBytes),
})

class Arc implements Policy {
  readonly overdue = false
  readonly #capacityBytes: number
  readonly #lists = new SlotLists(2)
  readonly #ghosts = new Ghosts(2)
  readonly #bytesIn = new Float64Array(2)
  #listOf = new Uint8Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  /** The paper's p: bytes that T1 should have. */
  #target = 0
  #comesBack = false
  /** The last object that was found anywhere was found in B2. It stays so when that one is refused afterwards. */
  #foundInOftenGhosts = false

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes
  }

  hit(slot: Slot): void {
    this.#foundInOftenGhosts = false
    this.#leave(slot)
    this.#enter(slot, often)
  }

  admit(id: ObjectId): boolean {
    const ghosts = this.#ghosts
    const list = ghosts.queueOf(id)
    this.#comesBack = list !== absent
    if (list === absent) return true
    const step = Math.max(ghosts.bytes(1 - list) / Math.max(ghosts.bytes(list), 1), 1)
    this.#target = list === once ? Math.min(this.#target + step, this.#capacityBytes) : Math.max(this.#target - step, 0)
    this.#foundInOftenGhosts = list === often
    ghosts.forget(id)
    return true
  }

  evict(_id: ObjectId, bytes: number): Slot {
    if (this.#comesBack) return this.#replace()
    const ghosts = this.#ghosts
    const seenOnce = this.#bytesIn[once]! + ghosts.bytes(once)
    if (seenOnce + bytes > this.#capacityBytes) {
      if (ghosts.isEmpty(once)) return this.#take(once)
      ghosts.dropOldest(once)
    } else if (seenOnce + this.#bytesIn[often]! + ghosts.bytes(often) >= 2 * this.#capacityBytes)
      ghosts.dropOldest(often)
    return this.#replace()
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    if (this.#comesBack) this.#foundInOftenGhosts = false
    this.#enter(slot, this.#comesBack ? often : once)
  }

  remove(slot: Slot): void {
    this.#leave(slot)
  }

  metadataBytes(): number {
    return this.#lists.bytes + this.#ghosts.metadataBytes + this.#listOf.length * (1 + 4 + 8)
  }

  /** REPLACE of the paper: the tail of T1 or T2 becomes a ghost. */
  #replace(): Slot {
    const onceBytes = this.#bytesIn[once]!
    const overTarget = onceBytes > this.#target || (onceBytes === this.#target && this.#foundInOftenGhosts)
    const list = (onceBytes > 0 && overTarget) || this.#lists.isEmpty(often) ? once : often
    const slot = this.#take(list)
    this.#ghosts.add(this.#idOf[slot]!, this.#bytesOf[slot]!, list)
    return slot
  }

  #take(list: number): Slot {
    const slot = this.#lists.tail(list)
    this.#leave(slot)
    return slot
  }

  #enter(slot: Slot, list: number): void {
    this.#listOf[slot] = list
    this.#bytesIn[list]! += this.#bytesOf[slot]!
    this.#lists.pushHead(slot, list)
  }

  #leave(slot: Slot): void {
    this.#bytesIn[this.#listOf[slot]!]! -= this.#bytesOf[slot]!
    this.#lists.unlink(slot)
  }

  #grow(rows: number): void {
    this.#listOf = grownUint8(this.#listOf, rows)
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
