import { readAcl, requireBucketAccess } from './access.ts'
import { isoTime, quoted, sendEmpty, sendXml } from './answer.ts'
import { type BucketRequest, decode, readBucketTarget } from './bucket-request.ts'
import { checksumElement, checksumField, createChecksum } from './checksums.ts'
import { createWriteRequirement, readConditions, requireSource } from './conditions.ts'
import { BucketFailure } from './failure.ts'
import { etagElement, findReadable } from './get-object.ts'
import type { OpenObject } from './object-bytes.ts'
import { checksumFieldsOf, readDescription, refuseUnknownOrders } from './object-fields.ts'
import { type Checksum, type ChecksumAlgorithm, checksumAlgorithms, type ObjectVersion } from './object-model.ts'
import { greatestPutBytes, openBody } from './request-body.ts'
import { readTagField } from './tags.ts'
import type { Element } from './xml.ts'

/** PutObject: the object is there when all of its bytes are durable and every promise about them held, and not before. */
export async function putObject(request: BucketRequest): Promise<void> {
  const { store, bucket, key, field } = request
  const shelf = store.shelfOf(bucket)
  requireBucketAccess(request, shelf.bucket, 'write')
  const description = readDescription(request)
  const acl = readAcl(field) ?? { acl: 'private' }
  const require = createWriteRequirement(readConditions(field, ''))
  require(store.peek(bucket, key))
  const body = openBody(request, readAlgorithm(request))
  const written = await store.write(body.pieces, greatestPutBytes)
  const checksum = wholeChecksum(body.checksum())
  const draft = {
    ...description,
    bytes: written.bytes,
    blobs: written.blobs,
    etag: written.md5.toString('hex'),
    owner: ownerOf(request),
    ...acl,
    ...(checksum === undefined ? {} : { checksum }),
  }
  const version = await keepOrDiscard(request, written.blobs, () =>
    store.commit(bucket, key, draft, 'ObjectCreated:Put', require),
  )
  sendEmpty(request, 200, { ETag: quoted(version.etag), ...versionField(version), ...checksumFieldsOf(version) })
}

/** Runs a commit and lets go of bytes that it did not take. */
export async function keepOrDiscard<T>(
  { store }: BucketRequest,
  blobs: readonly string[],
  commit: () => Promise<T>,
): Promise<T> {
  try {
    return await commit()
  } catch (error) {
    await store.discard(blobs)
    throw error
  }
}

/** The algorithm that a request names without giving a value. Throws InvalidRequest. */
export function readAlgorithm({ field }: BucketRequest): ChecksumAlgorithm | undefined {
  const name = field('x-amz-sdk-checksum-algorithm') ?? field('x-amz-checksum-algorithm')
  if (name === undefined) return undefined
  const algorithm = checksumAlgorithms.find(candidate => candidate === name.toUpperCase())
  if (algorithm === undefined)
    throw new BucketFailure(
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    )
  return algorithm
}

function wholeChecksum(given: { algorithm: ChecksumAlgorithm; value: string } | undefined): Checksum | undefined {
  return given === undefined ? undefined : { ...given, type: 'FULL_OBJECT' }
}

export function ownerOf({ identity, store, bucket }: BucketRequest): string {
  return identity?.account ?? store.shelfOf(bucket).bucket.owner
}

export function versionField({ versionId }: Pick<ObjectVersion, 'versionId'>): Record<string, string | undefined> {
  return { 'x-amz-version-id': versionId === 'null' ? undefined : versionId }
}

/** The object that `x-amz-copy-source` names, open for reading. Whoever opens it closes it. */
export function openSource(request: BucketRequest): {
  version: ObjectVersion
  bucket: string
  key: string
  bytes: OpenObject
} {
  const { store, field, now } = request
  refuseUnknownOrders(request)
  const written = field('x-amz-copy-source')!
  const mark = /\?versionId=(.*)$/.exec(written)
  const { bucket, key } = readBucketTarget(
    `/${(mark === null ? written : written.slice(0, mark.index)).replace(/^\//, '')}`,
    undefined,
  )
  if (bucket === '' || key === '')
    throw new BucketFailure(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      { ArgumentName: 'x-amz-copy-source', ArgumentValue: written },
    )
  const query = new Map(mark === null ? [] : [['versionId', decode(mark[1]!)] as const])
  const version = findReadable({ ...request, bucket, key, query })
  requireSource(readConditions(field, 'x-amz-copy-source-'), version, now)
  return { version, bucket, key, bytes: store.open(version) }
}

/** CopyObject: within and between buckets, with the source's description or a new one. */
export async function copyObject(request: BucketRequest): Promise<void> {
  const { store, bucket, key, field } = request
  const shelf = store.shelfOf(bucket)
  requireBucketAccess(request, shelf.bucket, 'write')
  const isReplacing = readDirective(field('x-amz-metadata-directive'), 'x-amz-metadata-directive')
  const isRetagging = readDirective(field('x-amz-tagging-directive'), 'x-amz-tagging-directive')
  const acl = readAcl(field) ?? { acl: 'private' }
  const require = createWriteRequirement(readConditions(field, ''))
  const source = openSource(request)
  try {
    const { version: from } = source
    const changes = [isReplacing, field('x-amz-storage-class'), field('x-amz-website-redirect-location')]
    if (source.bucket === bucket && source.key === key && !changes.some(Boolean) && store.peek(bucket, key) === from)
      throw new BucketFailure(
        'InvalidRequest',
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      )
    if (from.bytes > greatestPutBytes)
      throw new BucketFailure(
        'InvalidRequest',
        'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
      )
    const described = readDescription(request)
    const algorithm =
      readAlgorithm(request) ?? (from.checksum?.type === 'FULL_OBJECT' ? from.checksum.algorithm : undefined)
    const sum = algorithm === undefined ? undefined : createChecksum(algorithm)
    const written = await store.write(summed(source.bytes.read(0, from.bytes), sum), greatestPutBytes)
    const draft = {
      fields: isReplacing ? described.fields : from.fields,
      metadata: isReplacing ? described.metadata : from.metadata,
      tags: isRetagging ? readTagField(field('x-amz-tagging')) : from.tags,
      storageClass: described.storageClass,
      bytes: written.bytes,
      blobs: written.blobs,
      etag: written.md5.toString('hex'),
      owner: ownerOf(request),
      ...acl,
      ...(sum === undefined
        ? {}
        : { checksum: { algorithm: algorithm!, value: sum.digest(), type: 'FULL_OBJECT' as const } }),
    }
    const version = await keepOrDiscard(request, written.blobs, () =>
      store.commit(bucket, key, draft, 'ObjectCreated:Copy', require),
    )
    const sourceVersion = from.versionId === 'null' ? undefined : from.versionId
    sendXml(request, ['CopyObjectResult', copyResult(version, version.checksum)], {
      ...versionField(version),
      'x-amz-copy-source-version-id': sourceVersion,
    })
  } finally {
    await source.bytes.close()
  }
}

export function copyResult(copied: { etag: string; modifiedMs: number }, checksum: Checksum | undefined): Element[] {
  const facts: Element[] = [['LastModified', isoTime(copied.modifiedMs)], etagElement(copied)]
  if (checksum !== undefined) facts.push([checksumElement(checksum.algorithm), checksum.value])
  return facts
}

export async function* summed(
  pieces: AsyncIterable<Uint8Array>,
  sum: { update(bytes: Uint8Array): void } | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    sum?.update(piece)
    yield piece
  }
}

/** True for REPLACE. */
function readDirective(text: string | undefined, name: string): boolean {
  if (text === undefined || text === 'COPY') return false
  if (text === 'REPLACE') return true
  throw new BucketFailure('InvalidArgument', `Unknown ${name.replace('x-amz-', '').replace('-', ' ')}.`, {
    ArgumentName: name,
    ArgumentValue: text,
  })
}

/** The checksum field of a part or an object, for an answer. */
export function checksumAnswer(
  checksum: { algorithm: ChecksumAlgorithm; value: string } | undefined,
): Record<string, string> {
  return checksum === undefined ? {} : { [checksumField(checksum.algorithm)]: checksum.value }
}
