import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BlobWriter, StorageNode } from './storage-node.ts'

/**
 * A storage node in a folder: `blobs/` and `records/` with a file each, spread over folders of two letters, and `unfinished/` for what is being
 * written. A file is written aside, flushed to the disk and renamed, so that whoever looks sees it whole or not at all.
 */
export async function openFolderNode(folder: string): Promise<StorageNode> {
  const unfinished = join(folder, 'unfinished')
  await rm(unfinished, { recursive: true, force: true })
  let serial = 0

  async function aside(): Promise<{ path: string; file: FileHandle }> {
    await mkdir(unfinished, { recursive: true })
    const path = join(unfinished, String(++serial))
    return { path, file: await open(path, 'wx') }
  }

  async function moveIn(from: string, to: string): Promise<void> {
    await mkdir(join(to, '..'), { recursive: true })
    await rename(from, to)
    await flushFolder(join(to, '..'))
  }

  return {
    name: basename(folder),
    async createBlob() {
      const { path, file } = await aside()
      return createFileWriter(file, path, blob => moveIn(path, fileOf(folder, 'blobs', blob)))
    },
    async *readBlob(blob, from, to) {
      if (from >= to) return
      let count = 0
      const stream = createReadStream(fileOf(folder, 'blobs', blob), {
        start: from,
        end: to - 1,
        highWaterMark: pieceBytes,
      })
      for await (const piece of stream as AsyncIterable<Buffer>) {
        count += piece.length
        yield piece
      }
      if (count < to - from) throw new Error(`${folder} holds only a part of blob ${blob}`)
    },
    removeBlob: blob => rm(fileOf(folder, 'blobs', blob), { force: true }),
    blobs: () => namesIn(join(folder, 'blobs')),
    async putRecord(record, text) {
      const { path, file } = await aside()
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await moveIn(path, fileOf(folder, 'records', record))
    },
    removeRecord: record => rm(fileOf(folder, 'records', record), { force: true }),
    async records() {
      const found: [string, string][] = []
      for (const record of await namesIn(join(folder, 'records')))
        found.push([record, await readFile(fileOf(folder, 'records', record), 'utf8')])
      return found
    },
    async wipe() {
      for (const part of ['blobs', 'records', 'unfinished'])
        await rm(join(folder, part), { recursive: true, force: true })
    },
  }
}

const pieceBytes = 256 * 1024

/** Names begin with a random part, so two of their letters spread files evenly. */
function fileOf(folder: string, part: 'blobs' | 'records', name: string): string {
  return join(folder, part, name.slice(0, 2), name)
}

function createFileWriter(file: FileHandle, path: string, moveIn: (blob: string) => Promise<void>): BlobWriter {
  return {
    async write(bytes) {
      let at = 0
      while (at < bytes.length) at += (await file.write(bytes, at)).bytesWritten
    },
    async commit(blob) {
      await file.sync()
      await file.close()
      await moveIn(blob)
    },
    async abort() {
      await file.close()
      await rm(path, { force: true })
    },
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = []
  for (const group of await readdir(folder).catch(() => []))
    for (const name of await readdir(join(folder, group)).catch(() => [])) names.push(name)
  return names
}

/** A rename is safe once its folder is flushed; where a system cannot flush folders, the rename alone must do. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  if (handle === undefined) return
  await handle.sync().catch(() => undefined)
  await handle.close()
}
