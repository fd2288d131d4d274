import { randomBytes } from 'node:crypto'
import type { BucketStore, ObjectDraft, Requirement } from './bucket-store.ts'
import { BucketFailure } from './failure.ts'
import { blobsOf, type ObjectIndex, type OpenUpload, recordNames } from './index-of-objects.ts'
import type { KeyedLock } from './keyed-lock.ts'
import type { ObjectVersion, Upload, UploadPart } from './object-model.ts'
import type { StoragePool } from './storage-pool.ts'

/** Multipart uploads: parts are stored as they come, and the object is their blobs in order; completing one copies no bytes. */
export interface Uploads {
  begin(upload: Omit<Upload, 'uploadId'>): Promise<Upload>
  /** Throws NoSuchUpload. */
  find(bucket: string, key: string, uploadId: string): OpenUpload
  /** Those of a bucket by key, then by beginning. */
  list(bucket: string): OpenUpload[]
  /** Takes or replaces a part; the upload owns its blobs from now on. */
  putPart(upload: Upload, part: UploadPart): Promise<void>
  /** Makes the object of the parts that the draft names, and drops the others. */
  complete(upload: Upload, draft: ObjectDraft, require: Requirement): Promise<ObjectVersion>
  abort(upload: Upload): Promise<void>
  /** What a completed upload became, for a while. */
  outcome(bucket: string, key: string, uploadId: string): ObjectVersion | undefined
}

interface CompletedUpload {
  bucket: string
  key: string
  version: ObjectVersion
}

const mostRemembered = 1000

export function createUploads(
  index: ObjectIndex,
  pool: StoragePool,
  lock: KeyedLock,
  commit: BucketStore['commit'],
): Uploads {
  const { uploads } = index
  /** Uploads that were completed lately: a client that did not hear of it asks again. */
  const completed = new Map<string, CompletedUpload>()
  function stillOpen(uploadId: string): OpenUpload {
    const open = uploads.get(uploadId)
    if (open === undefined) throw new BucketFailure('NoSuchUpload', undefined, { UploadId: uploadId })
    return open
  }

  return {
    outcome(bucket, key, uploadId) {
      const done = completed.get(uploadId)
      return done?.bucket === bucket && done.key === key ? done.version : undefined
    },
    async begin(started) {
      const upload = { ...started, uploadId: randomBytes(24).toString('base64url') }
      await pool.records.put(recordNames.upload(upload.uploadId), upload)
      uploads.set(upload.uploadId, { upload, parts: new Map() })
      return upload
    },
    find(bucket, key, uploadId) {
      const open = stillOpen(uploadId)
      if (open.upload.bucket !== bucket || open.upload.key !== key)
        throw new BucketFailure('NoSuchUpload', undefined, { UploadId: uploadId })
      return open
    },
    list: bucket =>
      [...uploads.values()]
        .filter(({ upload }) => upload.bucket === bucket)
        .sort(({ upload: a }, { upload: b }) => (a.key === b.key ? a.startedMs - b.startedMs : a.key < b.key ? -1 : 1)),
    putPart: ({ uploadId }, part) =>
      lock(`upload ${uploadId}`, async () => {
        const { parts } = stillOpen(uploadId)
        await pool.records.put(recordNames.part(uploadId, part.number), part)
        const before = parts.get(part.number)
        parts.set(part.number, part)
        if (before !== undefined) await pool.blobs.removeBlobs(before.blobs)
      }),
    complete: ({ uploadId, bucket, key }, draft, require) =>
      lock(`upload ${uploadId}`, async () => {
        const open = stillOpen(uploadId)
        const version = await commit(bucket, key, draft, 'ObjectCreated:CompleteMultipartUpload', require)
        await close(index, pool, open, new Set(draft.blobs))
        if (completed.size >= mostRemembered) completed.delete(completed.keys().next().value!)
        completed.set(uploadId, { bucket, key, version })
        return version
      }),
    abort: ({ uploadId }) => lock(`upload ${uploadId}`, async () => close(index, pool, stillOpen(uploadId), new Set())),
  }
}

/** Ends uploads whose object was made just before a crash: their parts are the object's now. */
export async function closeCompletedUploads(index: ObjectIndex, pool: StoragePool): Promise<void> {
  const used = blobsOf({ shelves: index.shelves, uploads: new Map() })
  for (const open of [...index.uploads.values()])
    if ([...open.parts.values()].some(part => part.blobs.some(blob => used.has(blob))))
      await close(index, pool, open, used)
}

/** Forgets an upload; blobs that became part of an object stay. */
async function close(
  { uploads }: ObjectIndex,
  pool: StoragePool,
  { upload, parts }: OpenUpload,
  wanted: ReadonlySet<string>,
): Promise<void> {
  uploads.delete(upload.uploadId)
  await pool.records.remove(recordNames.upload(upload.uploadId))
  for (const part of parts.values()) await pool.records.remove(recordNames.part(upload.uploadId, part.number))
  await pool.blobs.removeBlobs([...parts.values()].flatMap(part => part.blobs).filter(blob => !wanted.has(blob)))
}
