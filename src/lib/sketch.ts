import { mix32 } from './random.ts'

const rows = 4
const seeds = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const
const most = 15

/**
 * A count-min sketch of recent popularity: four rows of counters up to 15, of which only the smallest are raised. After ten
 * additions for each expected member all counts are halved, so that the past fades.
 * Source: G. Einziger, R. Friedman, B. Manes, TinyLFU: a highly efficient cache admission policy, ACM ToS 2017; conservative
 * update: C. Estan, G. Varghese, SIGCOMM 2002.
 */
export class FrequencySketch {
  #counters = new Uint8Array(0)
  /** Counters in a row, less one; a power of two less one. */
  #mask = 0
  #additions = 0
  #sampleSize = 0

  constructor(expectedMembers = 64) {
    this.ensure(expectedMembers)
  }

  get bytes(): number {
    return this.#counters.byteLength
  }

  /** Widens the sketch for so many members. Counts are kept: a counter's new twin starts with its value. */
  ensure(members: number): void {
    this.#sampleSize = Math.max(this.#sampleSize, 10 * members)
    const needed = 2 ** Math.ceil(Math.log2(Math.max(16, members)))
    const width = this.#counters.length / rows
    if (needed <= width) return
    const counters = new Uint8Array(needed * rows)
    for (let row = 0; row < rows; row++)
      for (let start = 0; width > 0 && start < needed; start += width)
        counters.set(this.#counters.subarray(row * width, (row + 1) * width), row * needed + start)
    this.#counters = counters
    this.#mask = needed - 1
  }

  /** Counts one more occurrence. */
  add(value: number): void {
    const least = this.estimate(value)
    if (least < most) {
      for (let row = 0; row < rows; row++) {
        const place = this.#place(value, row)
        if (this.#counters[place] === least) this.#counters[place]!++
      }
    }
    if (++this.#additions >= this.#sampleSize) this.#halve()
  }

  /** Occurrences since the last halvings, 0 to 15: never too few, at times too many. */
  estimate(value: number): number {
    let least = most
    for (let row = 0; row < rows; row++) least = Math.min(least, this.#counters[this.#place(value, row)]!)
    return least
  }

  #place(value: number, row: number): number {
    return row * (this.#mask + 1) + (mix32(value ^ seeds[row]!) & this.#mask)
  }

  #halve(): void {
    const counters = this.#counters
    for (let place = 0; place < counters.length; place++) counters[place]! >>>= 1
    this.#additions = Math.floor(this.#additions / 2)
  }
}
