import { grownInt32 } from './columns.ts'

/**
 * Doubly linked lists of slots that share one column; a slot is in at most one of them. Each list is a ring with a row
 * of its own as its end, so linking and unlinking have no special case and touch no other state. Where there is no slot (an
 * empty list, past an end) the answer is negative. New slots usually enter at the head and leave at the tail.
 */
export class SlotLists {
  readonly #lists: number
  /** Of row r: its neighbour towards the tail at 2r, towards the head at 2r + 1. Rows 0 to lists - 1 are the rings' ends; slot s has row s + lists. */
  #links: Int32Array

  constructor(lists = 1, expectedSlots = 64) {
    this.#lists = lists
    this.#links = new Int32Array(2 * (lists + expectedSlots))
    for (let list = 0; list < lists; list++) this.#links[2 * list] = this.#links[2 * list + 1] = list
  }

  get bytes(): number {
    return this.#links.byteLength
  }

  /** The first slot of a list; negative when it is empty. */
  head(list = 0): number {
    return this.#links[2 * list]! - this.#lists
  }

  /** The last slot of a list; negative when it is empty. */
  tail(list = 0): number {
    return this.#links[2 * list + 1]! - this.#lists
  }

  isEmpty(list = 0): boolean {
    return this.#links[2 * list] === list
  }

  /** The neighbour nearer to the head; negative when the slot is the head. */
  towardsHead(slot: number): number {
    return this.#links[2 * (slot + this.#lists) + 1]! - this.#lists
  }

  /** The neighbour nearer to the tail; negative when the slot is the tail. */
  towardsTail(slot: number): number {
    return this.#links[2 * (slot + this.#lists)]! - this.#lists
  }

  /** Puts a slot that is in no list first. */
  pushHead(slot: number, list = 0): void {
    this.#link(slot + this.#lists, list)
  }

  /** Puts a slot that is in no list last. */
  pushTail(slot: number, list = 0): void {
    this.#link(slot + this.#lists, this.#links[2 * list + 1]!)
  }

  /** Puts a slot that is in no list next to one that is, on the tail's side. */
  insertBehind(slot: number, before: number): void {
    this.#link(slot + this.#lists, before + this.#lists)
  }

  /** Takes a slot out of its list. */
  unlink(slot: number): void {
    const links = this.#links
    const row = 2 * (slot + this.#lists)
    const behind = links[row]!
    const before = links[row + 1]!
    links[2 * before] = behind
    links[2 * behind + 1] = before
  }

  /** Moves a slot from its list to the head of a list. */
  moveToHead(slot: number, list = 0): void {
    const links = this.#links
    const own = slot + this.#lists
    const row = 2 * own
    const behind = links[row]!
    const before = links[row + 1]!
    links[2 * before] = behind
    links[2 * behind + 1] = before
    const second = links[2 * list]!
    links[row] = second
    links[row + 1] = list
    links[2 * list] = own
    links[2 * second + 1] = own
  }

  /** Moves a slot from its list to the tail of a list. */
  moveToTail(slot: number, list = 0): void {
    this.unlink(slot)
    this.pushTail(slot, list)
  }

  #link(row: number, before: number): void {
    if (2 * row >= this.#links.length) this.#links = grownInt32(this.#links, 2 * row + 2)
    const links = this.#links
    const behind = links[2 * before]!
    links[2 * row] = behind
    links[2 * row + 1] = before
    links[2 * before] = row
    links[2 * behind + 1] = row
  }
}
