import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Ms } from '../lib/clock.ts'
import type { BucketStore } from '../services/bucket/bucket-store.ts'
import { defaultAccount } from '../services/identities.ts'

/** Content types by the ending of a file; what is not here is bytes. */
const types: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
}

/**
 * Makes objects of all files below a folder, named by their way from it, each with the lifetime that its origin gives. Answers how many
 * there were. What is no regular file is left out.
 */
export async function fillBucket(store: BucketStore, bucket: string, folder: string, maxAgeMs: Ms): Promise<number> {
  let count = 0
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const file of files.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))) {
    if (!file.isFile()) continue
    const path = pathOf(file)
    const key = path
      .slice(folder.length)
      .replace(/^[/\\]+/, '')
      .replaceAll('\\', '/')
    const written = await store.write(createReadStream(path), Number.POSITIVE_INFINITY)
    const fields = {
      'content-type': types[extname(key).toLowerCase()] ?? 'application/octet-stream',
      'cache-control': `max-age=${Math.floor(maxAgeMs / 1000)}`,
    }
    const draft = {
      bytes: written.bytes,
      blobs: written.blobs,
      etag: written.md5.toString('hex'),
      fields,
      metadata: {},
      tags: [],
      owner: defaultAccount,
      acl: 'private',
      storageClass: 'STANDARD',
    }
    await store.commit(bucket, key, draft, 'ObjectCreated:Put', () => undefined)
    count++
  }
  return count
}

function pathOf({ parentPath, name }: { parentPath: string; name: string }): string {
  return join(parentPath, name)
}
