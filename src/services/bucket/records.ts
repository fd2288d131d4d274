import { createHash } from 'node:crypto'
import { createKeyedLock } from './keyed-lock.ts'
import type { PoolNodes } from './pool.ts'

/**
 * Small named values with replicas on the nodes of a pool. Each write has the next number of a sequence; where nodes disagree after a crash or an
 * absence, the highest number is the truth. A removal leaves a mark while a node is away that may still hold the value.
 */
export interface Records {
  /** Values as they were found when the pool was opened. */
  readonly found: ReadonlyMap<string, unknown>
  put(name: string, value: unknown): Promise<void>
  remove(name: string): Promise<void>
  /** Forgets what a lost node held. */
  dropNode(node: number): void
  /** Brings every value to the nodes where it belongs; answers how many copies that took. */
  repair(): Promise<number>
  /** Values with fewer copies than they should have. */
  lacking(): number
}

interface Kept {
  file: string
  text: string
  isRemoved: boolean
  nodes: number[]
}

interface Written {
  name: string
  sequence: number
  /** Absent when the value was removed. */
  value?: unknown
}

export async function openRecords(pool: PoolNodes, onLack: () => void): Promise<Records> {
  const { nodes, isAlive, placement } = pool
  const { kept, found, sequence: last } = await findNewest(pool)
  const lock = createKeyedLock()
  let sequence = last

  const homesOf = (record: Kept): number[] => placement.nodesOf(record.file, isAlive)
  const isHome = (record: Kept): boolean => homesOf(record).every(node => record.nodes.includes(node))

  /** Writes a text on its home nodes; at least one must take it. */
  async function write(name: string, value: unknown): Promise<void> {
    const written: Written = { name, sequence: ++sequence, ...(value === undefined ? {} : { value }) }
    const record: Kept = {
      file: fileOf(name),
      text: JSON.stringify(written),
      isRemoved: value === undefined,
      nodes: [],
    }
    const homes = homesOf(record)
    const stale = (kept.get(name)?.nodes ?? []).filter(node => !homes.includes(node))
    const results = await Promise.allSettled(homes.map(node => nodes[node]!.putRecord(record.file, record.text)))
    record.nodes = homes.filter((_, index) => results[index]!.status === 'fulfilled')
    if (record.nodes.length === 0)
      throw new Error('no storage node takes a record', {
        cause: (results[0] as PromiseRejectedResult | undefined)?.reason,
      })
    kept.set(name, record)
    await Promise.allSettled(stale.map(node => nodes[node]!.removeRecord(record.file)))
    if (record.nodes.length < homes.length) onLack()
  }

  /** From every node, so that no older copy that was left somewhere comes back. */
  async function erase(name: string, record: Kept): Promise<void> {
    const results = await Promise.allSettled(nodes.map(node => node.removeRecord(record.file)))
    if (results.some(result => result.status === 'rejected')) await write(name, undefined)
    else kept.delete(name)
  }

  async function repairOne(name: string): Promise<number> {
    const record = kept.get(name)
    if (record === undefined) return 0
    if (record.isRemoved && isAlive.every(alive => alive === 1)) {
      await Promise.allSettled(nodes.map(node => node.removeRecord(record.file)))
      kept.delete(name)
      return 0
    }
    const homes = homesOf(record)
    const missing = homes.filter(node => !record.nodes.includes(node))
    const results = await Promise.allSettled(missing.map(node => nodes[node]!.putRecord(record.file, record.text)))
    const gained = missing.filter((_, index) => results[index]!.status === 'fulfilled')
    record.nodes.push(...gained)
    if (gained.length < missing.length) return gained.length
    const extra = record.nodes.filter(node => !homes.includes(node))
    await Promise.allSettled(extra.map(node => nodes[node]!.removeRecord(record.file)))
    record.nodes = homes
    return gained.length
  }

  return {
    found,
    put: (name, value) => lock(name, () => write(name, value)),
    remove: name =>
      lock(name, async () => {
        const record = kept.get(name)
        if (record === undefined || record.isRemoved) return
        if (isAlive.every(alive => alive === 1)) await erase(name, record)
        else await write(name, undefined)
      }),
    dropNode(node) {
      for (const record of kept.values()) record.nodes = record.nodes.filter(other => other !== node)
    },
    async repair() {
      let copies = 0
      for (const name of [...kept.keys()]) copies += await lock(name, () => repairOne(name))
      return copies
    },
    lacking: () => [...kept.values()].filter(record => !isHome(record)).length,
  }
}

/** Reads all nodes; torn or foreign files are passed over. */
async function findNewest({
  nodes,
}: PoolNodes): Promise<{ kept: Map<string, Kept>; found: Map<string, unknown>; sequence: number }> {
  const kept = new Map<string, Kept & { sequence: number }>()
  const found = new Map<string, unknown>()
  let sequence = 0
  for (const [node, storage] of nodes.entries())
    for (const [file, text] of await storage.records()) {
      const written = readWritten(text)
      if (written === undefined || fileOf(written.name) !== file) continue
      sequence = Math.max(sequence, written.sequence)
      const best = kept.get(written.name)
      if (best !== undefined && best.sequence > written.sequence) continue
      if (best !== undefined && best.sequence === written.sequence) {
        best.nodes.push(node)
        continue
      }
      const isRemoved = written.value === undefined
      kept.set(written.name, { file, text, isRemoved, nodes: [node], sequence: written.sequence })
      if (isRemoved) found.delete(written.name)
      else found.set(written.name, written.value)
    }
  return { kept, found, sequence }
}

function readWritten(text: string): Written | undefined {
  try {
    const written = JSON.parse(text) as Written
    return typeof written.name === 'string' && typeof written.sequence === 'number' ? written : undefined
  } catch {
    return undefined
  }
}

function fileOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 40)
}
