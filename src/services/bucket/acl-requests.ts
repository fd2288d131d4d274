import { readAcl, requireAclAccess } from './access.ts'
import { sendEmpty, sendXml } from './answer.ts'
import type { BucketRequest } from './bucket-request.ts'
import { BucketFailure } from './failure.ts'
import { grantElements, grantsOf, readPolicy } from './grants.ts'
import { ownerElement } from './list-objects.ts'
import type { Bucket, ObjectVersion } from './object-model.ts'
import { versionField } from './put-object.ts'
import { readDocument } from './request-body.ts'
import { readXml } from './xml.ts'

/** The bucket or object whose list is meant. */
function holderOf({ store, bucket, key, query }: BucketRequest): Bucket | ObjectVersion {
  return key === '' ? store.shelfOf(bucket).bucket : store.find(bucket, key, query.get('versionId') || undefined)
}

/** GetBucketAcl and GetObjectAcl. */
export function getAcl(request: BucketRequest): void {
  const { bucket } = request.store.shelfOf(request.bucket)
  const holder = holderOf(request)
  requireAclAccess(request, bucket, holder, 'read')
  sendXml(request, [
    'AccessControlPolicy',
    [ownerElement(holder.owner), ['AccessControlList', grantElements(grantsOf(holder, bucket.owner))]],
  ])
}

/** PutBucketAcl and PutObjectAcl: a canned list, grants in fields, or a document. */
export async function putAcl(request: BucketRequest): Promise<void> {
  const { store, bucket, key, query, field } = request
  requireAclAccess(request, store.shelfOf(bucket).bucket, holderOf(request), 'write')
  const body = await readDocument(request)
  const given = readAcl(field)
  if (given === undefined && body.trim() === '')
    throw new BucketFailure('MissingSecurityHeader', 'Your request was missing a required header', {
      MissingHeaderName: 'x-amz-acl',
    })
  const acl = given ?? { acl: 'private', grants: readPolicy(readXml(body, 'AccessControlPolicy')) }
  if (key === '') {
    await store.updateBucket(bucket, acl)
    sendEmpty(request, 200)
  } else sendEmpty(request, 200, versionField(await store.amend(bucket, key, query.get('versionId') || undefined, acl)))
}
