import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Opens a temporary file without a name: it is gone with the process, however that ends. Answers its descriptor, good in all threads. */
export function openSpillFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-'))
  const file = openSync(join(folder, 'requests'), 'w+')
  rmSync(folder, { recursive: true, force: true })
  return file
}

/** Writes a whole column at an offset. */
export function writeColumn(file: number, column: ArrayBufferView, offset: number): void {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, offset + written)
}

/** Fills a column from an offset on. */
export function readColumn(file: number, column: ArrayBufferView, offset: number): void {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  for (let taken = 0; taken < bytes.length; )
    taken += readSync(file, bytes, taken, bytes.length - taken, offset + taken)
}
