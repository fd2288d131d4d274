import type { Ms } from '../lib/clock.ts'
import type { Quantiles } from './quantiles.ts'

/** A bucket of objects with everything filled in: plain data, the same for its model and its server. */
export interface BucketPlan {
  name: string
  /** Folder whose files are its objects at the start, beside or below the scenario; '' where there is none. */
  from: string
  /** Storage nodes that the objects are spread over, and on how many of them each object is held. */
  nodes: number
  replicas: number
  /** Asks of one prefix, a second, beyond which 503 SlowDown is answered: those that read and those that write. */
  readsPerSecond: number
  writesPerSecond: number
  /** From an ask to the first byte of the answer. */
  firstByteMs: Quantiles
  /** Speed at which a body leaves. */
  bandwidthMbps: number
  /** What happens when an object was written: copies at the PoPs are purged, and a function is called; '' calls none. */
  created: { purge: boolean; function: string }
}

/** One attribute of a table's key: text, number or bytes. */
export interface KeyAttribute {
  name: string
  type: 'S' | 'N' | 'B'
}

/** What a table can take: as much as comes, within the limits of one partition, or so many units a second. */
export type CapacityPlan = { mode: 'on-demand' } | { mode: 'provisioned'; readUnits: number; writeUnits: number }

/** A key-value table with everything filled in: plain data, the same for its model and its server. */
export interface TablePlan {
  name: string
  /** The attribute that chooses the partition, and the one that orders within it; null where there is none. */
  partitionKey: KeyAttribute
  sortKey: KeyAttribute | null
  capacity: CapacityPlan
  /** A file with items that it holds at the start: a JSON list; '' where there is none. */
  from: string
  /** Somebody else's table service, such as `http://127.0.0.1:8000`; '': the built-in one. */
  endpoint: string
  /** Size of an item in the model. */
  itemBytes: number
  /** From an operation to its answer. */
  readMs: Quantiles
  writeMs: Quantiles
}

/** How far a time is over at a share of its range; see `Quantiles`. Two or three known quantiles are enough. */
export function quantilesOf(known: { p50: Ms; p90?: Ms | undefined; p99: Ms }): Quantiles {
  const middle = known.p90 === undefined ? [] : [[0.9, known.p90] as const]
  return [[0.5, known.p50] as const, ...middle, [0.99, known.p99] as const]
}
