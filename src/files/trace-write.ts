import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as zlib from 'node:zlib'
import { UserError } from '../lib/user-error.ts'
import { never } from '../sim/next-use.ts'
import { type KeptRequests, sourceOfKept, timesReaderOf, withNextUses } from './kept-requests.ts'
import { checkOutputFile, writeOut } from './output.ts'

/** Rows that are turned into bytes at a time. */
const chunkRows = 1 << 15
const recordBytes = 24

/** Writes a trace, kept with sizes and times, in the format and packing that the file's name says; csv without a file. Throws UserError. */
export async function writeTrace(trace: KeptRequests, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-' || /\.csv(?:\.(?:gz|zst))?$/i.test(output))
    return writePieces(csvPieces(trace), output)
  if (/oraclegeneral|\.bin(?:\.(?:gz|zst))?$/i.test(output)) return writePieces(oracleGeneralPieces(trace), output)
  throw new UserError({
    message: `${output}: the name does not say which format to write`,
    hint: 'end it with .csv or .oracleGeneral.bin, each also with .gz or .zst',
  })
}

/** Writes pieces to a file, whole or not at all and packed as its name says; to standard output without one. Throws UserError. */
export async function writePieces(pieces: Iterable<Buffer>, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-') {
    for (const piece of pieces) await writeOut(piece.toString())
    return
  }
  checkOutputFile(output)
  const beside = join(dirname(output), `.${basename(output)}.${process.pid}.tmp`)
  const packing = packingOf(output)
  const source = Readable.from(pieces, { objectMode: false })
  const file = createWriteStream(beside, { flush: true })
  try {
    await (packing ? pipeline(source, packing, file) : pipeline(source, file))
    renameSync(beside, output)
  } catch (error) {
    rmSync(beside, { force: true })
    throw new UserError({ message: `cannot write ${output}: ${(error as Error).message}` }, 1)
  }
}

function packingOf(output: string): Transform | undefined {
  if (/\.gz$/i.test(output)) return zlib.createGzip({ level: 9 })
  if (!/\.zst$/i.test(output)) return undefined
  const create = (zlib as { createZstdCompress?: () => Transform }).createZstdCompress
  if (create) return create()
  throw new UserError({
    message: `${output}: this Node.js cannot pack zstd`,
    hint: 'use .gz, or Node.js 22.15 or later',
  })
}

function* csvPieces(trace: KeptRequests): Generator<Buffer> {
  const source = sourceOfKept(trace)
  const timesOf = timesReaderOf(trace)
  yield Buffer.from('time,id,size\n')
  for (let block = 0; block < source.blocks; block++) {
    const { ids, bytes, count } = source.block(block)
    const timesS = timesOf(block)
    for (let from = 0; from < count; from += chunkRows) {
      let text = ''
      for (let row = from; row < Math.min(count, from + chunkRows); row++)
        text += `${Number(timesS[row]!.toFixed(6))},${ids[row]},${bytes![row]}\n`
      yield Buffer.from(text)
    }
  }
}

/** Records of 24 bytes with the index of the next request, counted from 1, or -1. Times before the first request are 0. */
function* oracleGeneralPieces(trace: KeptRequests): Generator<Buffer> {
  const source = sourceOfKept(withNextUses(trace))
  const timesOf = timesReaderOf(trace)
  for (let block = 0; block < source.blocks; block++) {
    const { ids, bytes, count } = source.block(block)
    const [timesS, next] = [timesOf(block), source.nextUses(block)!]
    for (let from = 0; from < count; from += chunkRows) {
      const rows = Math.min(chunkRows, count - from)
      const out = Buffer.alloc(recordBytes * rows)
      for (let row = from, at = 0; row < from + rows; row++, at += recordBytes) {
        out.writeUInt32LE(Math.max(0, Math.floor(timesS[row]!)), at)
        out.writeUInt32LE(ids[row]! + 1, at + 4)
        out.writeUInt32LE(bytes![row]!, at + 12)
        out.writeBigInt64LE(next[row] === never ? -1n : BigInt(next[row]! + 1), at + 16)
      }
      yield out
    }
  }
}
