import { assert } from './assert.ts'
import type { Random } from './random.ts'

/**
 * Draws indices with given weights in constant time. Threshold and alias of a column lie side by side, so that a draw from a large
 * table costs one cache miss, and draws of a block overlap.
 * Source: M. Vose: A linear algorithm for generating random numbers with a given distribution, IEEE TSE 17(9), 1991.
 */
export class AliasTable {
  readonly #count: number
  /** Column c: threshold of 32 bits at 2c, the other index at 2c + 1. */
  readonly #columns: Uint32Array

  constructor(weights: ArrayLike<number>) {
    this.#count = weights.length
    this.#columns = new Uint32Array(2 * weights.length)
    this.weigh(weights)
  }

  /** Changes the weights; there are as many as before. */
  weigh(weights: ArrayLike<number>): void {
    fillAliasColumns(this.#columns, weights)
  }

  get bytes(): number {
    return this.#columns.byteLength
  }

  draw(random: Random): number {
    const column = Math.floor((random.uint32() / 4_294_967_296) * this.#count)
    return random.uint32() < this.#columns[2 * column]! ? column : this.#columns[2 * column + 1]!
  }

  /** Fills rows `from` to `from + count - 1` with draws, the same as so many calls of `draw`. */
  fill(out: Int32Array | Uint16Array, from: number, count: number, random: Random): void {
    const columns = this.#columns
    const scale = this.#count / 4_294_967_296
    for (let done = 0; done < count; done += blockRows) {
      const rows = Math.min(blockRows, count - done)
      random.fill(block, 2 * rows)
      const first = from + done
      for (let row = 0; row < rows; row++) {
        const column = (block[2 * row]! * scale) >>> 0
        out[first + row] = block[2 * row + 1]! < columns[2 * column]! ? column : columns[2 * column + 1]!
      }
    }
  }
}

/** Writes the table of some weights: of column c the threshold of 32 bits at 2c, the other index at 2c + 1. */
export function fillAliasColumns(columns: Uint32Array, weights: ArrayLike<number>): void {
  const count = weights.length
  let sum = 0
  for (let index = 0; index < count; index++) sum += weights[index]!
  assert(count > 0 && sum > 0 && sum < Number.POSITIVE_INFINITY, 'weights add up to something')
  const scaled = Float64Array.from(weights, weight => (weight * count) / sum)
  const order = new Uint32Array(count)
  let poor = 0
  let rich = count
  for (let index = 0; index < count; index++) order[scaled[index]! < 1 ? poor++ : --rich] = index
  // Poor columns stand at the front of `order`, rich ones behind; each poor one is filled up by the rich one that is next.
  let next = 0
  for (let giver = poor; next < giver && giver < count; next++) {
    const column = order[next]!
    const from = order[giver]!
    columns[2 * column] = Math.min(4_294_967_295, Math.floor(scaled[column]! * 4_294_967_296))
    columns[2 * column + 1] = from
    scaled[from]! -= 1 - scaled[column]!
    if (scaled[from]! < 1) giver++
  }
  for (; next < count; next++) {
    const column = order[next]!
    columns[2 * column] = 4_294_967_295
    columns[2 * column + 1] = column
  }
}

/** Random numbers for a block of draws: read at once, so that the table's cache misses overlap. */
const blockRows = 1024
const block = new Uint32Array(2 * blockRows)
