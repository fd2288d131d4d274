import type { Batch } from '../traffic/traffic.ts'

/** The rows of a stretch gathered by edge, those of one edge in order of time; edge -1 holds what reaches none. */
export interface PopOrder {
  sort(batch: Batch, from: number, to: number, edgeOf: Int32Array): Int32Array
  startOf(edge: number): number
  endOf(edge: number): number
}

/** A stable counting sort: two passes over the rows, nothing allocated but the rows' order. */
export function createPopOrder(edges: number): PopOrder {
  const ends = new Int32Array(edges + 2)
  let rows = new Int32Array(0)
  return {
    sort({ places, timesMs }, from, to, edgeOf) {
      if (rows.length < to - from) rows = new Int32Array(timesMs.length)
      const next = new Int32Array(edges + 2)
      for (let row = from; row < to; row++) next[edgeOf[places[row]!]! + 2]!++
      for (let bin = 1; bin < next.length; bin++) next[bin]! += next[bin - 1]!
      ends.set(next.subarray(1))
      for (let row = from; row < to; row++) rows[next[edgeOf[places[row]!]! + 1]!++] = row
      return rows
    },
    startOf: edge => (edge < 0 ? 0 : ends[edge]!),
    endOf: edge => ends[edge + 1]!,
  }
}
