import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../lib/user-error.ts'

/** Writes to standard output and waits until it is taken. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, error => (error ? reject(error) : resolve()))
  })
}

/** Says before the work begins that a result could not be written. Throws UserError. */
export function checkOutputFile(path: string): void {
  const folder = dirname(path)
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError({ message: `${path}: there is no folder ${folder}` })
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && !found.isFile()) throw new UserError({ message: `${path} is no regular file` })
}

/** Writes a file whole or not at all: beside its place, then renamed. `-` is standard output. Throws UserError. */
export async function writeOutput(path: string, text: string): Promise<void> {
  if (path === '-') await writeOut(text)
  else writeBytes(path, Buffer.from(text))
}

/** The same for bytes. */
export function writeBytes(path: string, bytes: Uint8Array): void {
  checkOutputFile(path)
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  try {
    const file = openSync(beside, 'w')
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw new UserError({ message: `cannot write ${path}: ${(error as Error).message}` }, 1)
  }
}
