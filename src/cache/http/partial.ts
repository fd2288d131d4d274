import { isStrong } from './validators.ts'

/** A stretch of a representation: its bytes from `first` on, of `total` (undefined: not known). */
export interface Part {
  first: number
  total: number | undefined
  etag: string | undefined
  body: Uint8Array
}

/**
 * One stretch made of two that touch or overlap; undefined when they may not be combined: only a strong entity tag, the same in
 * both, tells that they are of one representation. Bytes of the newer part win. Source: RFC 9111, 3.4; RFC 9110, 15.3.7.3.
 */
export function combinedPart(older: Part, newer: Part): Part | undefined {
  if (newer.etag === undefined || newer.etag !== older.etag || !isStrong(newer.etag)) return undefined
  if (older.total !== undefined && newer.total !== undefined && older.total !== newer.total) return undefined
  const olderEnd = older.first + older.body.length
  const newerEnd = newer.first + newer.body.length
  if (newer.first > olderEnd || older.first > newerEnd) return undefined
  const first = Math.min(older.first, newer.first)
  const body = new Uint8Array(Math.max(olderEnd, newerEnd) - first)
  body.set(older.body, older.first - first)
  body.set(newer.body, newer.first - first)
  return { first, total: newer.total ?? older.total, etag: newer.etag, body }
}

/** True when a part is the whole representation. */
export function isWhole({ first, total, body }: Part): boolean {
  return first === 0 && total === body.length
}
