import type { StorageNode } from './storage-node.ts'

/** A storage node that lives as long as the process. Nodes of a pool share the bytes of a blob: replicas in one memory save nobody. */
export function createMemoryNode(name: string): StorageNode {
  const blobs = new Map<string, Uint8Array[]>()
  const records = new Map<string, string>()
  return {
    name,
    async createBlob() {
      const pieces: Uint8Array[] = []
      return {
        async write(bytes) {
          pieces.push(bytes)
        },
        async commit(blob) {
          blobs.set(blob, pieces)
        },
        async abort() {
          pieces.length = 0
        },
      }
    },
    async *readBlob(blob, from, to) {
      const pieces = blobs.get(blob)
      if (pieces === undefined) throw new Error(`node ${name} holds no blob ${blob}`)
      let start = 0
      for (const piece of pieces) {
        const end = start + piece.length
        if (end > from && start < to)
          yield piece.subarray(Math.max(0, from - start), Math.min(piece.length, to - start))
        start = end
      }
      if (start < to) throw new Error(`node ${name} holds only ${start} bytes of blob ${blob}`)
    },
    async removeBlob(blob) {
      blobs.delete(blob)
    },
    blobs: async () => [...blobs.keys()],
    async putRecord(record, text) {
      records.set(record, text)
    },
    async removeRecord(record) {
      records.delete(record)
    },
    records: async () => [...records],
    async wipe() {
      blobs.clear()
      records.clear()
    },
  }
}
