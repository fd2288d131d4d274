import { createHash } from 'node:crypto'
import { isEqual, type SignatureSeed } from './signature.ts'
import { hmac, scopeText, sha256Hex } from './signature-canonical.ts'

/** Something is wrong with a streamed body: its form, its length, or the signature of a chunk. */
export class ChunkFailure extends Error {
  readonly reason: 'malformed' | 'cut' | 'wrong-signature'

  constructor(reason: ChunkFailure['reason'], message: string) {
    super(message)
    this.name = 'ChunkFailure'
    this.reason = reason
  }
}

export interface ChunkedOptions {
  /** Where chunks are signed, what the first one is chained to. */
  seed: SignatureSeed | undefined
  /** Whether fields follow the last chunk. */
  hasTrailer: boolean
  /** Is told each of them. */
  onTrailer(name: string, value: string): void
}

/** A line that opens a chunk, or a trailing field, is no longer than this. */
const longestLineBytes = 4096

/**
 * Unpacks `aws-chunked`: chunks with their length in hex, each signed over the one before it where the request says so, and after the last one
 * fields such as a checksum. Passes bytes on as they come; a wrong signature ends the body with a ChunkFailure before its end is seen.
 *
 * Source: Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring payload in multiple chunks", and the same with trailing headers.
 */
export async function* decodeChunks(
  body: AsyncIterable<Uint8Array>,
  options: ChunkedOptions,
): AsyncGenerator<Uint8Array> {
  const { seed, hasTrailer, onTrailer } = options
  const source = createByteSource(body)
  let previous = seed?.signature ?? ''
  for (;;) {
    const { bytes, signature } = readChunkHead(await source.line())
    if (bytes === 0 && seed === undefined) break
    const hash = createHash('sha256')
    for await (const piece of source.take(bytes)) {
      if (seed !== undefined) hash.update(piece)
      yield piece
    }
    if (seed !== undefined) {
      checkLink(seed, 'AWS4-HMAC-SHA256-PAYLOAD', previous, [sha256Hex(''), hash.digest('hex')], signature)
      previous = signature
    }
    if (bytes === 0) break
    await source.newLine()
  }
  if (hasTrailer) await readTrailer(source, seed, previous, onTrailer)
  await source.drain()
}

function readChunkHead(line: string): { bytes: number; signature: string } {
  if (line === '') throw new ChunkFailure('cut', 'the body ends before its last chunk')
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?\s*$/.exec(line)
  if (match === null) throw new ChunkFailure('malformed', 'a chunk does not begin with its length')
  return { bytes: Number.parseInt(match[1]!, 16), signature: match[2] ?? '' }
}

/** Fields up to an empty line or the end; signed as one where there is a seed. */
async function readTrailer(
  source: ByteSource,
  seed: SignatureSeed | undefined,
  previous: string,
  onTrailer: ChunkedOptions['onTrailer'],
): Promise<void> {
  let canonical = ''
  let signature = ''
  for (let line = await source.line(); line !== ''; line = await source.line()) {
    const colon = line.indexOf(':')
    if (colon < 0) throw new ChunkFailure('malformed', 'a trailing field has no colon')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'x-amz-trailer-signature') {
      signature = value
      continue
    }
    canonical += `${name}:${value}\n`
    onTrailer(name, value)
  }
  if (seed !== undefined) checkLink(seed, 'AWS4-HMAC-SHA256-TRAILER', previous, [sha256Hex(canonical)], signature)
}

function checkLink(
  { amzDate, scope, signingKey }: SignatureSeed,
  kind: string,
  previous: string,
  hashes: string[],
  signature: string,
): void {
  const text = [kind, amzDate, scopeText(scope), previous, ...hashes].join('\n')
  if (!isEqual(hmac(signingKey, text).toString('hex'), signature))
    throw new ChunkFailure('wrong-signature', 'the signature of a chunk does not match')
}

interface ByteSource {
  /** The next line without its end; empty at the end of the body. */
  line(): Promise<string>
  /** Exactly so many bytes, in pieces. */
  take(bytes: number): AsyncGenerator<Uint8Array>
  /** Passes the end of a line. */
  newLine(): Promise<void>
  /** Reads to the end, where nothing must stand any more but ends of lines. */
  drain(): Promise<void>
}

function createByteSource(body: AsyncIterable<Uint8Array>): ByteSource {
  const pieces = body[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array(0)

  async function fill(): Promise<boolean> {
    const next = await pieces.next()
    if (next.done) return false
    held = next.value
    return true
  }

  async function line(): Promise<string> {
    let text = ''
    for (;;) {
      const end = held.indexOf(10)
      const upTo = end < 0 ? held.length : end
      text += Buffer.from(held.buffer, held.byteOffset, upTo).toString('latin1')
      if (text.length > longestLineBytes) throw new ChunkFailure('malformed', 'a line between chunks is too long')
      held = held.subarray(end < 0 ? upTo : upTo + 1)
      if (end >= 0) return text.endsWith('\r') ? text.slice(0, -1) : text
      if (!(await fill())) {
        if (text.trim() !== '') return text.trim()
        return ''
      }
    }
  }

  return {
    line,
    async *take(bytes) {
      for (let left = bytes; left > 0; ) {
        if (held.length === 0 && !(await fill())) throw new ChunkFailure('cut', 'the body ends within a chunk')
        const piece = held.subarray(0, left)
        held = held.subarray(piece.length)
        left -= piece.length
        if (piece.length > 0) yield piece
      }
    },
    async newLine() {
      if ((await line()) !== '') throw new ChunkFailure('malformed', 'a chunk is longer than it says')
    },
    async drain() {
      do
        if (held.some(byte => byte !== 13 && byte !== 10))
          throw new ChunkFailure('malformed', 'something follows the last chunk')
      while (await fill())
    },
  }
}
