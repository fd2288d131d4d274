import { AliasTable } from './alias.ts'
import type { Random } from './random.ts'

/** Indices with given weights, drawn in blocks. */
export interface Weighted {
  /** Fills rows `from` to `from + count - 1` with draws from a stream. */
  fill(out: Int32Array | Uint16Array, from: number, count: number, random: Random): void
  /** Changes the weights; there are as many as before. */
  weigh(weights: ArrayLike<number>): void
}

/** Fills the first `count` rows with what comes next. */
export type FillNumbers = (out: Float64Array, count: number) => void

/** Who draws what a run needs many millions of. All who do it draw the same from the same stream. */
export interface Draws {
  weighted(weights: ArrayLike<number>): Weighted
  /** Exponential numbers of mean 1 from a stream: the logarithm of a uniform one, its sign changed. */
  exponential(random: Random): FillNumbers
}

/** Draws as they are written down here. */
export const plainDraws: Draws = {
  weighted: weights => new AliasTable(weights),
  exponential: random => (out, count) => {
    for (let done = 0; done < count; done += blockRows) {
      const rows = Math.min(blockRows, count - done)
      random.fill(block, rows)
      for (let row = 0; row < rows; row++) out[done + row] = -Math.log((block[row]! + 0.5) / 4_294_967_296)
    }
  },
}

const blockRows = 1024
const block = new Uint32Array(blockRows)
