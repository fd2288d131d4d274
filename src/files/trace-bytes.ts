import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { PassThrough, pipeline } from 'node:stream'
import * as zlib from 'node:zlib'
import { UserError } from '../lib/user-error.ts'
import { createXxh64 } from '../lib/xxh64.ts'
import { createZstdSplitter } from '../traffic/traces/zstd-frames.ts'
import { salvageGzip } from './gzip-salvage.ts'

export interface TraceBytesOptions {
  /** Bytes that a packed file may unpack to. */
  mostBytes?: number
  /** Unpacked bytes from which on the ratio is looked at: small files may pack well. */
  ratioFromBytes?: number
  /** Where the pieces of a plain file are read to, one after the other, each asked for before it is read. */
  window?: () => Uint8Array
  /** Unpacks all that can be before a damaged place; else what is ready when it is found. */
  lenient?: boolean
}

/** A packed trace is refused when it unpacks to more than this, or to more than so many times its own size. */
const mostUnpackedBytes = 2 ** 40
const mostRatio = 2000
const ratioFrom = 1e9
const readBytes = 1 << 20

/** The bytes of a trace in pieces, unpacked: a file, or `-` for standard input; gzip and zstd by their first bytes. Throws UserError. */
export async function* traceBytes(file: string, options: TraceBytesOptions = {}): AsyncGenerator<Uint8Array> {
  const found = file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })
  if (file !== '-' && !found) throw new UserError({ message: 'there is no such file', at: { file } })
  if (found?.isDirectory()) throw new UserError({ message: 'this is a directory, not a file', at: { file } })
  if (options.window && plainHead(file, 4)) return yield* readInto(options.window, file)
  const source: Readable = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: readBytes })
  const counted = { packed: 0 }
  const { head, rest } = await peek(source, counted)
  if (isGzip(head))
    yield* guard(unpack(rest, zlib.createGunzip({ chunkSize: readBytes })), file, 'gzip', counted, options)
  else if (isZstd(head)) yield* guard(unpackZstd(rest), file, 'zstd', counted, options)
  else yield* rest
}

/** The first bytes of a file that are the trace itself, and not packed or from elsewhere; of any other undefined. */
export function plainHead(file: string, most: number): Uint8Array | undefined {
  if (file === '-' || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const source = openSync(file, 'r')
  const bytes = new Uint8Array(most)
  const head = bytes.subarray(0, readSync(source, bytes))
  closeSync(source)
  return isGzip(head) || isZstd(head) ? undefined : head
}

function* readInto(window: () => Uint8Array, file: string): Generator<Uint8Array> {
  const source = openSync(file, 'r')
  try {
    for (;;) {
      const room = window()
      const length = readSync(source, room)
      if (length === 0) return
      yield room.subarray(0, length)
    }
  } finally {
    closeSync(source)
  }
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

/**
 * Unpacks zstd by a library on every Node.js: that of the platform, from 22.15 on, takes what comes behind a first frame for rubbish and does
 * not mind a missing end. The library minds no checksums, so they are checked here.
 */
async function* unpackZstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  const splitter = createZstdSplitter()
  let ready: Uint8Array[] = []
  let checksum = createXxh64()
  const open = () => new Decompress(piece => ready.push(piece))
  let frame = open()
  for await (const chunk of packed)
    for (const piece of splitter.push(chunk)) {
      if (piece.begins) [frame, checksum] = [open(), createXxh64()]
      frame.push(piece.bytes, piece.ends)
      for (const bytes of ready) checksum.update(bytes)
      yield* ready
      ready = []
      if (piece.checksum !== null && Number(checksum.digest() & 0xffffffffn) !== piece.checksum)
        throw new Error('the checksum of a frame is wrong')
    }
  splitter.end()
}

/** Counts what is unpacked, and says where a packed file is broken. */
async function* guard(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  packing: string,
  counted: { packed: number },
  { mostBytes = mostUnpackedBytes, ratioFromBytes = ratioFrom, lenient = false }: TraceBytesOptions,
): AsyncGenerator<Uint8Array> {
  let unpacked = 0
  const count = (piece: Uint8Array): Uint8Array => {
    unpacked += piece.length
    if (unpacked <= mostBytes && (unpacked <= ratioFromBytes || unpacked <= mostRatio * counted.packed)) return piece
    const message = `unpacks to more than ${unpacked} bytes from ${counted.packed}: this is no trace`
    throw new UserError({ message, at: { file } })
  }
  try {
    for await (const piece of pieces) yield count(piece)
  } catch (error) {
    if (error instanceof UserError) throw error
    if (lenient && packing === 'gzip' && file !== '-')
      for await (const piece of salvageGzip(file, unpacked)) yield count(piece)
    throw new UserError({
      message: `the ${packing} stream is cut off or damaged: ${(error as Error)?.message ?? error}`,
      at: { file, offsetBytes: counted.packed },
      ...(lenient ? {} : { hint: '--lenient keeps what is good before it' }),
    })
  }
}
