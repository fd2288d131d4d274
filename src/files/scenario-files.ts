import { constants } from 'node:fs'
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nameHint } from '../lib/nearest-name.ts'
import { UserError } from '../lib/user-error.ts'
import { longestScenarioBytes } from '../scenario/guard.ts'

/** The scenarios that come with the program. */
export const shippedScenarios = fileURLToPath(new URL('../../scenarios/', import.meta.url))

/** A scenario's text as it was found. */
export interface ScenarioText {
  text: string
  /** The name that messages and reports use. */
  file: string
  /** The folder that its file references stay in. */
  folder: string
}

/**
 * Reads a scenario: a path, `-` for standard input, or the name of a shipped one (`world`). Regular files only, UTF-8 only, not
 * larger than a scenario can be. Throws UserError.
 */
export async function readScenarioFile(name: string): Promise<ScenarioText> {
  if (name === '-')
    return { text: decode(await readStandardInput(), 'standard input'), file: 'standard input', folder: '.' }
  if (/^[a-z][a-z0-9-]*$/.test(name)) {
    const shipped = join(shippedScenarios, `${name}.yaml`)
    const bytes = await readRegularFile(name, true)
    if (bytes) return { text: decode(bytes, name), file: name, folder: dirname(name) }
    const shippedBytes = await readRegularFile(shipped, true)
    if (!shippedBytes)
      throw new UserError({
        message: `there is no scenario "${name}"`,
        hint: nameHint(name, await listShippedScenarios()),
      })
    return { text: decode(shippedBytes, shipped), file: `scenarios/${name}.yaml`, folder: shippedScenarios }
  }
  const bytes = (await readRegularFile(name, false))!
  return { text: decode(bytes, name), file: name, folder: dirname(name) }
}

/** Names of the shipped scenarios, in order. */
export async function listShippedScenarios(): Promise<string[]> {
  const names = await readdir(shippedScenarios)
  return names
    .filter(name => name.endsWith('.yaml'))
    .map(name => name.slice(0, -'.yaml'.length))
    .sort()
}

/**
 * The path of a file that a scenario names. It must lie in the scenario's folder, also after following links, and be a regular
 * file, unless `allowOutside`. Throws UserError.
 */
export async function resolveReference(folder: string, name: string, allowOutside = false): Promise<string> {
  const refuse = (why: string): UserError =>
    new UserError({ message: `file "${name}": ${why}`, hint: '--allow-outside reads it all the same' })
  if (name.includes('\0')) throw new UserError({ message: 'a file name with a NUL byte' })
  const path = resolve(folder, name)
  if (!allowOutside) {
    if (isAbsolute(name)) throw refuse('a path from the root')
    if (isOutside(resolve(folder), path)) throw refuse("it lies outside the scenario's folder")
  }
  const file = await openRegularFile(path, name)
  if (!file) throw new UserError({ message: `file "${name}" is not in ${folder}` })
  await file.close()
  if (!allowOutside && isOutside(await realpath(folder), await realpath(path)))
    throw refuse("it is a link out of the scenario's folder")
  return path
}

function isOutside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
}

/** Opens without waiting for a writer, so that a FIFO is told apart and not waited for. Undefined when there is nothing. */
async function openRegularFile(path: string, name: string): Promise<FileHandle | undefined> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new UserError({ message: `cannot read ${name}: ${message}` })
  }
  const stat = await file.stat()
  if (stat.isFile()) return file
  await file.close()
  const kind = stat.isDirectory() ? 'a directory' : stat.isFIFO() ? 'a pipe' : 'a device'
  throw new UserError({ message: `${name} is ${kind}, not a file` })
}

async function readRegularFile(path: string, mayBeMissing: boolean): Promise<Buffer | undefined> {
  const file = await openRegularFile(path, path)
  if (!file) {
    if (mayBeMissing) return undefined
    throw new UserError({ message: `there is no file ${path}` })
  }
  try {
    const { size } = await file.stat()
    if (size > longestScenarioBytes) throw tooLong(path)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestScenarioBytes) throw tooLong('standard input')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLong(file: string): UserError {
  return new UserError({
    message: `the scenario is longer than ${longestScenarioBytes / 1024} KiB`,
    at: { file },
    hint: 'put long lists of requests into a trace file',
  })
}

/** UTF-8 as text. A byte order mark is passed over; that of UTF-16 and bytes that are no UTF-8 are mistakes. */
function decode(bytes: Buffer, file: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new UserError({ message: 'the file is UTF-16', at: { file }, hint: 'save it as UTF-8' })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError({ message: 'the file is not UTF-8 text', at: { file } })
  }
}
