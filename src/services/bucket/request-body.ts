import { createHash } from 'node:crypto'
import { askForBody } from '../expected-body.ts'
import { ChunkFailure, decodeChunks } from '../signature-chunks.ts'
import type { BucketRequest } from './bucket-request.ts'
import { checksumField, createChecksum, isChecksum } from './checksums.ts'
import { BucketFailure } from './failure.ts'
import { type ChecksumAlgorithm, checksumAlgorithms } from './object-model.ts'

/** A body on its way in. Its pieces end with a failure unless every length, digest and signature that was promised holds. */
export interface IncomingBody {
  pieces: AsyncIterable<Uint8Array>
  /** The checksum that came with it, known when the pieces are over. */
  checksum(): { algorithm: ChecksumAlgorithm; value: string } | undefined
}

/** The greatest object that is put at once, and the greatest part. */
export const greatestPutBytes = 5 * 1024 ** 3

/** Reads what a request says of its body, before any of it. A checksum that comes with the document that completes an upload is the object's. Throws InvalidDigest, EntityTooLarge, InvalidRequest, NotImplemented. */
export function openBody(request: BucketRequest, preferred?: ChecksumAlgorithm, isDocument = false): IncomingBody {
  const { field, payloadHash } = request
  const isStreamed =
    payloadHash.startsWith('STREAMING-') || /(?:^|,)\s*aws-chunked\s*(?:,|$)/i.test(field('content-encoding') ?? '')
  if (payloadHash.startsWith('STREAMING-AWS4-ECDSA'))
    throw new BucketFailure('NotImplemented', 'Signature version 4A is not implemented.')
  const declared = declaredBytes(request, isStreamed)
  if (declared !== undefined && declared > greatestPutBytes)
    throw new BucketFailure('EntityTooLarge', undefined, {
      ProposedSize: String(declared),
      MaxSizeAllowed: String(greatestPutBytes),
    })
  const promised = readPromises(request, isDocument)
  const algorithm = promised.checksum?.algorithm ?? preferred
  const sums = {
    md5: promised.md5 === undefined ? undefined : createHash('md5'),
    sha256: /^[0-9a-f]{64}$/.test(payloadHash) ? createHash('sha256') : undefined,
    checksum: algorithm === undefined ? undefined : createChecksum(algorithm),
  }
  let trailing: string | undefined
  let value: string | undefined

  async function* pieces(): AsyncGenerator<Uint8Array> {
    let bytes = 0
    const source = isStreamed
      ? decoded(
          request,
          name => promised.trailer === name,
          text => (trailing = text),
        )
      : incoming(request)
    for await (const piece of source) {
      bytes += piece.length
      if (declared !== undefined && bytes > declared) throw new BucketFailure('IncompleteBody')
      sums.md5?.update(piece)
      sums.sha256?.update(piece)
      sums.checksum?.update(piece)
      yield piece
    }
    if (declared !== undefined && bytes < declared) throw new BucketFailure('IncompleteBody')
    if (sums.md5 !== undefined && sums.md5.digest('base64') !== promised.md5) throw new BucketFailure('BadDigest')
    if (sums.sha256 !== undefined && sums.sha256.digest('hex') !== payloadHash)
      throw new BucketFailure('XAmzContentSHA256Mismatch')
    value = sums.checksum?.digest()
    checkChecksum(
      promised.trailer === undefined ? promised.checksum?.value : (trailing ?? ''),
      value,
      promised.checksum?.algorithm,
    )
  }

  return { pieces: pieces(), checksum: () => (value === undefined ? undefined : { algorithm: algorithm!, value }) }
}

/** A body that is a document: read at once, and not longer than allowed. */
export async function readDocument(request: BucketRequest, greatestBytes = 1024 ** 2): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of openBody(request, undefined, true).pieces) {
    bytes += piece.length
    if (bytes > greatestBytes)
      throw new BucketFailure('MaxMessageLengthExceeded', undefined, { MaxMessageLengthBytes: String(greatestBytes) })
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function declaredBytes({ field }: BucketRequest, isStreamed: boolean): number | undefined {
  const text = isStreamed ? field('x-amz-decoded-content-length') : field('content-length')
  if (text === undefined) {
    if (isStreamed || field('transfer-encoding') === undefined) {
      if (isStreamed) throw new BucketFailure('MissingContentLength')
      return 0
    }
    return undefined
  }
  if (!/^\d{1,15}$/.test(text))
    throw new BucketFailure('InvalidArgument', undefined, { ArgumentName: 'Content-Length', ArgumentValue: text })
  return Number(text)
}

interface Promises {
  md5: string | undefined
  /** `value` is empty where it comes in a trailing field. */
  checksum: { algorithm: ChecksumAlgorithm; value: string } | undefined
  /** The name of the trailing field that has the checksum. */
  trailer: string | undefined
}

function readPromises({ field, query }: BucketRequest, isDocument: boolean): Promises {
  const md5 = field('content-md5')
  if (md5 !== undefined && (Buffer.from(md5, 'base64').length !== 16 || !/^[A-Za-z0-9+/]{22}==$/.test(md5)))
    throw new BucketFailure('InvalidDigest', 'The Content-MD5 you specified was invalid.')
  const trailer = field('x-amz-trailer')?.trim().toLowerCase()
  const isOfObject = isDocument && query.has('uploadId')
  const given = isOfObject ? [] : checksumAlgorithms.filter(algorithm => field(checksumField(algorithm)) !== undefined)
  if (given.length > 1)
    throw new BucketFailure(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    )
  if (given.length === 1) {
    const [algorithm] = given as [ChecksumAlgorithm]
    const value = field(checksumField(algorithm))!
    if (!isChecksum(algorithm, value))
      throw new BucketFailure('BadDigest', `Value for ${checksumField(algorithm)} header is invalid.`)
    return { md5, checksum: { algorithm, value }, trailer: undefined }
  }
  if (trailer === undefined) return { md5, checksum: undefined, trailer: undefined }
  const algorithm = checksumAlgorithms.find(candidate => checksumField(candidate) === trailer)
  if (algorithm === undefined)
    throw new BucketFailure('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported')
  return { md5, checksum: { algorithm, value: '' }, trailer }
}

function checkChecksum(
  expected: string | undefined,
  actual: string | undefined,
  algorithm: ChecksumAlgorithm | undefined,
): void {
  if (expected === undefined || algorithm === undefined) return
  if (!isChecksum(algorithm, expected))
    throw new BucketFailure('BadDigest', `Value for ${checksumField(algorithm)} trailing header is invalid.`)
  if (expected !== actual)
    throw new BucketFailure('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`)
}

/** A client that waits for a word before it sends a body gets it here, when everything else is right. */
async function* incoming({ request, response }: BucketRequest): AsyncGenerator<Uint8Array> {
  askForBody(request, response)
  try {
    for await (const piece of request) yield piece as Uint8Array
  } catch (error) {
    throw new BucketFailure('IncompleteBody', (error as Error).message)
  }
}

async function* decoded(
  request: BucketRequest,
  isWanted: (name: string) => boolean,
  onChecksum: (value: string) => void,
): AsyncGenerator<Uint8Array> {
  const { payloadHash, seed } = request
  const isSigned = payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
  try {
    yield* decodeChunks(incoming(request), {
      seed: isSigned ? seed : undefined,
      hasTrailer: payloadHash.endsWith('-TRAILER'),
      onTrailer: (name, value) => {
        if (isWanted(name)) onChecksum(value)
      },
    })
  } catch (error) {
    if (!(error instanceof ChunkFailure)) throw error
    if (error.reason === 'wrong-signature') throw new BucketFailure('SignatureDoesNotMatch')
    throw new BucketFailure(error.reason === 'cut' ? 'IncompleteBody' : 'InvalidRequest', error.message)
  }
}
