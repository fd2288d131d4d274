import { createReadStream, existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { PassThrough, pipeline } from 'node:stream'
import * as zlib from 'node:zlib'
import { UserError } from '../lib/user-error.ts'

export interface TraceBytesOptions {
  /** Ends quietly where a packed file is broken, instead of an error. */
  lenient?: boolean
  /** Bytes that a packed file may unpack to. */
  mostBytes?: number
}

/** A packed trace is refused when it unpacks to more than this, or to more than so many times its own size. */
const mostUnpackedBytes = 2 ** 40
const mostRatio = 2000
const readBytes = 1 << 20

/** The bytes of a trace in pieces, unpacked: a file, or `-` for standard input; gzip and zstd by their first bytes. Throws UserError. */
export async function* traceBytes(file: string, options: TraceBytesOptions = {}): AsyncGenerator<Uint8Array> {
  if (file !== '-' && !existsSync(file)) throw new UserError({ message: 'there is no such file', at: { file } })
  const source: Readable = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: readBytes })
  const counted = { packed: 0 }
  const { head, rest } = await peek(source, counted)
  if (isGzip(head))
    yield* guard(unpack(rest, zlib.createGunzip({ chunkSize: readBytes })), file, 'gzip', counted, options)
  else if (isZstd(head)) yield* guard(await unpackZstd(rest), file, 'zstd', counted, options)
  else yield* rest
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

function isZstd(head: Uint8Array): boolean {
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd
}

/** The first piece of a stream, and the whole of it again. */
async function peek(
  source: Readable,
  counted: { packed: number },
): Promise<{ head: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const pieces = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  const first = await pieces.next()
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let next = first; !next.done; next = await pieces.next()) {
      counted.packed += next.value.length
      yield next.value
    }
  }
  return { head: first.done ? new Uint8Array(0) : first.value, rest: all() }
}

function unpack(packed: AsyncIterable<Uint8Array>, through: NodeJS.ReadWriteStream): AsyncIterable<Uint8Array> {
  const out = new PassThrough({ highWaterMark: readBytes })
  // The error reaches whoever reads `out`; the callback is asked for by the platform.
  pipeline(packed, through, out, () => undefined)
  return out
}

/** Node.js unpacks zstd from 22.15 on; before, a library does. */
async function unpackZstd(packed: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const native = (zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream }).createZstdDecompress
  if (native) return unpack(packed, native())
  const { Decompress } = await import('fzstd')
  async function* pieces(): AsyncGenerator<Uint8Array> {
    let ready: Uint8Array[] = []
    const stream = new Decompress(piece => ready.push(piece))
    for await (const piece of packed) {
      stream.push(piece)
      yield* ready
      ready = []
    }
    stream.push(new Uint8Array(0), true)
    yield* ready
  }
  return pieces()
}

/** Counts what is unpacked, and says where a packed file is broken. */
async function* guard(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  packing: string,
  counted: { packed: number },
  { lenient = false, mostBytes = mostUnpackedBytes }: TraceBytesOptions,
): AsyncGenerator<Uint8Array> {
  let unpacked = 0
  try {
    for await (const piece of pieces) {
      unpacked += piece.length
      if (unpacked > mostBytes || (unpacked > 1e9 && unpacked > mostRatio * counted.packed))
        throw new UserError({
          message: `unpacks to more than ${unpacked} bytes from ${counted.packed}: this is no trace`,
          at: { file },
        })
      yield piece
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    if (lenient) return
    throw new UserError({
      message: `the ${packing} stream is cut off or damaged: ${(error as Error)?.message ?? error}`,
      at: { file, offsetBytes: counted.packed },
      hint: `${unpacked} bytes before it were good; --lenient keeps them`,
    })
  }
}
