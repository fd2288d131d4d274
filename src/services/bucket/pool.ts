import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ReplicaPlacement } from '../../backend/placement-of-replicas.ts'
import type { BlobWriter, StorageNode } from './storage-node.ts'

/** The nodes of a pool and which of them live. */
export interface PoolNodes {
  nodes: readonly StorageNode[]
  isAlive: Uint8Array
  placement: ReplicaPlacement
}

/** Blobs with replicas on the nodes of a pool. A name tells where a blob belongs, how long it is and its CRC-32, so that a replica can be checked alone. */
export interface BlobPool {
  createBlob(): Promise<PooledWriter>
  /** Bytes of a blob; goes on at another replica when one fails on the way. Fails when no replica is left. */
  readBlob(blob: string, from: number, to: number): AsyncGenerator<Uint8Array>
  /** Keeps blobs readable until the release, even when they are removed in between. */
  hold(blobs: readonly string[]): void
  release(blobs: readonly string[]): Promise<void>
  removeBlobs(blobs: readonly string[]): Promise<void>
  /** Nodes that hold a blob, by blob; the pool's own book, to be read only. */
  readonly locations: ReadonlyMap<string, readonly number[]>
  /** Says that a node has a replica, or has it no more. */
  noteReplica(blob: string, node: number, isThere: boolean): void
}

export interface PooledWriter {
  write(bytes: Uint8Array): Promise<void>
  /** Makes the blob durable on its nodes and answers its name. */
  commit(): Promise<string>
  abort(): Promise<void>
}

/** `onLack` is called when a blob has fewer replicas than it should. */
export function createBlobPool(pool: PoolNodes, onLack: () => void): BlobPool {
  const { nodes, isAlive } = pool
  const locations = new Map<string, number[]>()
  const held = new Map<string, number>()
  const doomed = new Set<string>()

  function noteReplica(blob: string, node: number, isThere: boolean): void {
    const before = locations.get(blob) ?? []
    const after = isThere ? [...new Set([...before, node])] : before.filter(other => other !== node)
    if (after.length > 0 || locations.has(blob)) locations.set(blob, after)
  }

  async function remove(blob: string): Promise<void> {
    doomed.delete(blob)
    const places = locations.get(blob) ?? []
    locations.delete(blob)
    await Promise.allSettled(places.map(node => nodes[node]!.removeBlob(blob)))
  }

  return {
    locations,
    noteReplica,
    createBlob: () =>
      createPooledWriter(pool, (blob, places) => {
        locations.set(blob, places)
        if (places.length < pool.placement.nodesOf(homeOf(blob), isAlive).length) onLack()
      }),
    async *readBlob(blob, from, to) {
      let at = from
      let failure: unknown
      for (const node of locations.get(blob) ?? []) {
        if (!isAlive[node]) continue
        try {
          for await (const piece of nodes[node]!.readBlob(blob, at, to)) {
            at += piece.length
            yield piece
          }
          return
        } catch (error) {
          failure = error
          noteReplica(blob, node, false)
          onLack()
        }
      }
      throw new Error(`no replica of blob ${blob} is left`, { cause: failure })
    },
    hold(blobs) {
      for (const blob of blobs) held.set(blob, (held.get(blob) ?? 0) + 1)
    },
    async release(blobs) {
      for (const blob of blobs) {
        const left = held.get(blob)! - 1
        if (left > 0) held.set(blob, left)
        else held.delete(blob)
        if (left === 0 && doomed.has(blob)) await remove(blob)
      }
    },
    async removeBlobs(blobs) {
      await Promise.all(
        blobs.map(async blob => {
          if (held.has(blob)) doomed.add(blob)
          else await remove(blob)
        }),
      )
    },
  }
}

/** Length and CRC-32 of a blob, read from its name. */
export function sealOf(blob: string): { bytes: number; checksum: number } {
  const [, bytes, checksum] = blob.split('-')
  return { bytes: Number(bytes), checksum: Number.parseInt(checksum!, 16) }
}

/** What of a blob's name says where it belongs. */
export function homeOf(blob: string): string {
  return blob.slice(0, blob.indexOf('-'))
}

/** Writes to all replicas at once, as fast as the slowest. One that fails is left behind; the last one that fails ends the write. */
async function createPooledWriter(
  { nodes, isAlive, placement }: PoolNodes,
  onCommitted: (blob: string, places: number[]) => void,
): Promise<PooledWriter> {
  const home = randomBytes(12).toString('hex')
  let writers: { node: number; writer: BlobWriter }[] = []
  let bytes = 0
  let checksum = 0

  /** Does one step on every replica and drops those that fail. */
  async function onAll(step: (writer: BlobWriter) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(writers.map(({ writer }) => step(writer)))
    const failed = writers.filter((_, index) => results[index]!.status === 'rejected')
    if (failed.length === 0) return
    writers = writers.filter(writer => !failed.includes(writer))
    for (const { writer } of failed) writer.abort().catch(() => undefined)
    if (writers.length === 0)
      throw (results.find(result => result.status === 'rejected') as PromiseRejectedResult).reason
  }

  const places = placement.nodesOf(home, isAlive)
  const opened = await Promise.allSettled(places.map(node => nodes[node]!.createBlob()))
  opened.forEach((result, index) => {
    if (result.status === 'fulfilled') writers.push({ node: places[index]!, writer: result.value })
  })
  if (writers.length === 0) throw new Error('no storage node takes a blob')
  return {
    async write(piece) {
      bytes += piece.length
      checksum = crc32(piece, checksum)
      await onAll(writer => writer.write(piece))
    },
    async commit() {
      const blob = `${home}-${bytes}-${checksum.toString(16)}`
      await onAll(writer => writer.commit(blob))
      const living = writers.filter(({ node }) => isAlive[node])
      if (living.length === 0) throw new Error('every storage node of a blob was lost while it was written')
      onCommitted(
        blob,
        living.map(({ node }) => node),
      )
      return blob
    },
    async abort() {
      await Promise.allSettled(writers.map(({ writer }) => writer.abort()))
    },
  }
}
