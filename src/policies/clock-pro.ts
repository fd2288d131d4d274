import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { absent, IdMap } from '../lib/id-map.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  libcachesim: z
    .boolean()
    .default(false)
    .describe('Fill once and never evict, which is what the CLOCK-Pro of libCacheSim does with its defaults'),
})

/**
 * CLOCK-Pro: LIRS in the form of a clock. Objects are hot or cold; a cold one is on test for a while, also after it has left, and turns
 * hot when it is asked for meanwhile. One list holds them all, with three hands: the hot one, at the tail, cools hot objects
 * and ends tests; the cold one promotes or evicts cold objects; the test one forgets departed objects beyond the capacity.
 * The target of cold bytes grows by a departed object that comes back on test, and shrinks by one whose test ends in vain.
 *
 * With `libcachesim` nothing is ever evicted: that program starts with a target equal to the capacity and refuses what does not
 * fit into it, so that its hands never move. Its published counts are those of a cache filled once.
 */
export const clockPro = definePolicy({
  name: 'clock-pro',
  title: 'CLOCK-Pro',
  source:
    'S. Jiang, F. Chen, X. Zhang: CLOCK-Pro: an effective improvement of the CLOCK replacement, ATC 2005, section 4',
  params,
  create: (context, { libcachesim }) => new ClockPro(context.capacityBytes, libcachesim),
})

const hot = 0
const cold = 1
/** Cold, and no longer on the shelf. */
const departed = 2
const nobody = -1

class ClockPro implements Policy {
  readonly overdue = false
  readonly #capacityBytes: number
  readonly #neverEvicts: boolean
  /** Rows of all known objects; the hot hand stands at the tail, and new rows enter at the head, just behind it. */
  readonly #clock = new SlotLists()
  /** The cold residents in the same order, so that the cold hand need not pass the others. */
  readonly #coldRows = new SlotLists()
  readonly #departedRowOf = new IdMap()
  readonly #freeRows: number[] = []
  readonly #bytesIn = new Float64Array(3)
  #rowsMade = 0
  #rowOfSlot = new Int32Array(64)
  #slotOf = new Int32Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  #stateOf = new Uint8Array(64)
  #onTest = new Uint8Array(64)
  #referenced = new Uint8Array(64)
  #coldTarget: number
  #coldHand = nobody
  #testHand = nobody
  #comesBackTo = absent

  constructor(capacityBytes: number, libcachesim: boolean) {
    this.#capacityBytes = capacityBytes
    this.#neverEvicts = libcachesim
    this.#coldTarget = capacityBytes
  }

  hit(slot: Slot): void {
    this.#referenced[this.#rowOfSlot[slot]!] = 1
  }

  admit(id: ObjectId, bytes: number): boolean {
    this.#comesBackTo = this.#departedRowOf.get(id)
    return !this.#neverEvicts || this.#bytesIn[hot]! + this.#bytesIn[cold]! + bytes <= this.#capacityBytes
  }

  evict(): Slot {
    for (;;) {
      if (this.#bytesIn[cold] === 0) this.#turnHotHand()
      const row = this.#coldHand < 0 ? this.#coldRows.tail() : this.#coldHand
      this.#coldHand = this.#coldRows.towardsHead(row)
      if (this.#referenced[row] === 0) return this.#depart(row)
      this.#referenced[row] = 0
      if (this.#onTest[row] === 1) this.#becomeHot(row)
      else {
        this.#onTest[row] = 1
        this.#moveToHead(row)
      }
    }
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#rowOfSlot.length) this.#rowOfSlot = grownInt32(this.#rowOfSlot, slot + 1)
    let row = this.#comesBackTo
    const comesBack = row !== absent && this.#departedRowOf.get(id) === row
    if (comesBack) {
      this.#departedRowOf.delete(id)
      this.#setState(row, cold)
      this.#bytesIn[cold]! += bytes - this.#bytesOf[row]!
      this.#bytesOf[row] = bytes
    } else row = this.#newRow(id, bytes)
    this.#rowOfSlot[slot] = row
    this.#slotOf[row] = slot
    if (!comesBack) return
    this.#coldTarget = Math.min(this.#coldTarget + bytes, this.#capacityBytes)
    this.#becomeHot(row)
  }

  remove(slot: Slot): void {
    this.#forget(this.#rowOfSlot[slot]!)
  }

  metadataBytes(): number {
    const rows = this.#slotOf.length * (4 + 4 + 8 + 1 + 1 + 1) + this.#rowOfSlot.byteLength
    return this.#clock.bytes + this.#coldRows.bytes + this.#departedRowOf.bytes + rows + this.#freeRows.length * 4
  }

  /** Evicts a cold row; one on test stays in the clock as departed. */
  #depart(row: number): Slot {
    const slot = this.#slotOf[row]!
    if (this.#onTest[row] === 0) {
      this.#forget(row)
      return slot
    }
    this.#setState(row, departed)
    this.#departedRowOf.set(this.#idOf[row]!, row)
    while (this.#bytesIn[departed]! > this.#capacityBytes) this.#turnTestHand()
    return slot
  }

  /** Makes a cold row hot; the hot hand makes room for it. */
  #becomeHot(row: number): void {
    this.#setState(row, hot)
    this.#onTest[row] = 0
    this.#referenced[row] = 0
    this.#moveToHead(row)
    while (this.#bytesIn[hot]! > this.#capacityBytes - this.#coldTarget) this.#turnHotHand()
  }

  /** Moves the hot hand on until it has cooled one object. Tests of cold objects on the way end. */
  #turnHotHand(): void {
    while (this.#bytesIn[hot]! > 0) {
      const row = this.#clock.tail()
      if (this.#stateOf[row] !== hot) {
        this.#endTest(row)
        if (this.#stateOf[row] !== departed) this.#moveToHead(row)
        else this.#forget(row)
        continue
      }
      this.#moveToHead(row)
      if (this.#referenced[row] === 0) {
        this.#setState(row, cold)
        return
      }
      this.#referenced[row] = 0
    }
  }

  /** Moves the test hand on by one object and ends its test, if it is on test. */
  #turnTestHand(): void {
    const row = this.#testHand < 0 ? this.#clock.tail() : this.#testHand
    this.#testHand = this.#clock.towardsHead(row)
    this.#endTest(row)
    if (this.#stateOf[row] === departed) this.#forget(row)
  }

  #endTest(row: number): void {
    if (this.#onTest[row] === 0) return
    this.#onTest[row] = 0
    this.#coldTarget = Math.max(1, this.#coldTarget - this.#bytesOf[row]!)
  }

  #setState(row: number, state: number): void {
    if (this.#stateOf[row] === cold) this.#leaveCold(row)
    if (state === cold) this.#coldRows.pushHead(row)
    const bytes = this.#bytesOf[row]!
    this.#bytesIn[this.#stateOf[row]!]! -= bytes
    this.#bytesIn[state]! += bytes
    this.#stateOf[row] = state
  }

  /**
   * Moves a row to the head, past the hot hand. The test hand steps off it first, unless it only passes the end of the list; the cold hand
   * has done so before, or it stands at the last of the cold ones.
   */
  #moveToHead(row: number): void {
    if (this.#stateOf[row] === cold) this.#coldRows.moveToHead(row)
    if (this.#testHand === row && row !== this.#clock.tail()) this.#testHand = this.#clock.towardsHead(row)
    this.#clock.moveToHead(row)
  }

  #leaveCold(row: number): void {
    if (this.#coldHand === row) this.#coldHand = this.#coldRows.towardsHead(row)
    this.#coldRows.unlink(row)
  }

  #newRow(id: ObjectId, bytes: number): number {
    const row = this.#freeRows.pop() ?? this.#rowsMade++
    if (row >= this.#slotOf.length) this.#growRows(row + 1)
    this.#idOf[row] = id
    this.#bytesOf[row] = bytes
    this.#stateOf[row] = cold
    this.#onTest[row] = 1
    this.#referenced[row] = 0
    this.#bytesIn[cold]! += bytes
    this.#clock.pushHead(row)
    this.#coldRows.pushHead(row)
    return row
  }

  #forget(row: number): void {
    if (this.#stateOf[row] === departed) this.#departedRowOf.delete(this.#idOf[row]!)
    this.#bytesIn[this.#stateOf[row]!]! -= this.#bytesOf[row]!
    if (this.#stateOf[row] === cold) this.#leaveCold(row)
    if (this.#testHand === row) this.#testHand = this.#clock.towardsHead(row)
    this.#clock.unlink(row)
    this.#freeRows.push(row)
  }

  #growRows(rows: number): void {
    this.#slotOf = grownInt32(this.#slotOf, rows)
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
    this.#stateOf = grownUint8(this.#stateOf, rows)
    this.#onTest = grownUint8(this.#onTest, rows)
    this.#referenced = grownUint8(this.#referenced, rows)
  }
}
