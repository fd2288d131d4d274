import { parseHttpDate } from '../../cache/http/http-date.ts'
import { mayUseBucket, requireBucketAccess } from './access.ts'
import { sendEmpty, sendXml } from './answer.ts'
import type { BucketRequest } from './bucket-request.ts'
import type { Requirement } from './bucket-store.ts'
import { matches } from './conditions.ts'
import { BucketFailure } from './failure.ts'
import { readDocument } from './request-body.ts'
import { childrenOf, type Element, readXml, textOf } from './xml.ts'

/** DeleteObject: what is not there is deleted with the same answer. */
export async function deleteObject(request: BucketRequest): Promise<void> {
  const { store, bucket, key, query, field } = request
  requireBucketAccess(request, store.shelfOf(bucket).bucket, 'write')
  const require = createDeleteRequirement({
    etag: field('if-match'),
    modified: field('x-amz-if-match-last-modified-time'),
    bytes: field('x-amz-if-match-size'),
  })
  const removal = await store.remove(bucket, key, query.get('versionId') || undefined, require)
  sendEmpty(request, 204, {
    'x-amz-version-id': removal.versionId,
    'x-amz-delete-marker': removal.isDeleteMarker ? 'true' : undefined,
  })
}

const greatestCount = 1000

/** DeleteObjects: up to a thousand keys, each with its own answer. */
export async function deleteObjects(request: BucketRequest): Promise<void> {
  const { store, bucket, identity } = request
  const shelf = store.shelfOf(bucket)
  const tree = readXml(await readDocument(request, 8 * 1024 ** 2), 'Delete')
  const objects = childrenOf(tree, 'Object')
  if (objects.length === 0 || objects.length > greatestCount) throw new BucketFailure('MalformedXML')
  const isQuiet = textOf(tree, 'Quiet')?.trim().toLowerCase() === 'true'
  const isAllowed = mayUseBucket(identity, shelf.bucket, 'write')
  const wanted = objects.map(object => ({
    key: textOf(object, 'Key'),
    versionId: textOf(object, 'VersionId') || undefined,
    require: createDeleteRequirement({
      etag: textOf(object, 'ETag'),
      modified: textOf(object, 'LastModifiedTime'),
      bytes: textOf(object, 'Size'),
    }),
  }))
  const results: Element[] = []
  for (const { key, versionId, require } of wanted) {
    if (key === undefined || key === '') throw new BucketFailure('MalformedXML')
    const named: Element[] =
      versionId === undefined
        ? [['Key', key]]
        : [
            ['Key', key],
            ['VersionId', versionId],
          ]
    try {
      if (!isAllowed) throw new BucketFailure('AccessDenied')
      const removal = await store.remove(bucket, key, versionId, require)
      if (isQuiet) continue
      const marker: Element[] = removal.isDeleteMarker
        ? [
            ['DeleteMarker', true],
            ['DeleteMarkerVersionId', removal.versionId!],
          ]
        : []
      results.push(['Deleted', [...named, ...marker]])
    } catch (error) {
      if (!(error instanceof BucketFailure)) throw error
      results.push(['Error', [...named, ['Code', error.code], ['Message', error.message]]])
    }
  }
  sendXml(request, ['DeleteResult', results])
}

/** What a deletion demands of what it deletes; of what is not there it demands nothing. */
function createDeleteRequirement(wanted: {
  etag: string | undefined
  modified: string | undefined
  bytes: string | undefined
}): Requirement {
  const { etag, modified, bytes } = wanted
  if (etag === undefined && modified === undefined && bytes === undefined) return () => undefined
  return current => {
    if (current === undefined || (current.isDeleteMarker && etag === '*')) return
    if (current.isDeleteMarker) throw new BucketFailure('NoSuchKey')
    const modifiedMs = Math.floor(current.modifiedMs / 1000) * 1000
    const askedMs = modified === undefined ? undefined : (parseHttpDate(modified, modifiedMs) ?? Date.parse(modified))
    const isRight =
      (etag === undefined || matches(etag, current.etag)) &&
      (askedMs === undefined || Math.floor(askedMs / 1000) * 1000 === modifiedMs) &&
      (bytes === undefined || Number(bytes) === current.bytes)
    if (!isRight) throw new BucketFailure('PreconditionFailed')
  }
}
