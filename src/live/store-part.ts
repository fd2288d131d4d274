import { type Fields, lineOf, without } from '../cache/http/fields.ts'
import { combinedPart, isWhole, type Part } from '../cache/http/partial.ts'
import { formatContentRange, parseContentRange } from '../cache/http/ranges.ts'
import type { Shelf } from './shelf.ts'
import { type Storable, StoredResponse } from './stored-response.ts'

/**
 * Stores a 206, joined with the part that is held where both are surely of one representation; a part that has become the whole
 * is stored as a 200. False when it says something else than it holds, or the shelf refuses. Source: RFC 9111, 3.3, 3.4.
 */
export function storePart(
  shelf: Shelf,
  given: Omit<Storable, 'body' | 'part'>,
  body: Buffer,
  clientFields: Fields,
): boolean {
  const range = parseContentRange(lineOf(given.fields, 'content-range'))
  if (range === undefined || range.last - range.first + 1 !== body.length) return false
  const newer: Part = { first: range.first, total: range.total, etag: lineOf(given.fields, 'etag'), body }
  const held = shelf.select(given.key, clientFields)
  if (held !== undefined && held.part === undefined) return false
  const part = (held && combinedPart(partOf(held), newer)) ?? newer
  const fields = without(given.fields, new Set(['content-range', 'content-length']))
  const bytes = Buffer.from(part.body.buffer, part.body.byteOffset, part.body.length)
  if (isWhole(part)) {
    const whole = { ...given, status: 200, reason: 'OK', fields, body: bytes, part: undefined }
    return shelf.store(new StoredResponse(whole), clientFields)
  }
  const { first, total } = part
  return shelf.store(new StoredResponse({ ...given, fields, body: bytes, part: { first, total } }), clientFields)
}

/** Where a range of one stretch lies in a stored part, and its Content-Range; undefined when the part doesn't hold it. */
export function sliceOfPart(stored: StoredResponse, range: string): { body: Buffer; contentRange: string } | undefined {
  const { part, body } = stored
  const match = /^bytes=(\d*)-(\d*)$/i.exec(range.trim())
  if (!part || !match || part.total === undefined) return undefined
  if (match[1] === '' && match[2] === '') return undefined
  const first = match[1] === '' ? part.total - Number(match[2]) : Number(match[1])
  const asked = match[1] === '' || match[2] === '' ? part.total - 1 : Number(match[2])
  const last = Math.min(asked, part.total - 1)
  if (first < part.first || last < first || last >= part.first + body.length) return undefined
  return {
    body: body.subarray(first - part.first, last - part.first + 1),
    contentRange: formatContentRange({ first, last }, part.total),
  }
}

function partOf(stored: StoredResponse): Part {
  const { first, total } = stored.part!
  return { first, total, etag: lineOf(stored.fields, 'etag'), body: stored.body }
}
