const digitBits = 11
const buckets = 1 << digitBits
const longestSpan = 2 ** 33

/**
 * Rows in order of time; those of one moment stay as they were. Null when they stand in order already. Times are told apart to the ms, over
 * a hundred days to as little as their span allows. Source: least significant digit radix sort, D. Knuth, The Art of Computer Programming 3,
 * section 5.2.5.
 */
export function timeOrder(timesMs: Float64Array, count: number): Uint32Array | null {
  let [first, last, isSorted] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true]
  for (let row = 0; row < count; row++) {
    const time = timesMs[row]!
    if (time < last) isSorted = false
    if (time > last) last = time
    if (time < first) first = time
  }
  if (isSorted) return null
  const unit = Math.max(1, (last - first) / (longestSpan - 1))
  let from = new Uint32Array(count)
  for (let row = 0; row < count; row++) from[row] = row
  let to = new Uint32Array(count)
  for (let low = 1; low <= (last - first) / unit; low *= buckets) {
    const digitOf = (row: number): number => Math.floor((timesMs[row]! - first) / unit / low) % buckets
    const next = new Uint32Array(buckets + 1)
    for (let row = 0; row < count; row++) next[digitOf(row) + 1]!++
    for (let bucket = 0; bucket < buckets; bucket++) next[bucket + 1]! += next[bucket]!
    for (let index = 0; index < count; index++) {
      const row = from[index]!
      to[next[digitOf(row)]!++] = row
    }
    ;[from, to] = [to, from]
  }
  return from
}
