import { assert } from './assert.ts'
import { Barrier } from './barrier.ts'
import { grownFloat64 } from './columns.ts'

/** Numbers of a letter. */
export const letterLength = 11
/** Letters that a box holds; more of them go in further rounds. */
const boxLetters = 512

/** The memory that threads write each other in: plain data, to be given to each of them. */
export interface PostOffice {
  parties: number
  /** Who writes to whom. */
  ways: readonly { from: number; to: number }[]
  memory: SharedArrayBuffer
}

export function createPostOffice(parties: number, ways: PostOffice['ways']): PostOffice {
  const words = Barrier.words + 2 * (parties + ways.length)
  return {
    parties,
    ways,
    memory: new SharedArrayBuffer(8 * Math.ceil(words / 2) + 2 * ways.length * boxLetters * letterLength * 8),
  }
}

/** Letters for one thread that wait for the next exchange. */
interface Outbox {
  to: number
  way: number
  letters: Float64Array
  count: number
  sent: number
}

/**
 * One thread's part in an exchange of letters, each of a few numbers. All threads exchange at once, as often as one another: what was
 * sent before is there afterwards, in the order of sending. Boxes have two sides, so that one is read while the other is filled.
 */
export class Post {
  readonly #barrier: Barrier
  readonly #self: number
  readonly #parties: number
  /** On each side, who has more letters than fitted, and then how many letters lie in each box. */
  readonly #counts: Int32Array
  readonly #boxes: Float64Array
  readonly #ways: PostOffice['ways']
  readonly #outboxes: Outbox[]
  readonly #outboxOf: (Outbox | undefined)[] = []
  #side = 0

  constructor({ parties, ways, memory }: PostOffice, self: number) {
    const words = Barrier.words + 2 * (parties + ways.length)
    this.#barrier = new Barrier(new Int32Array(memory, 0, Barrier.words), parties)
    this.#counts = new Int32Array(memory, 4 * Barrier.words, words - Barrier.words)
    this.#boxes = new Float64Array(memory, 8 * Math.ceil(words / 2))
    this.#self = self
    this.#parties = parties
    this.#ways = ways
    this.#outboxes = ways.flatMap(({ from, to }, way) =>
      from === self ? [{ to, way, letters: new Float64Array(64 * letterLength), count: 0, sent: 0 }] : [],
    )
    for (const outbox of this.#outboxes) this.#outboxOf[outbox.to] = outbox
  }

  /** A letter to another thread: fill its numbers, from the returned place on in `lettersTo(to)`. */
  write(to: number): number {
    const outbox = this.#outboxOf[to]
    assert(outbox !== undefined, 'nobody writes this way')
    const at = outbox.count++ * letterLength
    if (at === outbox.letters.length) outbox.letters = grownFloat64(outbox.letters, 2 * at)
    return at
  }

  lettersTo(to: number): Float64Array {
    return this.#outboxOf[to]!.letters
  }

  /** Hands over what was written, and has every letter to this thread read: its numbers stand from `at` on. */
  exchange(read: (from: number, letters: Float64Array, at: number) => void): void {
    do {
      this.#side = 1 - this.#side
      this.#fill()
      this.#barrier.wait()
      this.#empty(read)
    } while (this.#isMore())
    for (const outbox of this.#outboxes) {
      outbox.count = 0
      outbox.sent = 0
    }
  }

  /** Nobody is to wait for this thread any more. */
  leave(): void {
    this.#barrier.leave()
  }

  #fill(): void {
    let hasMore = 0
    const counts = this.#side * (this.#parties + this.#ways.length)
    for (const outbox of this.#outboxes) {
      const count = Math.min(outbox.count - outbox.sent, boxLetters)
      const from = outbox.sent * letterLength
      this.#boxes.set(outbox.letters.subarray(from, from + count * letterLength), this.#boxOf(outbox.way))
      this.#counts[counts + this.#parties + outbox.way] = count
      outbox.sent += count
      if (outbox.sent < outbox.count) hasMore = 1
    }
    this.#counts[counts + this.#self] = hasMore
  }

  #empty(read: (from: number, letters: Float64Array, at: number) => void): void {
    const counts = this.#side * (this.#parties + this.#ways.length) + this.#parties
    for (const [way, { from, to }] of this.#ways.entries()) {
      if (to !== this.#self) continue
      const box = this.#boxOf(way)
      const end = box + this.#counts[counts + way]! * letterLength
      for (let at = box; at < end; at += letterLength) read(from, this.#boxes, at)
    }
  }

  #isMore(): boolean {
    const counts = this.#side * (this.#parties + this.#ways.length)
    for (let party = 0; party < this.#parties; party++) if (this.#counts[counts + party] === 1) return true
    return false
  }

  #boxOf(way: number): number {
    return (2 * way + this.#side) * boxLetters * letterLength
  }
}
