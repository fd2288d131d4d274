import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { hashFile } from '../files/hash-file.ts'
import { UserError } from '../lib/user-error.ts'
import type { TraceFile } from './cell-task.ts'

/** Where a worker finds the traces of the cells that it is given. */
export interface TraceStore {
  /** The path of a file with this content, on this machine. Throws UserError where there is none. */
  find(trace: TraceFile): Promise<string>
  /** Removes what was kept for this run only. */
  close(): void
}

/**
 * Finds traces by their hash: at the path that they have where the sweep was planned, in folders under any name, or at addresses
 * (`https://host/traces/`) under their hash or their own name. Whatever is found is read whole and held against the hash before
 * it is used, once for each process; what comes from an address is kept in a folder for the next cells.
 */
export function createTraceStore(places: readonly string[], cacheFolder?: string): TraceStore {
  const found = new Map<string, Promise<string>>()
  let folder = cacheFolder
  const ownFolder = (): string => {
    folder ??= mkdtempSync(join(tmpdir(), 'cdnlab-traces-'))
    mkdirSync(folder, { recursive: true })
    return folder
  }

  async function look(trace: TraceFile): Promise<string> {
    const isHere = async (path: string): Promise<boolean> =>
      isOfSize(path, trace) && (await hashFile(path)) === trace.hash
    if (await isHere(trace.path)) return trace.path
    for (const place of places) {
      if (isAddress(place)) {
        const path = await fetchTrace(place, trace, ownFolder())
        if (path) return path
      } else for (const path of filesUnder(place)) if (await isHere(path)) return path
    }
    throw new UserError({
      message: `the trace ${basename(trace.path)} (sha256 ${trace.hash.slice(0, 12)}..., ${trace.bytes} bytes) is not here`,
      hint:
        places.length === 0
          ? 'say where traces are with --traces FOLDER or --traces URL'
          : `nothing in ${places.join(', ')} has this content`,
    })
  }

  return {
    find(trace) {
      const known = found.get(trace.hash)
      if (known) return known
      const looking = look(trace)
      found.set(trace.hash, looking)
      looking.catch(() => found.delete(trace.hash))
      return looking
    },
    close() {
      if (folder !== undefined && folder !== cacheFolder) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function isAddress(place: string): boolean {
  return /^https?:\/\//.test(place)
}

function isOfSize(path: string, { bytes }: TraceFile): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat?.isFile() === true && stat.size === bytes
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) throw new UserError({ message: `--traces ${folder}: there is no such folder` })
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() || entry.isSymbolicLink())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

/** The name of the file, which tells its format; letters that a name from elsewhere could do harm with are replaced. */
function nameOf(path: string): string {
  return `trace-${basename(path).replaceAll(/[^\w.-]/g, '_')}`
}

/** Fetches a trace into a folder, whole and with the right content or not at all. Undefined where the address has none. */
async function fetchTrace(
  address: string,
  { hash, path, bytes }: TraceFile,
  folder: string,
): Promise<string | undefined> {
  const own = join(folder, hash)
  const target = join(own, nameOf(path))
  if (existsSync(target)) return target
  for (const name of [hash, basename(path)]) {
    const response = await fetch(new URL(name, address.endsWith('/') ? address : `${address}/`)).catch(() => undefined)
    if (!response?.ok || response.body === null) continue
    mkdirSync(own, { recursive: true })
    const beside = `${target}.${process.pid}.tmp`
    if ((await receive(response.body, beside, bytes)) === hash) {
      renameSync(beside, target)
      return target
    }
    rmSync(beside, { force: true })
  }
  return undefined
}

/** Writes what comes into a file, at most so many bytes, and answers its hash. */
async function receive(body: AsyncIterable<Uint8Array>, path: string, mostBytes: number): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  try {
    let length = 0
    for await (const piece of body) {
      length += piece.length
      if (length > mostBytes) return ''
      hash.update(piece)
      await file.writeFile(piece)
    }
  } catch {
    return ''
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}
