import type { Ms } from '../lib/clock.ts'
import { grownFloat64, grownInt32 } from '../lib/columns.ts'
import type { Fate, Tally } from '../stats/tally.ts'
import type { Ledger } from './ledger.ts'
import type { MomentClock } from './moment-clock.ts'

/** Where requests are written down whose fate is known: what visits need of a ledger. */
export type Book = Pick<Ledger, 'add' | 'flush'>

/** Numbers of a row that are not whole, or may be large: its moment, then request, time, bytes and wait. */
const longs = 6
/** Numbers of a row that are small: place, edge, behaviour, class and fate. */
const shorts = 5

/**
 * A ledger for a thread whose PoPs ask across. Answers of other threads come at the end of a window, when the hits of the window are
 * written down already; sums of times depend on the order of adding. So rows wait until the window is over, and go on in the order of the
 * moments at which a single walk would have known them.
 */
export class OrderedLedger implements Book {
  readonly #ledger: Ledger
  readonly #clock: MomentClock
  #longs = new Float64Array(longs * 256)
  #shorts = new Int32Array(shorts * 256)
  /** Where each row counts. */
  readonly #counts: Tally[] = []
  #rows = 0
  /** How many rows were written in the order of their moments; those after them came late. */
  #inOrder = 0

  constructor(ledger: Ledger, clock: MomentClock) {
    this.#ledger = ledger
    this.#clock = clock
  }

  add(
    counts: Tally,
    request: number,
    now: Ms,
    place: number,
    edge: number,
    behavior: number,
    kind: number,
    fate: Fate,
    bytes: number,
    waitMs: Ms,
  ): void {
    const row = this.#rows++
    if (longs * row === this.#longs.length) {
      this.#longs = grownFloat64(this.#longs, 2 * longs * row)
      this.#shorts = grownInt32(this.#shorts, 2 * shorts * row)
    }
    const { ms, order } = this.#clock
    // Who joins a fetch that is answered already knows the answer when he joins.
    const isLater = now > ms || (now === ms && request > order)
    const [long, short, atLong, atShort] = [this.#longs, this.#shorts, longs * row, shorts * row]
    long[atLong] = isLater ? now : ms
    long[atLong + 1] = isLater ? request : order
    long[atLong + 2] = request
    long[atLong + 3] = now
    long[atLong + 4] = bytes
    long[atLong + 5] = waitMs
    short[atShort] = place
    short[atShort + 1] = edge
    short[atShort + 2] = behavior
    short[atShort + 3] = kind
    short[atShort + 4] = fate
    this.#counts[row] = counts
  }

  /** The window's walk is over: what is written from now on, until the next one, comes late. */
  closeWalk(): void {
    this.#inOrder = this.#rows
  }

  /** Everything of the window is known. */
  closeWindow(): void {
    const [rows, inOrder] = [this.#rows, this.#inOrder]
    // Sorting keeps the order of equals: who waited for one answer is told in the order of waiting.
    const late = Array.from({ length: rows - inOrder }, (_, row) => inOrder + row).sort((a, b) => this.#compare(a, b))
    let next = 0
    for (let row = 0; row < inOrder; row++) {
      while (next < late.length && this.#compare(late[next]!, row) < 0) this.#pass(late[next++]!)
      this.#pass(row)
    }
    while (next < late.length) this.#pass(late[next++]!)
    this.#rows = 0
    this.#inOrder = 0
  }

  flush(): void {
    this.closeWindow()
    this.#ledger.flush()
  }

  /** Below 0 where row a was known before row b. */
  #compare(a: number, b: number): number {
    const long = this.#longs
    return long[longs * a]! - long[longs * b]! || long[longs * a + 1]! - long[longs * b + 1]!
  }

  #pass(row: number): void {
    const [long, short, atLong, atShort] = [this.#longs, this.#shorts, longs * row, shorts * row]
    this.#ledger.add(
      this.#counts[row]!,
      long[atLong + 2]!,
      long[atLong + 3]!,
      short[atShort]!,
      short[atShort + 1]!,
      short[atShort + 2]!,
      short[atShort + 3]!,
      short[atShort + 4]! as Fate,
      long[atLong + 4]!,
      long[atLong + 5]!,
    )
  }
}
