import { createHash } from 'node:crypto'
import { readAcl, requireBucketAccess } from './access.ts'
import { quoted, sendEmpty, sendXml } from './answer.ts'
import type { BucketRequest } from './bucket-request.ts'
import { checksumElement, checksumField, checksumOfParts, createChecksum, defaultChecksumType } from './checksums.ts'
import { createWriteRequirement, readConditions } from './conditions.ts'
import { BucketFailure } from './failure.ts'
import type { OpenUpload } from './index-of-objects.ts'
import { encodeKey } from './list-objects.ts'
import { readDescription } from './object-fields.ts'
import {
  type Checksum,
  type ChecksumAlgorithm,
  checksumAlgorithms,
  type ObjectVersion,
  type UploadPart,
} from './object-model.ts'
import {
  checksumAnswer,
  copyResult,
  keepOrDiscard,
  openSource,
  ownerOf,
  readAlgorithm,
  summed,
  versionField,
} from './put-object.ts'
import { greatestPutBytes, openBody, readDocument } from './request-body.ts'
import { childrenOf, type Element, readXml, type Tree, textOf } from './xml.ts'

const greatestPart = 10_000
/** Every part but the last one has at least so many bytes. */
const leastPartBytes = 5 * 1024 ** 2

/** CreateMultipartUpload. */
export async function beginUpload(request: BucketRequest): Promise<void> {
  const { store, bucket, key, field, now } = request
  requireBucketAccess(request, store.shelfOf(bucket).bucket, 'write')
  const acl = readAcl(field) ?? { acl: 'private' }
  const algorithm = readAlgorithm(request)
  const type = readType(field('x-amz-checksum-type'), algorithm)
  const upload = await store.uploads.begin({
    bucket,
    key,
    startedMs: now,
    template: { ...readDescription(request), owner: ownerOf(request), ...acl },
    ...(algorithm === undefined ? {} : { checksumAlgorithm: algorithm, checksumType: type! }),
  })
  sendXml(
    request,
    [
      'InitiateMultipartUploadResult',
      [
        ['Bucket', bucket],
        ['Key', key],
        ['UploadId', upload.uploadId],
      ],
    ],
    {
      'x-amz-checksum-algorithm': algorithm,
      'x-amz-checksum-type': type,
    },
  )
}

function readType(text: string | undefined, algorithm: ChecksumAlgorithm | undefined): Checksum['type'] | undefined {
  if (algorithm === undefined) return undefined
  const type = text ?? defaultChecksumType(algorithm)
  const isPossible =
    type === 'FULL_OBJECT' ? algorithm.startsWith('CRC') : type === 'COMPOSITE' && algorithm !== 'CRC64NVME'
  if (!isPossible)
    throw new BucketFailure(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    )
  return type as Checksum['type']
}

/** The upload that a request names, when whoever asks may write there. */
export function openUploadOf(request: BucketRequest): OpenUpload {
  const { store, bucket, key, query } = request
  requireBucketAccess(request, store.shelfOf(bucket).bucket, 'write')
  return store.uploads.find(bucket, key, query.get('uploadId') ?? '')
}

/** UploadPart. */
export async function putPart(request: BucketRequest): Promise<void> {
  const { store, query } = request
  const number = readPartNumber(query)
  const { upload } = openUploadOf(request)
  const body = openBody(request, upload.checksumAlgorithm)
  const written = await store.write(body.pieces, greatestPutBytes)
  const given = body.checksum()
  const part = {
    uploadId: upload.uploadId,
    number,
    blobs: written.blobs,
    bytes: written.bytes,
    etag: written.md5.toString('hex'),
    modifiedMs: request.now,
    ...(given === undefined ? {} : { checksum: given.value }),
  }
  await keepOrDiscard(request, written.blobs, async () => {
    if (given !== undefined && upload.checksumAlgorithm !== undefined && given.algorithm !== upload.checksumAlgorithm)
      throw new BucketFailure(
        'InvalidRequest',
        `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${given.algorithm.toLowerCase()}`,
      )
    await store.uploads.putPart(upload, part)
  })
  sendEmpty(request, 200, { ETag: quoted(part.etag), ...checksumAnswer(given) })
}

function readPartNumber(query: ReadonlyMap<string, string>): number {
  const text = query.get('partNumber') ?? ''
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > greatestPart)
    throw new BucketFailure('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
      ArgumentName: 'partNumber',
      ArgumentValue: text,
    })
  return number
}

/** UploadPartCopy. */
export async function copyPart(request: BucketRequest): Promise<void> {
  const { store, query, field } = request
  const number = readPartNumber(query)
  const { upload } = openUploadOf(request)
  const source = openSource(request)
  try {
    const { from, to } = readCopyRange(field('x-amz-copy-source-range'), source.version.bytes)
    const { checksumAlgorithm } = upload
    const sum = checksumAlgorithm === undefined ? undefined : createChecksum(checksumAlgorithm)
    const written = await store.write(summed(source.bytes.read(from, to), sum), greatestPutBytes)
    const part: UploadPart = {
      uploadId: upload.uploadId,
      number,
      blobs: written.blobs,
      bytes: written.bytes,
      etag: written.md5.toString('hex'),
      modifiedMs: request.now,
      ...(sum === undefined ? {} : { checksum: sum.digest() }),
    }
    await keepOrDiscard(request, written.blobs, () => store.uploads.putPart(upload, part))
    const checksum =
      part.checksum === undefined
        ? undefined
        : { algorithm: checksumAlgorithm!, value: part.checksum, type: 'FULL_OBJECT' as const }
    sendXml(request, ['CopyPartResult', copyResult(part, checksum)])
  } finally {
    await source.bytes.close()
  }
}

function readCopyRange(text: string | undefined, bytes: number): { from: number; to: number } {
  if (text === undefined) return { from: 0, to: bytes }
  const match = /^bytes=(\d+)-(\d+)$/.exec(text)
  if (match === null || Number(match[1]) > Number(match[2]))
    throw new BucketFailure(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: text },
    )
  if (Number(match[2]) >= bytes)
    throw new BucketFailure('InvalidRange', `Range specified is not valid for source object of size: ${bytes}`)
  return { from: Number(match[1]), to: Number(match[2]) + 1 }
}

/** CompleteMultipartUpload. Asked again after it was done, it gives the same answer. */
export async function completeUpload(request: BucketRequest): Promise<void> {
  const { store, bucket, key, query } = request
  const body = await readDocument(request, 4 * 1024 ** 2)
  const done = store.uploads.outcome(bucket, key, query.get('uploadId') ?? '')
  if (done !== undefined) requireBucketAccess(request, store.shelfOf(bucket).bucket, 'write')
  const version = done ?? (await completeOpen(request, body))
  const { checksum } = version
  const sums: Element[] =
    checksum === undefined
      ? []
      : [
          [checksumElement(checksum.algorithm), checksum.value],
          ['ChecksumType', checksum.type],
        ]
  sendXml(
    request,
    [
      'CompleteMultipartUploadResult',
      [
        ['Location', `http://${request.field('host') ?? 'localhost'}/${bucket}/${encodeKey(key)}`],
        ['Bucket', bucket],
        ['Key', key],
        ['ETag', quoted(version.etag)],
        ...sums,
      ],
    ],
    versionField(version),
  )
}

async function completeOpen(request: BucketRequest, body: string): Promise<ObjectVersion> {
  const { store, field } = request
  const { upload, parts } = openUploadOf(request)
  const chosen = chooseParts(childrenOf(readXml(body, 'CompleteMultipartUpload'), 'Part'), parts)
  const bytes = chosen.reduce((sum, part) => sum + part.bytes, 0)
  const size = field('x-amz-mp-object-size')
  if (size !== undefined && Number(size) !== bytes)
    throw new BucketFailure('InvalidRequest', 'The provided x-amz-mp-object-size does not match the size of the object')
  const facts = chosen.map(({ number, bytes, checksum }) => ({
    number,
    bytes,
    ...(checksum === undefined ? {} : { checksum }),
  }))
  const { checksumAlgorithm, checksumType } = upload
  const checksum =
    checksumAlgorithm === undefined ? undefined : checksumOfParts(checksumAlgorithm, checksumType!, facts)
  checkWholeChecksum(request, checksum)
  const md5 = createHash('md5')
  for (const part of chosen) md5.update(Buffer.from(part.etag, 'hex'))
  const draft = {
    ...upload.template,
    bytes,
    blobs: chosen.flatMap(part => part.blobs),
    etag: `${md5.digest('hex')}-${chosen.length}`,
    parts: facts,
    ...(checksum === undefined ? {} : { checksum }),
  }
  return store.uploads.complete(upload, draft, createWriteRequirement(readConditions(field, '')))
}

/** The parts that a client names, in its order, checked against what was uploaded. */
function chooseParts(named: readonly Tree[], parts: ReadonlyMap<number, UploadPart>): UploadPart[] {
  if (named.length === 0 || named.length > greatestPart) throw new BucketFailure('MalformedXML')
  let before = 0
  const chosen = named.map(tree => {
    const number = Number(textOf(tree, 'PartNumber')?.trim())
    const etag = textOf(tree, 'ETag')?.trim().replace(/^"|"$/g, '')
    if (!Number.isInteger(number) || etag === undefined) throw new BucketFailure('MalformedXML')
    if (number <= before) throw new BucketFailure('InvalidPartOrder')
    before = number
    const part = parts.get(number)
    const isSame = checksumAlgorithms.every(algorithm => {
      const given = textOf(tree, checksumElement(algorithm))
      return given === undefined || part?.checksum === undefined || given === part.checksum
    })
    if (part === undefined || part.etag !== etag || !isSame)
      throw new BucketFailure('InvalidPart', undefined, { PartNumber: String(number), ETag: etag })
    return part
  })
  for (const part of chosen.slice(0, -1))
    if (part.bytes < leastPartBytes)
      throw new BucketFailure('EntityTooSmall', undefined, {
        ProposedSize: String(part.bytes),
        MinSizeAllowed: String(leastPartBytes),
        PartNumber: String(part.number),
        ETag: part.etag,
      })
  return chosen
}

function checkWholeChecksum({ field }: BucketRequest, checksum: Checksum | undefined): void {
  for (const algorithm of checksumAlgorithms) {
    const given = field(checksumField(algorithm))
    if (
      given !== undefined &&
      checksum?.algorithm === algorithm &&
      given.replace(/-\d+$/, '') !== checksum.value.replace(/-\d+$/, '')
    )
      throw new BucketFailure('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`)
  }
}

/** AbortMultipartUpload. */
export async function abortUpload(request: BucketRequest): Promise<void> {
  const { upload } = openUploadOf(request)
  await request.store.uploads.abort(upload)
  sendEmpty(request, 204)
}
