import { requireBucketAccess } from './access.ts'
import { isoTime, quoted, sendXml } from './answer.ts'
import { type BucketRequest, numberIn } from './bucket-request.ts'
import { BucketFailure } from './failure.ts'
import { type Listing, listPage } from './listing.ts'
import type { ObjectVersion } from './object-model.ts'
import type { Element } from './xml.ts'

const greatestPage = 1000

interface Page {
  prefix: string
  delimiter: string
  most: number
  /** Writes a name as the request wants it: percent-encoded or as it is. */
  write(text: string): string
  encoding: Element[]
}

function readPage({ query }: BucketRequest): Page {
  const encodingType = query.get('encoding-type')
  if (encodingType !== undefined && encodingType !== 'url')
    throw new BucketFailure('InvalidArgument', 'Invalid Encoding Method specified in Request', {
      ArgumentName: 'encoding-type',
      ArgumentValue: encodingType,
    })
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    most:
      numberIn(
        new Map([...query].filter(([name, value]) => name !== 'max-keys' || value !== '')),
        'max-keys',
        0,
        2 ** 31 - 1,
      ) ?? greatestPage,
    write: encodingType === 'url' ? encodeKey : text => text,
    encoding: encodingType === 'url' ? [['EncodingType', 'url']] : [],
  }
}

/** Percent-encodes all but what may stand in a path. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replaceAll('%2F', '/')
    .replace(/[!'()]/g, mark => `%${mark.charCodeAt(0).toString(16)}`)
}

/** ListObjectsV2: pages by an opaque token. */
export function listObjectsV2(request: BucketRequest): void {
  const { query, bucket } = request
  const { prefix, delimiter, most, write, encoding } = readPage(request)
  const token = query.get('continuation-token')
  const startAfter = query.get('start-after')
  const listing = listFor(request, token === undefined ? (startAfter ?? '') : readToken(token))
  const next = listing.isTruncated ? Buffer.from(`after ${listing.last!}`).toString('base64url') : undefined
  sendXml(request, [
    'ListBucketResult',
    [
      ['Name', bucket],
      ['Prefix', write(prefix)],
      ...optional('Delimiter', delimiter === '' ? undefined : write(delimiter)),
      ...optional('StartAfter', startAfter === undefined ? undefined : write(startAfter)),
      ...optional('ContinuationToken', token),
      ...optional('NextContinuationToken', next),
      ['KeyCount', listing.entries.length + listing.commonPrefixes.length],
      ['MaxKeys', Math.min(most, greatestPage)],
      ['IsTruncated', listing.isTruncated],
      ...encoding,
      ...contentsOf(listing, write, query.get('fetch-owner') === 'true'),
    ],
  ])
}

/** ListObjects: pages by the last key. */
export function listObjects(request: BucketRequest): void {
  const { query, bucket } = request
  const { prefix, delimiter, most, write, encoding } = readPage(request)
  const marker = query.get('marker') ?? ''
  const listing = listFor(request, marker)
  sendXml(request, [
    'ListBucketResult',
    [
      ['Name', bucket],
      ['Prefix', write(prefix)],
      ['Marker', write(marker)],
      ...optional('NextMarker', listing.isTruncated && delimiter !== '' ? write(listing.last!) : undefined),
      ...optional('Delimiter', delimiter === '' ? undefined : write(delimiter)),
      ['MaxKeys', Math.min(most, greatestPage)],
      ['IsTruncated', listing.isTruncated],
      ...encoding,
      ...contentsOf(listing, write, true),
    ],
  ])
}

/** ListObjectVersions: every version of every key, newest first. */
export function listObjectVersions(request: BucketRequest): void {
  const { query, store, bucket } = request
  const { bucket: facts } = store.shelfOf(bucket)
  requireBucketAccess(request, facts, 'read')
  const { prefix, delimiter, most, write, encoding } = readPage(request)
  const after = query.get('key-marker') ?? ''
  const afterVersion = query.get('version-id-marker')
  const page = {
    prefix,
    delimiter,
    after,
    most: Math.min(most, greatestPage),
    ...(afterVersion ? { afterVersion } : {}),
  }
  const listing = listPage(store.shelfOf(bucket), page, true)
  const entries = listing.entries.map(({ key, version, isLatest }): Element => {
    const facts: Element[] = [
      ['Key', write(key)],
      ['VersionId', version.versionId],
      ['IsLatest', isLatest],
      ['LastModified', isoTime(version.modifiedMs)],
    ]
    return version.isDeleteMarker
      ? ['DeleteMarker', [...facts, ownerElement(version.owner)]]
      : [
          'Version',
          [
            ...facts,
            ['ETag', quoted(version.etag)],
            ['Size', version.bytes],
            ownerElement(version.owner),
            ['StorageClass', version.storageClass],
          ],
        ]
  })
  sendXml(request, [
    'ListVersionsResult',
    [
      ['Name', bucket],
      ['Prefix', write(prefix)],
      ['KeyMarker', write(after)],
      ['VersionIdMarker', afterVersion ?? ''],
      ...optional('NextKeyMarker', listing.isTruncated ? write(listing.last!) : undefined),
      ...optional('NextVersionIdMarker', listing.isTruncated ? listing.lastVersion : undefined),
      ...optional('Delimiter', delimiter === '' ? undefined : write(delimiter)),
      ['MaxKeys', Math.min(most, greatestPage)],
      ['IsTruncated', listing.isTruncated],
      ...encoding,
      ...entries,
      ...prefixesOf(listing, write),
    ],
  ])
}

function listFor(request: BucketRequest, after: string): Listing {
  const { store, bucket } = request
  const shelf = store.shelfOf(bucket)
  requireBucketAccess(request, shelf.bucket, 'read')
  const { prefix, delimiter, most } = readPage(request)
  return listPage(shelf, { prefix, delimiter, after, most: Math.min(most, greatestPage) }, false)
}

function readToken(token: string): string {
  if (token === '') return ''
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith('after '))
    throw new BucketFailure('InvalidArgument', 'The continuation token provided is incorrect', {
      ArgumentName: 'continuation-token',
    })
  return text.slice('after '.length)
}

function contentsOf(listing: Listing, write: Page['write'], isWithOwner: boolean): Element[] {
  const contents = listing.entries.map(
    ({ key, version }): Element => ['Contents', contentOf(write(key), version, isWithOwner)],
  )
  return [...contents, ...prefixesOf(listing, write)]
}

function contentOf(key: string, version: ObjectVersion, isWithOwner: boolean): Element[] {
  const { checksum } = version
  return [
    ['Key', key],
    ['LastModified', isoTime(version.modifiedMs)],
    ['ETag', quoted(version.etag)],
    ...(checksum === undefined
      ? []
      : ([
          ['ChecksumAlgorithm', checksum.algorithm],
          ['ChecksumType', checksum.type],
        ] as Element[])),
    ['Size', version.bytes],
    ...(isWithOwner ? [ownerElement(version.owner)] : []),
    ['StorageClass', version.storageClass],
  ]
}

function prefixesOf({ commonPrefixes }: Listing, write: Page['write']): Element[] {
  return commonPrefixes.map((prefix): Element => ['CommonPrefixes', [['Prefix', write(prefix)]]])
}

export function ownerElement(owner: string): Element {
  return [
    'Owner',
    [
      ['ID', owner],
      ['DisplayName', owner],
    ],
  ]
}

export function optional(name: string, value: string | undefined): Element[] {
  return value === undefined ? [] : [[name, value]]
}
