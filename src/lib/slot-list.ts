import { grownInt32 } from './columns.ts'

/**
 * Doubly linked lists of slots that share one pair of columns; a slot is in at most one of them. Each list is a ring with a row
 * of its own as its end, so linking and unlinking have no special case and touch no other state. Where there is no slot (an
 * empty list, past an end) the answer is negative. New slots usually enter at the head and leave at the tail.
 */
export class SlotLists {
  readonly #lists: number
  /** Rows 0 to lists - 1 are the rings' ends; slot s has row s + lists. */
  #towardsTail: Int32Array
  #towardsHead: Int32Array

  constructor(lists = 1, expectedSlots = 64) {
    this.#lists = lists
    this.#towardsTail = new Int32Array(lists + expectedSlots)
    this.#towardsHead = new Int32Array(lists + expectedSlots)
    for (let list = 0; list < lists; list++) this.#towardsTail[list] = this.#towardsHead[list] = list
  }

  get bytes(): number {
    return this.#towardsTail.byteLength + this.#towardsHead.byteLength
  }

  /** The first slot of a list; negative when it is empty. */
  head(list = 0): number {
    return this.#towardsTail[list]! - this.#lists
  }

  /** The last slot of a list; negative when it is empty. */
  tail(list = 0): number {
    return this.#towardsHead[list]! - this.#lists
  }

  isEmpty(list = 0): boolean {
    return this.#towardsTail[list] === list
  }

  /** The neighbour nearer to the head; negative when the slot is the head. */
  towardsHead(slot: number): number {
    return this.#towardsHead[slot + this.#lists]! - this.#lists
  }

  /** The neighbour nearer to the tail; negative when the slot is the tail. */
  towardsTail(slot: number): number {
    return this.#towardsTail[slot + this.#lists]! - this.#lists
  }

  /** Puts a slot that is in no list first. */
  pushHead(slot: number, list = 0): void {
    this.#link(slot + this.#lists, list)
  }

  /** Puts a slot that is in no list last. */
  pushTail(slot: number, list = 0): void {
    this.#link(slot + this.#lists, this.#towardsHead[list]!)
  }

  /** Puts a slot that is in no list next to one that is, on the tail's side. */
  insertBehind(slot: number, before: number): void {
    this.#link(slot + this.#lists, before + this.#lists)
  }

  /** Takes a slot out of its list. */
  unlink(slot: number): void {
    const row = slot + this.#lists
    const behind = this.#towardsTail[row]!
    const before = this.#towardsHead[row]!
    this.#towardsTail[before] = behind
    this.#towardsHead[behind] = before
  }

  /** Moves a slot from its list to the head of a list. */
  moveToHead(slot: number, list = 0): void {
    this.unlink(slot)
    this.pushHead(slot, list)
  }

  /** Moves a slot from its list to the tail of a list. */
  moveToTail(slot: number, list = 0): void {
    this.unlink(slot)
    this.pushTail(slot, list)
  }

  #link(row: number, before: number): void {
    if (row >= this.#towardsTail.length) this.#grow(row + 1)
    const behind = this.#towardsTail[before]!
    this.#towardsTail[row] = behind
    this.#towardsHead[row] = before
    this.#towardsTail[before] = row
    this.#towardsHead[behind] = row
  }

  #grow(rows: number): void {
    this.#towardsTail = grownInt32(this.#towardsTail, rows)
    this.#towardsHead = grownInt32(this.#towardsHead, rows)
  }
}
