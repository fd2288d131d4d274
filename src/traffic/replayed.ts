import { AliasTable } from '../lib/alias.ts'
import type { Random } from '../lib/random.ts'
import type { Batch, Catalog, Traffic } from './traffic.ts'

/** A trace that was read whole: dense objects, times from the first request on, and where it says so the visitor's place. */
export interface RecordedRequests {
  count: number
  timesMs: Float64Array
  objects: Int32Array
  /** Index of the place that is nearest to the request's coordinates; null where the trace has none. */
  places: Uint16Array | null
}

/** Traffic that is a trace once more. Places that the trace does not say are drawn from the weights. */
export function createReplayedTraffic(recorded: RecordedRequests, weights: readonly number[], random: Random): Traffic {
  const draws = random.fork('places')
  const table = recorded.places === null ? new AliasTable(weights) : null
  let next = 0
  return {
    next(batch: Batch) {
      const count = Math.min(batch.timesMs.length, recorded.count - next)
      batch.first = next
      batch.count = count
      batch.timesMs.set(recorded.timesMs.subarray(next, next + count))
      batch.objects.set(recorded.objects.subarray(next, next + count))
      if (recorded.places !== null) batch.places.set(recorded.places.subarray(next, next + count))
      else table!.fill(batch.places, 0, count, draws)
      next += count
      return count > 0
    },
  }
}

/** The catalogue of a trace: each object as large as at its first request. */
export function createRecordedCatalog(bytesOf: Float64Array): Catalog {
  return { count: bytesOf.length, bytesOf, classOf: new Uint8Array(bytesOf.length), pathOf: id => `/objects/${id}` }
}
