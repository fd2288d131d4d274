// Histograms of positive numbers whose buckets grow with the number: 128 to each doubling, so any quantile is within 0.4 %. The
// bucket is read off the bits of a 32-bit float, exponent and the first seven digits of the fraction, in a few instructions.

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)
/** Buckets begin at 2^-5 and end at 2^20: from a thirtieth of a millisecond to a quarter of an hour. */
const firstExponent = -5
const doublings = 25
const firstBits = (127 + firstExponent) << 7
export const bucketCount = doublings << 7
const lastBucket = bucketCount - 1

/** Bucket of a value; what is below the first bucket counts in it, what is above the last one in that. */
export function bucketOf(value: number): number {
  float[0] = value
  const bucket = (bits[0]! >> 16) - firstBits
  return bucket < 0 ? 0 : bucket > lastBucket ? lastBucket : bucket
}

/** The middle of a bucket. */
export function middleOf(bucket: number): number {
  return (lowerBorderOf(bucket) + lowerBorderOf(bucket + 1)) / 2
}

export function lowerBorderOf(bucket: number): number {
  const position = bucket + firstBits
  return 2 ** ((position >> 7) - 127) * (1 + (position & 127) / 128)
}

/** The value below which a share of what was counted lies; NaN when nothing was. `from` and `length` choose a histogram of a row. */
export function quantileOf(counts: ArrayLike<number>, share: number, from = 0): number {
  let total = 0
  for (let bucket = 0; bucket < bucketCount; bucket++) total += counts[from + bucket]!
  if (total === 0) return Number.NaN
  const rank = Math.max(1, Math.ceil(share * total))
  let before = 0
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    before += counts[from + bucket]!
    if (before >= rank) return middleOf(bucket)
  }
  return Number.NaN
}

/** The same for a signed value kept in two histograms, of the positive and of the mirrored negative values. */
export function signedQuantileOf(positive: ArrayLike<number>, negative: ArrayLike<number>, share: number): number {
  let negatives = 0
  let total = 0
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    negatives += negative[bucket]!
    total += positive[bucket]! + negative[bucket]!
  }
  if (total === 0) return Number.NaN
  const rank = Math.max(1, Math.ceil(share * total))
  if (rank > negatives) return quantileOf(positive, (rank - negatives) / (total - negatives))
  return -quantileOf(negative, (negatives - rank + 1) / negatives)
}
