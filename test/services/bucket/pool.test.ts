import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BucketStore, ObjectDraft } from '../../../src/services/bucket/bucket-store.ts'
import { openStore } from '../../../src/services/bucket/open-bucket-store.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdnlab-pool-'))
})
afterAll(() => rm(folder, { recursive: true }))

const open = (nodes: number, replicas: number, at?: string): Promise<BucketStore> =>
  openStore({ nodes, replicas, now: () => 0, onEvent: () => undefined, ...(at === undefined ? {} : { folder: at }) })

async function put(store: BucketStore, key: string, bytes: Buffer): Promise<void> {
  const written = await store.write(pieces(bytes), 1e9)
  const draft: ObjectDraft = {
    ...written,
    etag: written.md5.toString('hex'),
    fields: {},
    metadata: {},
    tags: [],
    owner: 'o',
    acl: 'private',
    storageClass: 'STANDARD',
  }
  await store.commit('b', key, draft, 'ObjectCreated:Put', () => undefined)
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 1000) yield bytes.subarray(from, from + 1000)
}

async function read(store: BucketStore, key: string): Promise<Buffer> {
  const object = store.open(store.find('b', key))
  const parts: Uint8Array[] = []
  for await (const part of object.read(0, 1e9)) parts.push(part)
  await object.close()
  return Buffer.concat(parts)
}

const bucket = {
  name: 'b',
  createdMs: 0,
  owner: 'o',
  region: 'us-east-1',
  versioning: 'never' as const,
  acl: 'private',
  documents: {},
}

describe('a pool of storage nodes', () => {
  it('keeps every object through any order of writes, deletions and losses, as long as one replica is left between repairs', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('put' as const),
        key: fc.integer({ min: 0, max: 5 }),
        bytes: fc.integer({ min: 0, max: 3000 }),
      }),
      fc.record({ kind: fc.constant('remove' as const), key: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ kind: fc.constant('lose' as const), node: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('return' as const), node: fc.integer({ min: 1, max: 5 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const store = await open(5, 3)
        await store.createBucket(bucket)
        const wanted = new Map<string, Buffer>()
        const lost = new Set<number>()
        for (const one of steps) {
          if (one.kind === 'put') {
            const bytes = randomBytes(one.bytes)
            await put(store, `${one.key}`, bytes)
            wanted.set(`${one.key}`, bytes)
          } else if (one.kind === 'remove') {
            await store.remove('b', `${one.key}`, undefined, () => undefined)
            wanted.delete(`${one.key}`)
          } else if (one.kind === 'lose' && !lost.has(one.node) && lost.size < 4) {
            lost.add(one.node)
            await store.pool.loseNode(`node-${one.node}`)
            await store.pool.settled()
          } else if (one.kind === 'return' && lost.delete(one.node)) {
            await store.pool.returnNode(`node-${one.node}`)
            await store.pool.settled()
          }
          for (const [key, bytes] of wanted) expect((await read(store, key)).equals(bytes)).toBe(true)
        }
        expect([...store.shelfOf('b').objects.ascend()].map(([key]) => key)).toEqual([...wanted.keys()].sort())
        expect(store.pool.status()).toMatchObject({ lacking: 0, lost: 0 })
      }),
      { numRuns: 60 },
    )
  })

  it('survives the loss of all nodes but one at once, and is whole again after the repair', async () => {
    const store = await open(6, 3)
    await store.createBucket(bucket)
    const objects = Array.from({ length: 40 }, (_, n) => [`${n}`, randomBytes(n * 50)] as const)
    for (const [key, bytes] of objects) await put(store, key, bytes)
    await Promise.all([store.pool.loseNode('node-2'), store.pool.loseNode('node-5')])
    for (const [key, bytes] of objects) expect((await read(store, key)).equals(bytes)).toBe(true)
    await store.pool.settled()
    expect(store.pool.status().lacking).toBe(0)
    await Promise.all([store.pool.loseNode('node-1'), store.pool.loseNode('node-6')])
    for (const [key, bytes] of objects) expect((await read(store, key)).equals(bytes)).toBe(true)
  })

  it('says that an object is lost when all of its replicas are', async () => {
    const store = await open(3, 1)
    await store.createBucket(bucket)
    await put(store, 'k', randomBytes(10))
    for (const node of [1, 2, 3]) await store.pool.loseNode(`node-${node}`).catch(() => undefined)
    await expect(read(store, 'k')).rejects.toThrow('no replica')
    expect(store.pool.status().lost).toBe(1)
  })

  it('has all objects again when it is opened over its folders, even without some of them', async () => {
    const at = join(folder, 'reopen')
    let store = await open(4, 3, at)
    await store.createBucket(bucket)
    const objects = Array.from({ length: 12 }, (_, n) => [`key ${n}`, randomBytes(n * 999)] as const)
    for (const [key, bytes] of objects) await put(store, key, bytes)
    await put(store, 'gone', randomBytes(5))
    await store.remove('b', 'gone', undefined, () => undefined)
    for (const gone of ['node-1', 'node-3']) {
      await rm(join(at, gone), { recursive: true })
      store = await open(4, 3, at)
      for (const [key, bytes] of objects) expect((await read(store, key)).equals(bytes)).toBe(true)
      expect([...store.shelfOf('b').objects.ascend()]).toHaveLength(12)
      expect(store.pool.status().lacking).toBe(0)
    }
  })

  it('passes over what a crash left: torn records, unfinished files, blobs without an object', async () => {
    const at = join(folder, 'torn')
    let store = await open(3, 2, at)
    await store.createBucket(bucket)
    await put(store, 'whole', Buffer.from('whole'))
    await store.write(pieces(Buffer.from('never committed')), 100)
    await writeFile(join(at, 'node-1', 'unfinished', '99'), 'half')
    const [group] = await readdir(join(at, 'node-1', 'records'))
    await writeFile(join(at, 'node-1', 'records', group!, `${group}torn`), '{"name":"object b')
    store = await open(3, 2, at)
    expect((await read(store, 'whole')).toString()).toBe('whole')
    expect([...store.shelfOf('b').objects.ascend()]).toHaveLength(1)
    expect(store.pool.status().nodes.reduce((sum, { blobs }) => sum + blobs, 0)).toBe(2)
  })

  it('finds bytes that have changed on a disk and replaces them', async () => {
    const at = join(folder, 'rot')
    const store = await open(3, 3, at)
    await store.createBucket(bucket)
    await put(store, 'k', Buffer.alloc(500, 1))
    const blob = store.find('b', 'k').blobs[0]!
    await writeFile(join(at, 'node-2', 'blobs', blob.slice(0, 2), blob), Buffer.alloc(500, 2))
    expect(await store.pool.scrub()).toEqual({ checked: 3, damaged: 1 })
    expect(await store.pool.scrub()).toEqual({ checked: 3, damaged: 0 })
  })

  it('lets a reader finish whose object is replaced or deleted meanwhile', async () => {
    const store = await open(3, 2, join(folder, 'held'))
    await store.createBucket(bucket)
    await put(store, 'k', Buffer.alloc(5000, 1))
    const object = store.open(store.find('b', 'k'))
    await put(store, 'k', Buffer.alloc(10, 2))
    await store.remove('b', 'k', undefined, () => undefined)
    let bytes = 0
    for await (const piece of object.read(0, 5000)) bytes += piece.length
    expect(bytes).toBe(5000)
    await object.close()
    expect(store.pool.status().nodes.every(({ blobs }) => blobs === 0)).toBe(true)
  })
})
