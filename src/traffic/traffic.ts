import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'

/** A stretch of requests in order of time, as columns. A request is a row number. */
export interface Batch {
  /** Rows in use; the columns may be longer. */
  count: number
  /** Number of the first row within the whole run: row r is request `first + r`. */
  first: number
  timesMs: Float64Array
  objects: Int32Array
  /** Index of the visitor's place in the world's list of places. */
  places: Uint16Array
}

/** Who asks for what, when. Delivered in batches, so that a trace larger than memory streams through. */
export interface Traffic {
  /** Fills the batch with the next requests; false when there are none left (count is then 0). */
  next(batch: Batch): boolean
}

/** What can be asked for: columns indexed by object. They may grow while a trace is read. */
export interface Catalog {
  readonly count: number
  bytesOf: Float64Array
  /** Index into the classes of objects (images, api ...); behaviours refer to them. */
  classOf: Uint8Array
  /** The path that behaviours match, such as `/images/17`. */
  pathOf(id: ObjectId): string
}

export function createBatch(capacity: number): Batch {
  return {
    count: 0,
    first: 0,
    timesMs: new Float64Array(capacity),
    objects: new Int32Array(capacity),
    places: new Uint16Array(capacity),
  }
}

/** First row from `from` on whose time is `untilMs` or later. */
export function firstRowAt({ timesMs, count }: Pick<Batch, 'timesMs' | 'count'>, untilMs: Ms, from: number): number {
  if (timesMs[count - 1]! < untilMs) return count
  let low = from
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (timesMs[middle]! < untilMs) low = middle + 1
    else high = middle
  }
  return low
}
