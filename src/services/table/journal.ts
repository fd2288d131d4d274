import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Item } from '../../backend/attribute-value.ts'
import type { TableFacts } from './table-schema.ts'

/** One change of the tables, as it is written down. */
export type Change =
  | { kind: 'table'; facts: TableFacts }
  | { kind: 'drop'; table: string }
  | { kind: 'put'; table: string; item: Item }
  | { kind: 'remove'; table: string; key: Item }

/** Writes changes down, so that what was answered as done is there after a crash. */
export interface Journal {
  /** Takes changes that belong together: after a crash all of them are there or none. */
  append(changes: readonly Change[]): void
  /** Waits until all that was appended is on the disk. Fails when the disk does not take it. */
  flushed(): Promise<void>
  close(): Promise<void>
}

/** Tables that end with the process. */
export function createNoJournal(): Journal {
  return { append: () => undefined, flushed: async () => undefined, close: async () => undefined }
}

/**
 * Opens a journal in a folder: a line a group of changes, each behind its CRC-32. What was found is given to `replay`, and then written anew as one
 * snapshot. A torn last line is the trace of a crash and is cut off.
 */
export async function openJournal(
  folder: string,
  replay: (change: Change) => void,
  snapshot: () => Iterable<Change>,
): Promise<Journal> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'tables.journal')
  for (const line of (await readFile(path, 'utf8').catch(() => '')).split('\n')) {
    const changes = readLine(line)
    if (changes === undefined) break
    for (const change of changes) replay(change)
  }
  await writeSnapshot(path, snapshot())
  return createWriter(await open(path, 'a'))
}

async function writeSnapshot(path: string, changes: Iterable<Change>): Promise<void> {
  const aside = `${path}.new`
  await rm(aside, { force: true })
  const file = await open(aside, 'wx')
  let text = ''
  for (const change of changes) {
    text += lineOf([change])
    if (text.length > 1 << 20) {
      await file.write(text)
      text = ''
    }
  }
  await file.write(text)
  await file.sync()
  await file.close()
  await rename(aside, path)
}

/** While one group is being written the next one gathers, so that many requests share one flush. */
function createWriter(file: FileHandle): Journal {
  let waiting = ''
  let writing: Promise<void> | undefined
  let failure: unknown

  async function writeAll(): Promise<void> {
    while (waiting !== '') {
      const text = waiting
      waiting = ''
      await file.appendFile(text)
      await file.datasync()
    }
  }

  return {
    append(changes) {
      waiting += lineOf(changes)
    },
    async flushed() {
      while (waiting !== '' || writing !== undefined) {
        if (failure !== undefined) throw failure
        writing ??= writeAll()
          .catch(error => {
            failure = error
          })
          .finally(() => {
            writing = undefined
          })
        await writing
      }
      if (failure !== undefined) throw failure
    },
    async close() {
      await this.flushed().catch(() => undefined)
      await file.close()
    },
  }
}

function lineOf(changes: readonly Change[]): string {
  const text = JSON.stringify(changes)
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
}

function readLine(line: string): Change[] | undefined {
  const text = line.slice(9)
  if (text === '' || crc32(text).toString(16).padStart(8, '0') !== line.slice(0, 8)) return undefined
  return JSON.parse(text) as Change[]
}
