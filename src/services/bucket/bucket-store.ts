import { randomBytes } from 'node:crypto'
import type { Ms } from '../../lib/clock.ts'
import { BucketFailure } from './failure.ts'
import { addShelf, blobsOf, createObjectIndex, type ObjectIndex, recordNames, type Shelf } from './index-of-objects.ts'
import { createKeyedLock } from './keyed-lock.ts'
import { type OpenObject, openObject, type WrittenBytes, writeBytes } from './object-bytes.ts'
import type { Bucket, BucketEvent, ObjectVersion } from './object-model.ts'
import type { StoragePool } from './storage-pool.ts'
import { closeCompletedUploads, createUploads, type Uploads } from './uploads.ts'

/** Objects by bucket and key over a storage pool. What was answered as done is durable on the pool's nodes. */
export interface BucketStore {
  readonly pool: StoragePool
  readonly uploads: Uploads
  /** In the order of their names. */
  buckets(): Bucket[]
  /** Throws NoSuchBucket. */
  shelfOf(bucket: string): Shelf
  hasBucket(bucket: string): boolean
  createBucket(bucket: Bucket): Promise<void>
  updateBucket(bucket: string, change: Partial<Bucket>): Promise<void>
  /** Throws BucketNotEmpty while it has objects. Uploads that have begun are aborted. */
  deleteBucket(bucket: string): Promise<void>
  /** The current version, or a named one. Throws NoSuchKey, NoSuchVersion, and both with the facts of a delete marker. */
  find(bucket: string, key: string, versionId?: string): ObjectVersion
  /** The current version if there is one that is no delete marker. */
  peek(bucket: string, key: string): ObjectVersion | undefined
  open(version: Pick<ObjectVersion, 'blobs'>): OpenObject
  /** Stores bytes that belong to no object yet; whoever called owns them until a commit. */
  write(body: AsyncIterable<Uint8Array>, greatestBytes: number): Promise<WrittenBytes>
  discard(blobs: readonly string[]): Promise<void>
  /** Makes an object of what was written. `require` sees the version that it would replace and may throw; between it and the commit nobody writes that key. */
  commit(
    bucket: string,
    key: string,
    draft: ObjectDraft,
    event: BucketEvent['name'],
    require: Requirement,
  ): Promise<ObjectVersion>
  remove(bucket: string, key: string, versionId: string | undefined, require: Requirement): Promise<Removal>
  /** Replaces what is said of a version, not its bytes. */
  amend(
    bucket: string,
    key: string,
    versionId: string | undefined,
    change: Partial<ObjectVersion>,
  ): Promise<ObjectVersion>
}

export type ObjectDraft = Omit<ObjectVersion, 'versionId' | 'modifiedMs' | 'isDeleteMarker'>
export type Requirement = (current: ObjectVersion | undefined) => void

export interface Removal {
  /** Of the version that is gone, or of the marker that was made. */
  versionId?: string
  isDeleteMarker: boolean
}

export interface StoreOptions {
  pool: StoragePool
  now(): Ms
  /** Is told after an object was made or removed. */
  onEvent(event: BucketEvent): void
}

/** Opens the store over what the pool holds. */
export async function openBucketStore({ pool, now, onEvent }: StoreOptions): Promise<BucketStore> {
  const index = createObjectIndex(pool.records.found)
  await closeCompletedUploads(index, pool)
  await pool.keepOnly(blobsOf(index))
  await pool.repair()
  const context: StoreContext = { pool, now, onEvent, index, lock: createKeyedLock() }
  const { shelves } = index
  const shelfOf = (bucket: string): Shelf => shelfIn(index, bucket)
  const commit: BucketStore['commit'] = (bucket, key, draft, event, require) =>
    commitObject(context, bucket, key, draft, event, require)
  const uploads = createUploads(index, pool, context.lock, commit)
  const putBucket = async (bucket: Bucket): Promise<void> => pool.records.put(recordNames.bucket(bucket.name), bucket)
  return {
    pool,
    uploads,
    buckets: () => [...shelves.values()].map(({ bucket }) => bucket).sort((a, b) => (a.name < b.name ? -1 : 1)),
    shelfOf,
    hasBucket: bucket => shelves.has(bucket),
    createBucket: bucket =>
      context.lock(bucket.name, async () => {
        if (shelves.has(bucket.name)) throw new BucketFailure('BucketAlreadyOwnedByYou')
        await putBucket(bucket)
        addShelf(shelves, bucket)
      }),
    updateBucket: (bucket, change) =>
      context.lock(bucket, async () => {
        const shelf = shelfOf(bucket)
        const changed = { ...shelf.bucket, ...change }
        await putBucket(changed)
        shelf.bucket = changed
      }),
    deleteBucket: bucket =>
      context.lock(bucket, async () => {
        if (shelfOf(bucket).objects.size > 0) throw new BucketFailure('BucketNotEmpty')
        shelves.delete(bucket)
        await pool.records.remove(recordNames.bucket(bucket))
        for (const { upload } of uploads.list(bucket)) await uploads.abort(upload)
      }),
    find: (bucket, key, versionId) => findVersion(shelfOf(bucket), key, versionId),
    peek: (bucket, key) => currentOf(shelfOf(bucket).objects.get(key)),
    open: version => openObject(pool, version.blobs),
    write: (body, greatestBytes) => writeBytes(pool, body, greatestBytes),
    discard: blobs => pool.blobs.removeBlobs(blobs),
    commit,
    remove: (bucket, key, versionId, require) => removeObject(context, bucket, key, versionId, require),
    amend: (bucket, key, versionId, change) =>
      context.lock(`${bucket}/${key}`, async () => {
        const shelf = shelfOf(bucket)
        const version = findVersion(shelf, key, versionId)
        const amended = { ...version, ...change }
        await replaceVersions(
          context,
          shelf,
          key,
          shelf.objects.get(key)!.map(other => (other === version ? amended : other)),
        )
        return amended
      }),
  }
}

interface StoreContext extends StoreOptions {
  index: ObjectIndex
  lock: ReturnType<typeof createKeyedLock>
}

function shelfIn({ shelves }: ObjectIndex, bucket: string): Shelf {
  const shelf = shelves.get(bucket)
  if (shelf === undefined) throw new BucketFailure('NoSuchBucket', undefined, { BucketName: bucket })
  return shelf
}

function currentOf(versions: readonly ObjectVersion[] | undefined): ObjectVersion | undefined {
  const newest = versions?.[0]
  return newest?.isDeleteMarker ? undefined : newest
}

function findVersion(shelf: Shelf, key: string, versionId: string | undefined): ObjectVersion {
  const versions = shelf.objects.get(key)
  if (versionId === undefined) {
    const newest = versions?.[0]
    if (newest === undefined) throw new BucketFailure('NoSuchKey', undefined, { Key: key })
    if (newest.isDeleteMarker)
      throw new BucketFailure(
        'NoSuchKey',
        undefined,
        { Key: key },
        { 'x-amz-delete-marker': 'true', 'x-amz-version-id': newest.versionId },
      )
    return newest
  }
  const version = versions?.find(other => other.versionId === versionId)
  if (version === undefined) throw new BucketFailure('NoSuchVersion', undefined, { Key: key, VersionId: versionId })
  if (version.isDeleteMarker)
    throw new BucketFailure(
      'MethodNotAllowed',
      undefined,
      {},
      { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId, Allow: 'DELETE' },
    )
  return version
}

/** Writes the versions of a key and lets go of the bytes of those that are no more. */
async function replaceVersions(
  { pool, index }: StoreContext,
  shelf: Shelf,
  key: string,
  versions: ObjectVersion[],
): Promise<void> {
  const bucket = shelf.bucket.name
  const name = recordNames.object(bucket, key)
  const before = shelf.objects.get(key) ?? []
  if (versions.length > 0) await pool.records.put(name, versions)
  else await pool.records.remove(name)
  if (index.shelves.get(bucket) !== shelf) {
    await pool.records.remove(name)
    throw new BucketFailure('NoSuchBucket', undefined, { BucketName: bucket })
  }
  if (versions.length > 0) shelf.objects.set(key, versions)
  else shelf.objects.delete(key)
  const wanted = new Set(versions.flatMap(version => version.blobs))
  await pool.blobs.removeBlobs(before.flatMap(version => version.blobs).filter(blob => !wanted.has(blob)))
}

function commitObject(
  context: StoreContext,
  bucket: string,
  key: string,
  draft: ObjectDraft,
  event: BucketEvent['name'],
  require: Requirement,
): Promise<ObjectVersion> {
  return context.lock(`${bucket}/${key}`, async () => {
    const shelf = shelfIn(context.index, bucket)
    const before = shelf.objects.get(key) ?? []
    require(currentOf(before))
    const isKept = shelf.bucket.versioning === 'Enabled'
    const version: ObjectVersion = {
      ...draft,
      versionId: isKept ? createVersionId() : 'null',
      modifiedMs: context.now(),
      isDeleteMarker: false,
    }
    await replaceVersions(context, shelf, key, [
      version,
      ...before.filter(other => isKept || other.versionId !== 'null'),
    ])
    context.onEvent(eventOf(event, bucket, key, version))
    return version
  })
}

function removeObject(
  context: StoreContext,
  bucket: string,
  key: string,
  versionId: string | undefined,
  require: Requirement,
): Promise<Removal> {
  return context.lock(`${bucket}/${key}`, async () => {
    const shelf = shelfIn(context.index, bucket)
    const before = shelf.objects.get(key) ?? []
    if (versionId !== undefined) {
      const gone = before.find(version => version.versionId === versionId)
      require(gone)
      if (gone === undefined) return { versionId, isDeleteMarker: false }
      await replaceVersions(
        context,
        shelf,
        key,
        before.filter(version => version !== gone),
      )
      context.onEvent(eventOf('ObjectRemoved:Delete', bucket, key, { ...gone, modifiedMs: context.now() }))
      return { versionId, isDeleteMarker: gone.isDeleteMarker }
    }
    require(before[0])
    if (shelf.bucket.versioning === 'never') {
      if (before.length === 0) return { isDeleteMarker: false }
      await replaceVersions(context, shelf, key, [])
      context.onEvent(eventOf('ObjectRemoved:Delete', bucket, key, { ...before[0]!, modifiedMs: context.now() }))
      return { isDeleteMarker: false }
    }
    const isKept = shelf.bucket.versioning === 'Enabled'
    const marker = createDeleteMarker(shelf.bucket.owner, isKept ? createVersionId() : 'null', context.now())
    await replaceVersions(context, shelf, key, [
      marker,
      ...before.filter(other => isKept || other.versionId !== 'null'),
    ])
    context.onEvent(eventOf('ObjectRemoved:DeleteMarkerCreated', bucket, key, marker))
    return { versionId: marker.versionId, isDeleteMarker: true }
  })
}

function eventOf(name: BucketEvent['name'], bucket: string, key: string, version: ObjectVersion): BucketEvent {
  const { modifiedMs, bytes, etag, versionId } = version
  return { name, bucket, key, timeMs: modifiedMs, bytes, etag, versionId }
}

function createDeleteMarker(owner: string, versionId: string, modifiedMs: Ms): ObjectVersion {
  const nothing = { bytes: 0, etag: '', blobs: [], fields: {}, metadata: {}, tags: [] }
  return { versionId, modifiedMs, isDeleteMarker: true, ...nothing, owner, acl: 'private', storageClass: 'STANDARD' }
}

function createVersionId(): string {
  return randomBytes(24).toString('base64url')
}
