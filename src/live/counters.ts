/** Where a request to a live PoP ended: each in exactly one bucket. */
export const buckets = ['hit', 'stale', 'revalidated', 'miss', 'pass', 'error'] as const
export type Bucket = (typeof buckets)[number]

/** What a live PoP counts from its start. */
export interface Counters {
  requests: number
  /** Requests by where they ended; they add up to `requests`. */
  bucket: Record<Bucket, number>
  /** Of the misses and revalidations: those that joined a fetch already on its way. */
  collapsed: number
  /** Requests sent to the upstream. */
  upstreamRequests: number
  /** Bodies that broke off on their way from the upstream: never stored. */
  truncated: number
  /** Answers not stored because of their size. */
  tooLarge: number
  /** Answers that policy or admission did not let in. */
  refusedByShelf: number
  /** Connections closed because their client read or wrote too slowly. */
  slowClients: number
  purged: number
}

export function createCounters(): Counters {
  return {
    requests: 0,
    bucket: { hit: 0, stale: 0, revalidated: 0, miss: 0, pass: 0, error: 0 },
    collapsed: 0,
    upstreamRequests: 0,
    truncated: 0,
    tooLarge: 0,
    refusedByShelf: 0,
    slowClients: 0,
    purged: 0,
  }
}
