import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { formatContentRange, selectRanges } from '../../cache/http/ranges.ts'
import { requireBucketAccess, requireObjectRead } from './access.ts'
import { quoted, sendEmpty, sendHead, sendXml } from './answer.ts'
import { type BucketRequest, numberIn } from './bucket-request.ts'
import { checksumElement } from './checksums.ts'
import { judgeRead, lastModified, matches, readConditions } from './conditions.ts'
import { BucketFailure } from './failure.ts'
import { checksumFieldsOf, contentFields, fieldsOf, refuseUnknownOrders } from './object-fields.ts'
import type { ObjectVersion } from './object-model.ts'
import type { Element } from './xml.ts'

/** Part of an object that is sent. */
interface Slice {
  from: number
  to: number
  status: 200 | 206
}

/** GetObject and HeadObject, whole or in part, under conditions. */
export async function getObject(request: BucketRequest): Promise<void> {
  const { response, store, query, field, now, method } = request
  refuseUnknownOrders(request)
  const version = findReadable(request)
  const fields = fieldsOf(version)
  const verdict = judgeRead(readConditions(field, ''), version, now)
  if (verdict === 'failed') throw new BucketFailure('PreconditionFailed')
  if (verdict === 'not-modified') {
    sendEmpty(request, 304, {
      ETag: fields.ETag,
      'Last-Modified': fields['Last-Modified'],
      'x-amz-version-id': fields['x-amz-version-id'],
      'cache-control': fields['cache-control'],
      expires: fields.expires,
    })
    return
  }
  const slice = sliceOf(request, version)
  const { from, to, status } = slice
  if (status === 206) fields['Content-Range'] = formatContentRange({ first: from, last: to - 1 }, version.bytes)
  if (query.has('partNumber') && version.parts !== undefined)
    fields['x-amz-mp-parts-count'] = String(version.parts.length)
  if (field('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED')
    Object.assign(fields, checksumsToSend(request, version, slice))
  overrideFields(request, fields)
  sendHead(request, status, { ...fields, 'Content-Length': to - from })
  if (method === 'HEAD' || to === from) {
    response.end()
    return
  }
  const object = store.open(version)
  try {
    await pipeline(Readable.from(object.read(from, to), { objectMode: true, highWaterMark: 1 }), response)
  } finally {
    await object.close()
  }
}

/** The checksum of what is sent: of the whole or of a part; of a range there is none. */
function checksumsToSend({ query }: BucketRequest, version: ObjectVersion, { status }: Slice): Record<string, string> {
  if (status === 200) return checksumFieldsOf(version)
  const { checksum, parts } = version
  const part = parts?.find(({ number }) => String(number) === query.get('partNumber'))
  if (checksum === undefined || (part !== undefined && part.checksum === undefined)) return {}
  if (part !== undefined) return checksumFieldsOf({ checksum: { ...checksum, value: part.checksum! } })
  return query.has('partNumber') ? checksumFieldsOf(version) : {}
}

/** The version that a request names, when whoever asks may read it. Who may not even list the bucket is not told that a key is missing. */
export function findReadable(request: BucketRequest): ObjectVersion {
  const { store, bucket, key, query } = request
  const shelf = store.shelfOf(bucket)
  let version: ObjectVersion
  try {
    version = store.find(bucket, key, query.get('versionId') || undefined)
  } catch (failure) {
    requireBucketAccess(request, shelf.bucket, 'read')
    throw failure
  }
  requireObjectRead(request, shelf.bucket, version)
  return version
}

/** Several ranges at once are not served: the whole is sent, as S3 does. */
function sliceOf(request: BucketRequest, version: ObjectVersion): Slice {
  const { query, field } = request
  const { bytes } = version
  const part = numberIn(query, 'partNumber', 1, 10_000)
  const range = field('range')
  if (part !== undefined) {
    if (range !== undefined)
      throw new BucketFailure('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter')
    return sliceOfPart(version, part)
  }
  const ifRange = field('if-range')
  if (
    range === undefined ||
    (ifRange !== undefined && !matches(ifRange, version.etag) && ifRange !== lastModified(version))
  )
    return { from: 0, to: bytes, status: 200 }
  const ranges = selectRanges(range, bytes)
  if (ranges === 'unsatisfiable')
    throw new BucketFailure(
      'InvalidRange',
      undefined,
      { RangeRequested: range, ActualObjectSize: String(bytes) },
      { 'Content-Range': `bytes */${bytes}` },
    )
  if (ranges === 'whole' || ranges.length > 1) return { from: 0, to: bytes, status: 200 }
  return { from: ranges[0]!.first, to: ranges[0]!.last + 1, status: 206 }
}

function sliceOfPart({ parts, bytes }: ObjectVersion, part: number): Slice {
  const all = parts ?? [{ number: 1, bytes }]
  const index = all.findIndex(({ number }) => number === part)
  if (index < 0)
    throw new BucketFailure('InvalidPartNumber', undefined, {
      PartNumberRequested: String(part),
      ActualPartCount: String(all.length),
    })
  const from = all.slice(0, index).reduce((sum, before) => sum + before.bytes, 0)
  return { from, to: from + all[index]!.bytes, status: bytes === 0 ? 200 : 206 }
}

/** What `response-` parameters say instead of the stored fields; only who signs may do that. */
function overrideFields({ query, identity }: BucketRequest, fields: Record<string, string>): void {
  for (const name of contentFields) {
    const value = query.get(`response-${name}`)
    if (value === undefined) continue
    if (identity === undefined)
      throw new BucketFailure(
        'InvalidRequest',
        'Request specific response headers cannot be used for anonymous GET requests.',
      )
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value))
      throw new BucketFailure('InvalidArgument', undefined, { ArgumentName: `response-${name}` })
    fields[name] = value
  }
}

/** GetObjectAttributes: facts of an object without its bytes. */
export function getObjectAttributes(request: BucketRequest): void {
  const version = findReadable(request)
  const wanted = new Set(
    (request.field('x-amz-object-attributes') ?? '')
      .split(',')
      .map(name => name.trim())
      .filter(Boolean),
  )
  const known = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']
  if (wanted.size === 0 || [...wanted].some(name => !known.includes(name)))
    throw new BucketFailure('InvalidArgument', 'Invalid attribute name specified', {
      ArgumentName: 'x-amz-object-attributes',
    })
  const { checksum, parts } = version
  const attributes: Element[] = []
  if (wanted.has('ETag')) attributes.push(['ETag', version.etag])
  if (wanted.has('Checksum') && checksum !== undefined)
    attributes.push([
      'Checksum',
      [
        [checksumElement(checksum.algorithm), checksum.value],
        ['ChecksumType', checksum.type],
      ],
    ])
  if (wanted.has('ObjectParts') && parts !== undefined) attributes.push(['ObjectParts', listParts(request, version)])
  if (wanted.has('StorageClass')) attributes.push(['StorageClass', version.storageClass])
  if (wanted.has('ObjectSize')) attributes.push(['ObjectSize', version.bytes])
  sendXml(request, ['GetObjectAttributesResponse', attributes], {
    'Last-Modified': lastModified(version),
    'x-amz-version-id': version.versionId === 'null' ? undefined : version.versionId,
  })
}

function listParts({ field }: BucketRequest, { parts, checksum }: ObjectVersion): Element[] {
  const paging = new Map([
    ['max-parts', field('x-amz-max-parts') ?? '1000'],
    ['part-number-marker', field('x-amz-part-number-marker') ?? '0'],
  ])
  const most = numberIn(paging, 'max-parts', 0, 2 ** 31)!
  const marker = numberIn(paging, 'part-number-marker', 0, 2 ** 31)!
  const after = parts!.filter(({ number }) => number > marker)
  const page = after.slice(0, Math.min(most, 1000))
  const elements: Element[] = [
    ['PartsCount', parts!.length],
    ['PartNumberMarker', marker],
    ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
    ['MaxParts', most],
    ['IsTruncated', page.length < after.length],
  ]
  for (const part of page) {
    const facts: Element[] =
      part.checksum === undefined || checksum === undefined
        ? []
        : [[checksumElement(checksum.algorithm), part.checksum]]
    elements.push(['Part', [...facts, ['PartNumber', part.number], ['Size', part.bytes]]])
  }
  return elements
}

/** The entity tag as listings and answers write it. */
export function etagElement({ etag }: Pick<ObjectVersion, 'etag'>): Element {
  return ['ETag', quoted(etag)]
}
