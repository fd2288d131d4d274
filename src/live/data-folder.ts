import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeBytes } from '../files/output.ts'
import { UserError } from '../lib/user-error.ts'

/** A folder that keeps buckets and tables over a restart. */
export interface DataFolder {
  /** Where the nodes of the storage pool are. */
  buckets: string
  /** Where the journal of the tables is. */
  tables: string
  /** Whether a bucket or table has already got what its scenario begins it with: `bucket assets`, `table products`. */
  isFilled(name: string): boolean
  /** Notes that it has, once all of it is on the disk. */
  noteFilled(name: string): void
}

const bookFile = 'data.json'
export const dataLockFile = 'lock'

const bookSchema = z.strictObject({
  format: z.literal(1),
  nodes: z.int().min(1),
  replicas: z.int().min(1),
  filled: z.array(z.string()),
})
type Book = z.infer<typeof bookSchema>

/**
 * Opens a data folder for a pool of so many nodes and replicas, or makes a new one of an empty or missing folder. Whoever calls holds its
 * lock. Throws UserError for a folder of something else and for one that was made for another pool: it is left as it is.
 */
export function openDataFolder(folder: string, pool: { nodes: number; replicas: number }): DataFolder {
  const path = join(folder, bookFile)
  const book = readBook(folder, path) ?? { format: 1 as const, ...pool, filled: [] }
  if (book.nodes !== pool.nodes || book.replicas !== pool.replicas)
    throw new UserError({
      message: `its buckets are on ${book.nodes} nodes with ${book.replicas} replicas; the scenario has ${pool.nodes} and ${pool.replicas}`,
      at: { file: path },
      hint: 'a data folder belongs to one scenario: choose another one',
    })
  const filled = new Set(book.filled)
  const write = (): void => {
    const changed: Book = { ...book, filled: [...filled].sort() }
    writeBytes(path, Buffer.from(`${JSON.stringify(changed)}\n`))
  }
  write()
  return {
    buckets: join(folder, 'buckets'),
    tables: join(folder, 'tables'),
    isFilled: name => filled.has(name),
    noteFilled(name) {
      if (filled.has(name)) return
      filled.add(name)
      write()
    },
  }
}

/** Makes a folder that can be locked, where there is none. Throws UserError. */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new UserError(`--data: cannot make the folder ${folder}: ${(error as NodeJS.ErrnoException).code}`)
  }
  if (!statSync(folder).isDirectory()) throw new UserError(`--data: ${folder} is no folder`)
}

function readBook(folder: string, path: string): Book | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const others = readdirSync(folder).filter(name => name !== dataLockFile)
    if (others.length === 0) return undefined
    throw new UserError({
      message: `--data: ${folder} holds something else`,
      hint: 'an empty folder, or one that serve has made',
    })
  }
  const parsed = bookSchema.safeParse(readJson(text))
  if (parsed.success) return parsed.data
  throw new UserError({ message: 'this is not the book of a data folder of this version', at: { file: path } })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
