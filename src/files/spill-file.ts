import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../lib/user-error.ts'

/** Opens a temporary file without a name: it is gone with the process, however that ends. Answers its descriptor, good in all threads. */
export function openSpillFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'cdnlab-'))
  const file = openSync(join(folder, 'requests'), 'w+')
  rmSync(folder, { recursive: true, force: true })
  return file
}

/** Writes a whole column at an offset. Throws UserError where there is no room. */
export function writeColumn(file: number, column: ArrayBufferView, offset: number): void {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  try {
    for (let written = 0; written < bytes.length; )
      written += writeSync(file, bytes, written, bytes.length - written, offset + written)
  } catch (error) {
    const message = `a trace larger than memory needs room in ${tmpdir()}: ${(error as Error).message}`
    throw new UserError({ message, hint: 'TMPDIR names another folder' }, 1)
  }
}

/** Fills a column from an offset on. */
export function readColumn(file: number, column: ArrayBufferView, offset: number): void {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
  for (let taken = 0; taken < bytes.length; )
    taken += readSync(file, bytes, taken, bytes.length - taken, offset + taken)
}
