import type { Ms } from '../../lib/clock.ts'
import { type Fields, lineOf, membersOf } from './fields.ts'
import { parseHttpDate } from './http-date.ts'
import { matchesStrongly } from './validators.ts'

/** Bytes `first` to `last` of a representation, both included. */
export interface ByteRange {
  first: number
  last: number
}

/** More parts than this, and the whole is sent: a request of a few bytes must not cost an answer of many. */
const greatestParts = 10

/**
 * What a Range field asks of `bytes` bytes: the parts in ascending order, overlapping ones merged; `whole` when it is to be
 * ignored (another unit, malformed, too many parts); `unsatisfiable` for 416. Source: RFC 9110, 14.1.2, 14.2.
 */
export function selectRanges(range: string, bytes: number): ByteRange[] | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(.*)$/i.exec(range.trim())
  if (!match) return 'whole'
  const ranges: ByteRange[] = []
  const specs = membersOf(match[1]!)
  if (specs.length === 0) return 'whole'
  for (const spec of specs) {
    const parts = /^(\d*)-(\d*)$/.exec(spec)
    if (!parts || (parts[1] === '' && parts[2] === '')) return 'whole'
    if (parts[1] === '') {
      const suffix = Math.min(Number(parts[2]), bytes)
      if (suffix > 0) ranges.push({ first: bytes - suffix, last: bytes - 1 })
      continue
    }
    const first = Number(parts[1])
    const last = parts[2] === '' ? Number.POSITIVE_INFINITY : Number(parts[2])
    if (last < first) return 'whole'
    if (first < bytes) ranges.push({ first, last: Math.min(last, bytes - 1) })
  }
  if (ranges.length === 0) return 'unsatisfiable'
  const merged = mergedRanges(ranges)
  return merged.length > greatestParts ? 'whole' : merged
}

/**
 * True when If-Range is absent or names the representation at hand: a strong entity tag that matches, or exactly its
 * Last-Modified when that is at least a second older than its Date. Source: RFC 9110, 13.1.5, 8.8.2.2.
 */
export function holdsIfRange(ifRange: string | undefined, stored: Fields, now: Ms): boolean {
  if (ifRange === undefined) return true
  const etag = lineOf(stored, 'etag')
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return etag !== undefined && matchesStrongly(ifRange, etag)
  const asked = parseHttpDate(ifRange, now)
  const modified = parseHttpDate(lineOf(stored, 'last-modified') ?? '', now)
  const date = parseHttpDate(lineOf(stored, 'date') ?? '', now)
  return asked !== undefined && asked === modified && date !== undefined && date - modified >= 1000
}

/** What a 206 of one part says it holds; undefined when it says it wrongly. `total` is undefined for `*`. Source: RFC 9110, 14.4. */
export function parseContentRange(text: string | undefined): (ByteRange & { total: number | undefined }) | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(text ?? '')
  if (!match) return undefined
  const first = Number(match[1])
  const last = Number(match[2])
  const total = match[3] === '*' ? undefined : Number(match[3])
  if (last < first || !Number.isSafeInteger(last) || (total !== undefined && total <= last)) return undefined
  return { first, last, total }
}

export function formatContentRange({ first, last }: ByteRange, total: number): string {
  return `bytes ${first}-${last}/${total}`
}

function mergedRanges(ranges: ByteRange[]): ByteRange[] {
  ranges.sort((a, b) => a.first - b.first || a.last - b.last)
  const merged: ByteRange[] = []
  for (const range of ranges) {
    const before = merged.at(-1)
    if (before && range.first <= before.last + 1) before.last = Math.max(before.last, range.last)
    else merged.push({ ...range })
  }
  return merged
}
