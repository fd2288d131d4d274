import type { Batch } from '../traffic/traffic.ts'

/**
 * The requests of a stretch gathered by edge, those of one edge in order of time; edge -1 holds what reaches none. The rows are
 * copied, so that whoever walks them reads memory in one direction.
 */
export interface PopOrder {
  /** Row of each request within the batch. */
  readonly rows: Int32Array
  readonly timesMs: Float64Array
  readonly objects: Int32Array
  readonly places: Uint16Array
  sort(batch: Batch, from: number, to: number, edgeOf: Int32Array): void
  startOf(edge: number): number
  endOf(edge: number): number
}

/** A stable counting sort in two passes over the rows. */
export function createPopOrder(edges: number, capacity: number): PopOrder {
  const ends = new Int32Array(edges + 2)
  const next = new Int32Array(edges + 3)
  const rows = new Int32Array(capacity)
  const timesMs = new Float64Array(capacity)
  const objects = new Int32Array(capacity)
  const places = new Uint16Array(capacity)
  return {
    rows,
    timesMs,
    objects,
    places,
    sort(batch, from, to, edgeOf) {
      next.fill(0)
      const { timesMs: batchTimesMs, objects: batchObjects, places: batchPlaces } = batch
      for (let row = from; row < to; row++) next[edgeOf[batchPlaces[row]!]! + 2]!++
      for (let bin = 1; bin < next.length; bin++) next[bin]! += next[bin - 1]!
      ends.set(next.subarray(1, ends.length + 1))
      for (let row = from; row < to; row++) {
        const place = batchPlaces[row]!
        const sorted = next[edgeOf[place]! + 1]!++
        rows[sorted] = row
        timesMs[sorted] = batchTimesMs[row]!
        objects[sorted] = batchObjects[row]!
        places[sorted] = place
      }
    },
    startOf: edge => (edge < 0 ? 0 : ends[edge]!),
    endOf: edge => ends[edge + 1]!,
  }
}
