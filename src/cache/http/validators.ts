import type { Ms } from '../../lib/clock.ts'
import { combined, type Fields, lineOf, membersOf } from './fields.ts'
import { parseHttpDate } from './http-date.ts'

/** Fields that a 304 never changes in what is stored: they tell how the stored bytes are to be read (RFC 9111, 3.2). */
const boundToBytes = new Set(['content-length', 'content-encoding', 'content-range', 'transfer-encoding'])

/** Fields of a stored response that go into a 304. Source: RFC 9110, 15.4.5. */
const notModifiedFields = new Set([
  'cache-control',
  'cdn-cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'vary',
  'via',
])

/** True when two entity tags match by the weak comparison. Source: RFC 9110, 8.8.3.2. */
export function matchesWeakly(a: string, b: string): boolean {
  return opaqueOf(a) === opaqueOf(b)
}

/** True when two entity tags match by the strong comparison: both strong and equal. Source: RFC 9110, 8.8.3.2. */
export function matchesStrongly(a: string, b: string): boolean {
  return a === b && isStrong(a)
}

export function isStrong(etag: string): boolean {
  return /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag)
}

/**
 * True when a stored 200 is what the client already holds, so that a 304 answers. If-None-Match alone decides when it is there;
 * without Last-Modified, Date stands in for it. Source: RFC 9110, 13.1.2, 13.1.3, 13.2.2; RFC 9111, 4.3.2.
 */
export function isNotModified(request: Fields, stored: Fields, now: Ms): boolean {
  const ifNoneMatch = combined(request, 'if-none-match')
  if (ifNoneMatch !== undefined) {
    const etag = lineOf(stored, 'etag')
    if (ifNoneMatch.trim() === '*') return true
    return etag !== undefined && membersOf(ifNoneMatch).some(member => matchesWeakly(member, etag))
  }
  const ifModifiedSince = lineOf(request, 'if-modified-since')
  if (ifModifiedSince === undefined) return false
  const since = parseHttpDate(ifModifiedSince, now)
  const modified = parseHttpDate(lineOf(stored, 'last-modified') ?? lineOf(stored, 'date') ?? '', now)
  return since !== undefined && modified !== undefined && modified <= since
}

/** The fields of a 304 made from a stored response; Last-Modified only where it is all the validator there is. Source: RFC 9110, 15.4.5. */
export function fieldsOfNotModified(stored: Fields): string[] {
  const needsModified = lineOf(stored, 'etag') === undefined
  const fields: string[] = []
  for (let at = 0; at < stored.length; at += 2)
    if (notModifiedFields.has(stored[at]!.toLowerCase()) || (needsModified && /^last-modified$/i.test(stored[at]!)))
      fields.push(stored[at]!, stored[at + 1]!)
  return fields
}

/** The fields that ask the origin whether a stored response still holds; none when it has no validator. Source: RFC 9111, 4.3.1. */
export function validatingFields(stored: Fields): string[] {
  const fields: string[] = []
  const etag = lineOf(stored, 'etag')
  const modified = lineOf(stored, 'last-modified')
  if (etag !== undefined) fields.push('If-None-Match', etag)
  if (modified !== undefined) fields.push('If-Modified-Since', modified)
  return fields
}

/**
 * True when a 304 speaks of this stored response: a strong validator in it must be the stored one's; a weak one too when both
 * have it; a 304 without any speaks of the one that was asked about. Source: RFC 9111, 4.3.4.
 */
export function isAbout(notModified: Fields, stored: Fields): boolean {
  const etag = lineOf(notModified, 'etag')
  const storedEtag = lineOf(stored, 'etag')
  if (etag !== undefined) return storedEtag !== undefined && matchesWeakly(etag, storedEtag)
  const modified = lineOf(notModified, 'last-modified')
  return modified === undefined || modified === lineOf(stored, 'last-modified')
}

/**
 * The stored fields after an update by a 304 or by a 200 to HEAD: each field that it carries replaces all stored lines of that
 * name, except what tells how the stored bytes are to be read. Source: RFC 9111, 3.2.
 */
export function updatedFields(stored: Fields, update: Fields): string[] {
  const replaced = new Set<string>()
  for (let at = 0; at < update.length; at += 2) replaced.add(update[at]!.toLowerCase())
  const fields: string[] = []
  for (let at = 0; at < stored.length; at += 2) {
    const name = stored[at]!.toLowerCase()
    if (!replaced.has(name) || boundToBytes.has(name)) fields.push(stored[at]!, stored[at + 1]!)
  }
  for (let at = 0; at < update.length; at += 2)
    if (!boundToBytes.has(update[at]!.toLowerCase())) fields.push(update[at]!, update[at + 1]!)
  return fields
}

/** True when a 200 to HEAD is of the same representation as what is stored. Source: RFC 9111, 4.3.5. */
export function isSameRepresentation(head: Fields, stored: Fields, storedBytes: number): boolean {
  for (const name of ['etag', 'last-modified']) {
    const said = lineOf(head, name)
    const held = lineOf(stored, name)
    if (said !== undefined && held !== undefined && said !== held) return false
  }
  const length = lineOf(head, 'content-length')
  return length === undefined || Number(length) === storedBytes
}

/** Weak tags are marked by a capital W only; what is no entity tag is compared as written. */
function opaqueOf(etag: string): string {
  return etag.startsWith('W/"') ? etag.slice(2) : etag
}
