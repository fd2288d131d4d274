import { readAcl, requireBucketAccess, requireIdentity, requireOwner } from './access.ts'
import { isoTime, sendEmpty, sendXml } from './answer.ts'
import { type BucketRequest, numberIn } from './bucket-request.ts'
import { BucketFailure } from './failure.ts'
import { optional, ownerElement } from './list-objects.ts'
import { readDocument } from './request-body.ts'
import { type Element, readXml, textOf } from './xml.ts'

/** ListBuckets: those of the asker's account that it may read; none where nobody signed. */
export function listBuckets(request: BucketRequest): void {
  const { store, query, identity } = request
  const prefix = query.get('prefix') ?? ''
  const most = numberIn(query, 'max-buckets', 1, 10_000) ?? 10_000
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64url').toString()
  const all = store
    .buckets()
    .filter(
      ({ owner, name }) =>
        owner === identity?.account && name.startsWith(prefix) && name > after && identity.may('s3', name, 'read'),
    )
  const page = all.slice(0, most)
  const buckets = page.map(
    ({ name, createdMs, region }): Element => [
      'Bucket',
      [
        ['Name', name],
        ['CreationDate', isoTime(createdMs)],
        ['BucketRegion', region],
      ],
    ],
  )
  sendXml(request, [
    'ListAllMyBucketsResult',
    [
      ownerElement(identity?.account ?? 'anonymous'),
      ['Buckets', buckets],
      ...optional('Prefix', query.has('prefix') ? prefix : undefined),
      ...optional(
        'ContinuationToken',
        page.length < all.length ? Buffer.from(page.at(-1)!.name).toString('base64url') : undefined,
      ),
    ],
  ])
}

/** CreateBucket. Made again by its owner it stays as it is, as in us-east-1. */
export async function createBucket(request: BucketRequest): Promise<void> {
  const identity = requireIdentity(request)
  const { store, bucket, field, now } = request
  if (!isBucketName(bucket)) throw new BucketFailure('InvalidBucketName', undefined, { BucketName: bucket })
  if (field('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true')
    throw new BucketFailure('NotImplemented', 'Object Lock is not implemented.')
  const acl = readAcl(field)
  const body = await readDocument(request)
  const region =
    (body.trim() === '' ? undefined : textOf(readXml(body, 'CreateBucketConfiguration'), 'LocationConstraint')) ||
    'us-east-1'
  if (!identity.may('s3', bucket, 'write')) throw new BucketFailure('AccessDenied')
  if (store.hasBucket(bucket)) {
    const existing = store.shelfOf(bucket).bucket
    if (existing.owner !== identity.account)
      throw new BucketFailure('BucketAlreadyExists', undefined, { BucketName: bucket })
    if (existing.region !== 'us-east-1')
      throw new BucketFailure('BucketAlreadyOwnedByYou', undefined, { BucketName: bucket })
    if (acl !== undefined) await store.updateBucket(bucket, acl)
  } else
    await store.createBucket({
      name: bucket,
      createdMs: now,
      owner: identity.account,
      region,
      versioning: 'never',
      ...(acl ?? { acl: 'private' }),
      documents: {},
    })
  sendEmpty(request, 200, { Location: `/${bucket}` })
}

/** Source: Amazon S3 User Guide, "General purpose bucket naming rules". */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  )
}

export function headBucket(request: BucketRequest): void {
  const { bucket } = request.store.shelfOf(request.bucket)
  requireBucketAccess(request, bucket, 'read')
  sendEmpty(request, 200, {
    'x-amz-bucket-region': bucket.region,
    'x-amz-access-point-alias': 'false',
    'Content-Type': 'application/xml',
  })
}

export async function deleteBucket(request: BucketRequest): Promise<void> {
  requireOwner(request, request.store.shelfOf(request.bucket).bucket, 'write')
  await request.store.deleteBucket(request.bucket)
  sendEmpty(request, 204)
}

export function getBucketLocation(request: BucketRequest): void {
  const { bucket } = request.store.shelfOf(request.bucket)
  requireOwner(request, bucket, 'read')
  sendXml(request, ['LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region])
}

export function getVersioning(request: BucketRequest): void {
  const { bucket } = request.store.shelfOf(request.bucket)
  requireOwner(request, bucket, 'read')
  sendXml(request, ['VersioningConfiguration', bucket.versioning === 'never' ? '' : [['Status', bucket.versioning]]])
}

export async function putVersioning(request: BucketRequest): Promise<void> {
  requireOwner(request, request.store.shelfOf(request.bucket).bucket, 'write')
  const status = textOf(readXml(await readDocument(request), 'VersioningConfiguration'), 'Status')
  if (status !== 'Enabled' && status !== 'Suspended') throw new BucketFailure('MalformedXML')
  await request.store.updateBucket(request.bucket, { versioning: status })
  sendEmpty(request, 200)
}
