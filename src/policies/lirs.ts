import { z } from 'zod'
import { definePolicy, nobody, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { absent, IdMap } from '../lib/id-map.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  hir: z.number().gt(0).lt(1).default(0.01).describe('Share of the capacity for resident HIR objects'),
  libcachesim: z
    .boolean()
    .default(false)
    .describe('Refuse objects that do not fit either share, and keep both shares strictly, as libCacheSim'),
})
type Params = z.infer<typeof params>

/**
 * LIRS: objects with a low inter-reference recency (LIR) hold most of the room; the others (HIR) pass through a small queue Q. The
 * stack S holds, by recency, what was asked for since the oldest LIR object, also HIR objects that have left: one that is
 * asked for again while in S becomes LIR, and the LIR object at the bottom becomes HIR. All limits count bytes; S forgets
 * its oldest departed objects beyond twice the capacity.
 *
 * The shelf alone says when somebody must leave, so that an object of any size may enter; it is the head of Q, or the bottom of S when
 * Q is empty. `libcachesim` keeps the shares of LIR and HIR at any time: an object that fits one of them not is refused, room
 * is made in the shares, an LIR object too large for Q leaves at once, and a hit in Q alone demotes an LIR object as well.
 */
export const lirs = definePolicy({
  name: 'lirs',
  title: 'LIRS',
  source: 'S. Jiang, X. Zhang: LIRS: an efficient low inter-reference recency set replacement policy, SIGMETRICS 2002',
  params,
  create: (context, given) => new Lirs(context.capacityBytes, given),
})

/** Q: resident HIR objects, the newest first. */
const residentHir = 0
/** Objects that have left and that S remembers, the newest first. */
const departed = 1
/** Only with `libcachesim`: residents of S that are in no share. */
const uncounted = 2
const inNone = 3

class Lirs implements Policy {
  readonly #strict: boolean
  readonly #capacityBytes: number
  readonly #hirLimit: number
  readonly #lirLimit: number
  /** Everything known has a row; the stack S and the lists of those that are not LIR hold rows. */
  readonly #stack = new SlotLists()
  readonly #others = new SlotLists(3)
  readonly #departedRowOf = new IdMap()
  readonly #freeRows: number[] = []
  readonly #leaving: Slot[] = []
  #rowsMade = 0
  #rowOfSlot = new Int32Array(64)
  #slotOf = new Int32Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  #isLir = new Uint8Array(64)
  #inStack = new Uint8Array(64)
  /** Which of the lists a row is in, or `inNone`. */
  #listOf = new Uint8Array(64)
  #lirBytes = 0
  #hirBytes = 0
  #stackBytes = 0
  /** The departed row that the newcomer has, or `absent`. */
  #comesBackTo = absent
  /** Only with `libcachesim`: bytes of a newcomer that comes back, maybe with another size than it had. */
  #incomingBytes = 0
  /** The row that is being hit, which cannot leave now. */
  #hitRow = absent

  constructor(capacityBytes: number, { hir, libcachesim }: Params) {
    this.#strict = libcachesim
    this.#capacityBytes = capacityBytes
    this.#hirLimit = Math.max(1, Math.floor(capacityBytes * hir))
    this.#lirLimit = capacityBytes - this.#hirLimit
  }

  get overdue(): boolean {
    return this.#leaving.length > 0 || this.#lirBytes + this.#hirBytes + this.#incomingBytes > this.#capacityBytes
  }

  hit(slot: Slot): void {
    this.#incomingBytes = 0
    // Chosen at a purge, or for a newcomer that an admission refused: nobody has asked for it since, and it leaves after this hit.
    if (this.#leaving.includes(slot)) return
    const row = this.#rowOfSlot[slot]!
    const wasInStack = this.#inStack[row] === 1
    if (wasInStack) this.#stack.moveToHead(row)
    if (this.#isLir[row]) this.#prune()
    else if (wasInStack) {
      this.#leaveOthers(row)
      this.#becomeLir(row)
    } else {
      this.#others.moveToHead(row, residentHir)
      // That program makes room as if the object became LIR.
      this.#hitRow = row
      if (this.#strict) this.#makeRoomForLir(row)
      this.#hitRow = absent
      this.#enterStack(row)
    }
    this.#limitStack()
  }

  admit(id: ObjectId, bytes: number): boolean {
    const row = this.#departedRowOf.get(id)
    this.#comesBackTo = row
    this.#incomingBytes = this.#strict && row !== absent && bytes <= this.#capacityBytes ? bytes : 0
    if (row !== absent) {
      this.#stack.moveToHead(row)
      if (this.#strict && bytes <= this.#capacityBytes) this.#makeRoomForLir(row)
      return true
    }
    if (!this.#strict) return true
    if (bytes > this.#lirLimit || bytes > this.#hirLimit) return false
    if (this.#lirBytes + bytes > this.#lirLimit) while (this.#hirBytes + bytes > this.#hirLimit) this.#evictHir()
    return true
  }

  evict(_id: ObjectId, bytes: number): Slot {
    if (this.#leaving.length === 0) this.#makeRoom(bytes)
    return this.#leaving.pop() ?? nobody
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    this.#incomingBytes = 0
    if (slot >= this.#rowOfSlot.length) this.#rowOfSlot = grownInt32(this.#rowOfSlot, slot + 1)
    let row = this.#comesBackTo
    const comesBack = row !== absent && this.#departedRowOf.get(id) === row
    if (!comesBack) row = this.#newRow(id, bytes)
    this.#rowOfSlot[slot] = row
    this.#slotOf[row] = slot
    if (comesBack) {
      this.#leaveOthers(row)
      if (!this.#strict) {
        this.#stackBytes += bytes - this.#bytesOf[row]!
        this.#bytesOf[row] = bytes
      }
      this.#becomeLir(row)
    } else {
      this.#enterStack(row)
      if (this.#lirBytes + bytes <= this.#lirLimit) {
        this.#isLir[row] = 1
        this.#lirBytes += bytes
      } else this.#enterOthers(row, residentHir)
    }
    this.#limitStack()
  }

  remove(slot: Slot): void {
    const place = this.#leaving.indexOf(slot)
    if (place >= 0) return void this.#leaving.splice(place, 1)
    const row = this.#rowOfSlot[slot]!
    const wasLir = this.#isLir[row] === 1
    if (wasLir) this.#lirBytes -= this.#bytesOf[row]!
    else this.#leaveOthers(row)
    if (this.#inStack[row]) this.#leaveStack(row)
    this.#freeRows.push(row)
    if (wasLir) this.#prune()
  }

  metadataBytes(): number {
    const rows = this.#slotOf.length * (4 + 4 + 8 + 3) + this.#rowOfSlot.byteLength + this.#freeRows.length * 4
    return this.#stack.bytes + this.#others.bytes + this.#departedRowOf.bytes + rows
  }

  /** Makes a row LIR that is at the top of the stack and in no other list; LIR objects at the bottom make room. */
  #becomeLir(row: number): void {
    this.#isLir[row] = 1
    this.#lirBytes += this.#bytesOf[row]!
    while (this.#lirBytes > this.#lirLimit && this.#stack.tail() !== row) this.#demote()
  }

  #makeRoomForLir(row: number): void {
    while (this.#lirBytes + this.#bytesOf[row]! > this.#lirLimit && this.#lirBytes > 0) this.#demote()
  }

  /**
   * Sends away whom the shelf's limit demands: the head of Q. With `libcachesim` the shares, kept by `admit`, leave room already, unless the
   * newcomer comes back with another size, since that program goes by the old one. It also holds objects outside of its
   * shares, see `#evictHir`, so that it can be over its limit.
   */
  #makeRoom(bytes: number): void {
    if (!this.#strict) {
      if (this.#others.isEmpty(residentHir)) this.#demote()
      this.#evictHir()
      return
    }
    while (this.#lirBytes + this.#hirBytes + bytes > this.#capacityBytes && this.#lirBytes > 0) {
      while (this.#hirBytes >= this.#hirLimit) this.#evictHir()
      this.#demote()
    }
  }

  /** Turns the LIR object at the bottom of the stack into the newest of Q. */
  #demote(): void {
    this.#prune()
    const row = this.#stack.tail()
    const bytes = this.#bytesOf[row]!
    this.#leaveStack(row)
    this.#isLir[row] = 0
    this.#lirBytes -= bytes
    if (this.#strict && bytes > this.#hirLimit) this.#depart(row)
    else {
      if (this.#strict) while (this.#hirBytes + bytes > this.#hirLimit) this.#evictHir()
      this.#enterOthers(row, residentHir)
    }
    this.#prune()
  }

  /**
   * Lets the oldest of Q leave; the stack still remembers it if it knows it. libCacheSim pushes out even an object that is being hit, and
   * still finds it later: here it stays, outside of the shares.
   */
  #evictHir(): void {
    const row = this.#others.tail(residentHir)
    this.#leaveOthers(row)
    if (row === this.#hitRow) this.#enterOthers(row, uncounted)
    else this.#depart(row)
  }

  #depart(row: number): void {
    this.#leaving.push(this.#slotOf[row]!)
    if (this.#inStack[row]) this.#enterOthers(row, departed)
    else this.#freeRows.push(row)
  }

  /** Takes HIR objects off the bottom of the stack until an LIR object is there. */
  #prune(): void {
    for (;;) {
      const row = this.#stack.tail()
      if (row < 0 || this.#isLir[row] || row === this.#stack.head()) return
      this.#leaveStack(row)
      if (this.#listOf[row] === residentHir) continue
      if (this.#listOf[row] === uncounted) this.#leaving.push(this.#slotOf[row]!)
      this.#forget(row)
    }
  }

  #limitStack(): void {
    while (this.#stackBytes > 2 * this.#capacityBytes && !this.#others.isEmpty(departed)) {
      const row = this.#others.tail(departed)
      this.#leaveStack(row)
      this.#forget(row)
    }
  }

  #forget(row: number): void {
    this.#leaveOthers(row)
    this.#freeRows.push(row)
  }

  #enterStack(row: number): void {
    this.#inStack[row] = 1
    this.#stackBytes += this.#bytesOf[row]!
    this.#stack.pushHead(row)
  }

  #leaveStack(row: number): void {
    this.#inStack[row] = 0
    this.#stackBytes -= this.#bytesOf[row]!
    this.#stack.unlink(row)
  }

  #enterOthers(row: number, list: number): void {
    this.#listOf[row] = list
    this.#others.pushHead(row, list)
    if (list === residentHir) this.#hirBytes += this.#bytesOf[row]!
    if (list === departed) this.#departedRowOf.set(this.#idOf[row]!, row)
  }

  #leaveOthers(row: number): void {
    const list = this.#listOf[row]!
    this.#listOf[row] = inNone
    this.#others.unlink(row)
    if (list === residentHir) this.#hirBytes -= this.#bytesOf[row]!
    if (list === departed) this.#departedRowOf.delete(this.#idOf[row]!)
  }

  #newRow(id: ObjectId, bytes: number): number {
    const row = this.#freeRows.pop() ?? this.#rowsMade++
    if (row >= this.#slotOf.length) this.#growRows(row + 1)
    this.#idOf[row] = id
    this.#bytesOf[row] = bytes
    this.#isLir[row] = 0
    this.#listOf[row] = inNone
    return row
  }

  #growRows(rows: number): void {
    this.#slotOf = grownInt32(this.#slotOf, rows)
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
    this.#isLir = grownUint8(this.#isLir, rows)
    this.#inStack = grownUint8(this.#inStack, rows)
    this.#listOf = grownUint8(this.#listOf, rows)
  }
}
