/**
 * One machine of a storage pool, in memory or in a folder. It holds blobs, which are bytes that never change, and records, which are
 * small texts that are replaced as a whole. Both have names of letters, digits, dots and dashes. Every verb may fail as disks do: by a rejected promise.
 */
export interface StorageNode {
  readonly name: string
  /** Starts a blob; nobody sees it before its `commit`, which names it. */
  createBlob(): Promise<BlobWriter>
  /** Bytes `from` to before `to` of a blob, in pieces. Fails when the blob is not there or too short. */
  readBlob(blob: string, from: number, to: number): AsyncIterable<Uint8Array>
  removeBlob(blob: string): Promise<void>
  blobs(): Promise<string[]>
  /** Replaces a record at once: a crash leaves the old one or the new one. */
  putRecord(record: string, text: string): Promise<void>
  removeRecord(record: string): Promise<void>
  records(): Promise<[record: string, text: string][]>
  /** Loses all that it holds, as a machine does whose disk has died. */
  wipe(): Promise<void>
}

export interface BlobWriter {
  /** Takes the next bytes; they must not change until the promise is over. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes the blob visible under a name, and durable. */
  commit(blob: string): Promise<void>
  /** Forgets what was written. */
  abort(): Promise<void>
}
