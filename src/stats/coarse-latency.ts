import { bucketCount, bucketOf, middleOf } from '../lib/log-histogram.ts'

/** Fine buckets that make a coarse one: four of these to each doubling. */
const coarse = 5

/** Coarse buckets of a step's latencies, for percentiles over time. */
export const coarseBuckets = bucketCount >> coarse

/** The coarse bucket of a latency in ms. */
export function coarseBucketOf(ms: number): number {
  return bucketOf(ms) >> coarse
}

/** 95th percentile in ms of counts by coarse bucket, within a quarter of a doubling; NaN where nothing was counted. */
export function coarseP95Ms(counts: ArrayLike<number>): number {
  let total = 0
  for (let bucket = 0; bucket < coarseBuckets; bucket++) total += counts[bucket]!
  let before = 0
  for (let bucket = 0; bucket < coarseBuckets && total > 0; bucket++) {
    before += counts[bucket]!
    if (before >= 0.95 * total) return middleOf((bucket << coarse) + (1 << (coarse - 1)))
  }
  return Number.NaN
}
