import { compareUtf8 } from '../../lib/sorted-map.ts'
import type { Shelf } from './index-of-objects.ts'
import type { ObjectVersion } from './object-model.ts'

/** What a listing looks for. */
export interface ListingQuery {
  prefix: string
  /** Empty for none. */
  delimiter: string
  /** Only what comes after this key or common prefix. */
  after: string
  /** With versions: of the key `after` itself, only what comes behind this version. */
  afterVersion?: string
  most: number
}

export interface Listing {
  entries: { key: string; version: ObjectVersion; isLatest: boolean }[]
  commonPrefixes: string[]
  isTruncated: boolean
  /** The last key or common prefix of the page, to go on from. */
  last: string | undefined
  lastVersion: string | undefined
}

/**
 * One page of a bucket in the order of UTF-8 bytes. Keys that have the delimiter behind the prefix are told once, as what they have in common
 * up to it, and count as one. Source: Amazon S3 API Reference, ListObjectsV2, ListObjectVersions.
 */
export function listPage(shelf: Shelf, query: ListingQuery, isWithVersions: boolean): Listing {
  const { prefix, delimiter, after, afterVersion, most } = query
  const listing: Listing = {
    entries: [],
    commonPrefixes: [],
    isTruncated: false,
    last: undefined,
    lastVersion: undefined,
  }
  if (most === 0) return listing
  let from: string | undefined = compareUtf8(after, prefix) > 0 ? after : prefix
  const skipped = groupOf(after, prefix, delimiter)
  if (skipped !== undefined && skipped === after) from = behind(skipped)
  while (from !== undefined) from = walk(from)
  return listing

  /** Walks until the page is full or a group of keys is to be stepped over; answers where to go on. */
  function walk(start: string): string | undefined {
    for (const [key, versions] of shelf.objects.ascend(start)) {
      if (!key.startsWith(prefix)) return undefined
      if (key === after && after !== '' && afterVersion === undefined) continue
      const group = groupOf(key, prefix, delimiter)
      const shown = versionsToShow(versions, isWithVersions, key === after ? afterVersion : undefined)
      if (shown.length === 0) continue
      if (group !== undefined) {
        if (isFull()) return undefined
        listing.commonPrefixes.push(group)
        listing.last = group
        listing.lastVersion = undefined
        return behind(group)
      }
      for (const version of shown) {
        if (isFull()) return undefined
        listing.entries.push({ key, version, isLatest: version === versions[0] })
        listing.last = key
        listing.lastVersion = version.versionId
      }
    }
    return undefined
  }

  function isFull(): boolean {
    listing.isTruncated = listing.entries.length + listing.commonPrefixes.length >= most
    return listing.isTruncated
  }
}

function versionsToShow(
  versions: readonly ObjectVersion[],
  isWithVersions: boolean,
  afterVersion: string | undefined,
): readonly ObjectVersion[] {
  if (!isWithVersions) return versions[0]!.isDeleteMarker ? [] : versions.slice(0, 1)
  return afterVersion === undefined
    ? versions
    : versions.slice(versions.findIndex(({ versionId }) => versionId === afterVersion) + 1)
}

function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

/** Behind all keys that begin with a group: no key has the last code point after it. */
function behind(group: string): string {
  return `${group}\u{10ffff}`
}
