import { createHash } from 'node:crypto'
import { BucketFailure } from './failure.ts'
import { sealOf } from './pool.ts'
import type { StoragePool } from './storage-pool.ts'

export interface WrittenBytes {
  blobs: string[]
  bytes: number
  md5: Buffer
}

/** An object that stays readable until it is closed, whatever becomes of its key. */
export interface OpenObject {
  read(from: number, to: number): AsyncGenerator<Uint8Array>
  close(): Promise<void>
}

/** Keeps the blobs of an object until it is closed. */
export function openObject(pool: StoragePool, blobs: readonly string[]): OpenObject {
  pool.blobs.hold(blobs)
  return {
    async *read(from, to) {
      let start = 0
      for (const blob of blobs) {
        const end = start + sealOf(blob).bytes
        if (end > from && start < to)
          yield* pool.blobs.readBlob(blob, Math.max(0, from - start), Math.min(end, to) - start)
        start = end
      }
    },
    close: () => pool.blobs.release(blobs),
  }
}

/** Stores a body as one blob, or as none when it is empty. Throws EntityTooLarge, and whatever the body throws. */
export async function writeBytes(
  pool: StoragePool,
  body: AsyncIterable<Uint8Array>,
  greatestBytes: number,
): Promise<WrittenBytes> {
  const md5 = createHash('md5')
  const writer = await pool.blobs.createBlob()
  let bytes = 0
  try {
    for await (const piece of body) {
      bytes += piece.length
      if (bytes > greatestBytes)
        throw new BucketFailure('EntityTooLarge', undefined, { MaxSizeAllowed: String(greatestBytes) })
      md5.update(piece)
      await writer.write(piece)
    }
    if (bytes > 0) return { blobs: [await writer.commit()], bytes, md5: md5.digest() }
    await writer.abort()
    return { blobs: [], bytes, md5: md5.digest() }
  } catch (error) {
    await writer.abort()
    throw error
  }
}
