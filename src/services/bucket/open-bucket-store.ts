import { join } from 'node:path'
import { type BucketStore, openBucketStore, type StoreOptions } from './bucket-store.ts'
import { openFolderNode } from './folder-node.ts'
import { createMemoryNode } from './memory-node.ts'
import type { StorageNode } from './storage-node.ts'
import { openStoragePool } from './storage-pool.ts'

export interface BucketStoreOptions extends Omit<StoreOptions, 'pool'> {
  nodes: number
  replicas: number
  /** Has a folder `node-1`, `node-2` and so on for each node; without it everything is in memory and ends with the process. */
  folder?: string
}

/** A bucket store over nodes of its own. Throws UserError when the nodes cannot hold the replicas. */
export async function openStore({ nodes, replicas, folder, now, onEvent }: BucketStoreOptions): Promise<BucketStore> {
  const names = Array.from({ length: nodes }, (_, node) => `node-${node + 1}`)
  const storage: StorageNode[] = []
  for (const name of names)
    storage.push(folder === undefined ? createMemoryNode(name) : await openFolderNode(join(folder, name)))
  return openBucketStore({ pool: await openStoragePool(storage, replicas), now, onEvent })
}
