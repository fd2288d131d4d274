import { crc32 } from 'node:zlib'
import { createReplicaPlacement } from '../../backend/placement-of-replicas.ts'
import { UserError } from '../../lib/user-error.ts'
import { type BlobPool, createBlobPool, homeOf, type PoolNodes, sealOf } from './pool.ts'
import { openRecords, type Records } from './records.ts'
import type { StorageNode } from './storage-node.ts'

/** N storage nodes that together hold blobs and records with R replicas of each, lose nothing while fewer than R of them fail, and repair themselves. */
export interface StoragePool {
  readonly blobs: BlobPool
  readonly records: Records
  /** A node and all that it holds are gone. The rest begins at once to make new replicas. */
  loseNode(name: string): Promise<void>
  /** An empty node of that name is there again and takes its share. */
  returnNode(name: string): Promise<void>
  /** Brings everything to the nodes where it belongs and waits for it. Also runs by itself whenever a replica is found missing. */
  repair(): Promise<RepairReport>
  /** Reads every replica, drops those whose bytes have changed, and repairs. */
  scrub(): Promise<{ checked: number; damaged: number }>
  /** Removes blobs that nothing refers to: what a crash left in the middle of an upload. */
  keepOnly(blobs: ReadonlySet<string>): Promise<void>
  status(): PoolStatus
  /** Waits until a repair that runs by itself is over. */
  settled(): Promise<void>
}

export interface RepairReport {
  copies: number
  /** Blobs without any replica left. */
  lost: number
}

export interface PoolStatus {
  nodes: { name: string; isAlive: boolean; blobs: number }[]
  replicas: number
  /** Blobs and records with fewer replicas than they should have, or in other places. */
  lacking: number
  lost: number
}

/** Opens the pool over what its nodes hold. A node that cannot be read counts as lost. */
export async function openStoragePool(nodes: readonly StorageNode[], replicas: number): Promise<StoragePool> {
  if (nodes.length === 0 || replicas < 1 || replicas > nodes.length)
    throw new UserError(`a bucket's ${nodes.length} nodes cannot hold ${replicas} replicas`)
  const isAlive = new Uint8Array(nodes.length).fill(1)
  const pool: PoolNodes = { nodes, isAlive, placement: createReplicaPlacement(nodes.length, replicas) }
  let repairing: Promise<unknown> | undefined
  let isAskedAgain = false

  /** One repair at a time; what is found lacking meanwhile asks for one more. */
  function repairSoon(): void {
    isAskedAgain = true
    repairing ??= (async () => {
      while (isAskedAgain) {
        isAskedAgain = false
        await repairAll(pool, blobs, records)
      }
    })()
      .catch(() => undefined)
      .finally(() => {
        repairing = undefined
      })
  }

  const blobs = createBlobPool(pool, repairSoon)
  for (const [node, storage] of nodes.entries())
    try {
      for (const blob of await storage.blobs()) blobs.noteReplica(blob, node, true)
    } catch {
      isAlive[node] = 0
    }
  const records = await openRecords(pool, repairSoon)

  function indexOf(name: string): number {
    const node = nodes.findIndex(other => other.name === name)
    if (node < 0) throw new UserError(`the pool has no storage node "${name}"`)
    return node
  }

  return {
    blobs,
    records,
    async loseNode(name) {
      const node = indexOf(name)
      isAlive[node] = 0
      for (const [blob, places] of blobs.locations) if (places.includes(node)) blobs.noteReplica(blob, node, false)
      records.dropNode(node)
      await nodes[node]!.wipe().catch(() => undefined)
      repairSoon()
    },
    async returnNode(name) {
      const node = indexOf(name)
      await nodes[node]!.wipe()
      isAlive[node] = 1
      repairSoon()
    },
    async repair() {
      await repairing
      return repairAll(pool, blobs, records)
    },
    async scrub() {
      const report = await scrubAll(pool, blobs)
      if (report.damaged > 0) await repairAll(pool, blobs, records)
      return report
    },
    async keepOnly(wanted) {
      await blobs.removeBlobs([...blobs.locations.keys()].filter(blob => !wanted.has(blob)))
    },
    status: () => statusOf(pool, blobs, records),
    async settled() {
      while (repairing !== undefined) await repairing
    },
  }
}

async function repairAll(pool: PoolNodes, blobs: BlobPool, records: Records): Promise<RepairReport> {
  const { nodes, isAlive, placement } = pool
  let copies = await records.repair()
  let lost = 0
  for (const blob of [...blobs.locations.keys()]) {
    const places = blobs.locations.get(blob)
    if (places === undefined) continue
    if (places.length === 0) {
      lost++
      continue
    }
    const homes = placement.nodesOf(homeOf(blob), isAlive)
    const missing = homes.filter(node => !places.includes(node))
    let failures = 0
    for (const node of missing)
      if (await copyBlob(nodes[node]!, blobs, blob)) {
        copies++
        if (blobs.locations.has(blob)) blobs.noteReplica(blob, node, true)
        else await nodes[node]!.removeBlob(blob).catch(() => undefined)
      } else failures++
    if (failures > 0) continue
    for (const node of places.filter(other => !homes.includes(other))) {
      blobs.noteReplica(blob, node, false)
      await nodes[node]!.removeBlob(blob).catch(() => undefined)
    }
  }
  return { copies, lost }
}

/** False when no replica could be read to the end, when what was read is damaged, or when the node does not take it. */
async function copyBlob(to: StorageNode, blobs: BlobPool, blob: string): Promise<boolean> {
  const seal = sealOf(blob)
  const writer = await to.createBlob().catch(() => undefined)
  if (writer === undefined) return false
  try {
    let checksum = 0
    for await (const piece of blobs.readBlob(blob, 0, seal.bytes)) {
      checksum = crc32(piece, checksum)
      await writer.write(piece)
    }
    if (checksum !== seal.checksum) throw new Error('the replica that was read is damaged')
    await writer.commit(blob)
    return true
  } catch {
    await writer.abort().catch(() => undefined)
    return false
  }
}

async function scrubAll({ nodes }: PoolNodes, blobs: BlobPool): Promise<{ checked: number; damaged: number }> {
  let checked = 0
  let damaged = 0
  for (const blob of [...blobs.locations.keys()])
    for (const node of blobs.locations.get(blob) ?? []) {
      checked++
      if (await isWhole(nodes[node]!, blob)) continue
      damaged++
      blobs.noteReplica(blob, node, false)
      await nodes[node]!.removeBlob(blob).catch(() => undefined)
    }
  return { checked, damaged }
}

async function isWhole(node: StorageNode, blob: string): Promise<boolean> {
  const seal = sealOf(blob)
  let checksum = 0
  try {
    for await (const piece of node.readBlob(blob, 0, seal.bytes)) checksum = crc32(piece, checksum)
    return checksum === seal.checksum
  } catch {
    return false
  }
}

function statusOf({ nodes, isAlive, placement }: PoolNodes, blobs: BlobPool, records: Records): PoolStatus {
  const counts = new Array<number>(nodes.length).fill(0)
  let lacking = records.lacking()
  let lost = 0
  for (const [blob, places] of blobs.locations) {
    for (const node of places) counts[node]!++
    if (places.length === 0) lost++
    const homes = placement.nodesOf(homeOf(blob), isAlive)
    if (homes.some(node => !places.includes(node))) lacking++
  }
  return {
    nodes: nodes.map(({ name }, node) => ({ name, isAlive: isAlive[node] === 1, blobs: counts[node]! })),
    replicas: placement.replicas,
    lacking,
    lost,
  }
}
