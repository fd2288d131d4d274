import { requireObjectRead, requireOwner } from './access.ts'
import { sendEmpty, sendText, sendXml } from './answer.ts'
import type { BucketRequest } from './bucket-request.ts'
import { BucketFailure, type FailureCode } from './failure.ts'
import { versionField } from './put-object.ts'
import { readDocument } from './request-body.ts'
import { readTagging, taggingElement } from './tags.ts'
import { readXml } from './xml.ts'

/** Documents about a bucket that are kept and given back as they came: their root, and what is said when there is none. */
export const documents: Readonly<Record<string, { root: string; absent: FailureCode }>> = {
  cors: { root: 'CORSConfiguration', absent: 'NoSuchCORSConfiguration' },
  tagging: { root: 'Tagging', absent: 'NoSuchTagSet' },
  ownershipControls: { root: 'OwnershipControls', absent: 'OwnershipControlsNotFoundError' },
}

/** What a bucket may be asked for, what nobody can set here, and the answer when it is not set. */
export const unsetDocuments: Readonly<Record<string, FailureCode>> = {
  policy: 'NoSuchBucketPolicy',
  policyStatus: 'NoSuchBucketPolicy',
  lifecycle: 'NoSuchLifecycleConfiguration',
  encryption: 'ServerSideEncryptionConfigurationNotFoundError',
  publicAccessBlock: 'NoSuchPublicAccessBlockConfiguration',
  website: 'NoSuchWebsiteConfiguration',
  replication: 'ReplicationConfigurationNotFoundError',
  'object-lock': 'ObjectLockConfigurationNotFoundError',
}

/** Settings that have a default document. */
export const defaultDocuments: Readonly<
  Record<string, readonly [root: string, content: readonly (readonly [string, string])[]]>
> = {
  requestPayment: ['RequestPaymentConfiguration', [['Payer', 'BucketOwner']]],
  logging: ['BucketLoggingStatus', []],
  notification: ['NotificationConfiguration', []],
  accelerate: ['AccelerateConfiguration', []],
}

export function getDocument(request: BucketRequest, name: string): void {
  const { bucket } = request.store.shelfOf(request.bucket)
  requireOwner(request, bucket, 'read')
  const text = Object.hasOwn(bucket.documents, name) ? bucket.documents[name] : undefined
  if (text === undefined) throw new BucketFailure(documents[name]!.absent, undefined, { BucketName: bucket.name })
  sendText(request, 200, text, { 'Content-Type': 'application/xml' })
}

export async function putDocument(request: BucketRequest, name: string): Promise<void> {
  const { bucket } = request.store.shelfOf(request.bucket)
  requireOwner(request, bucket, 'write')
  const text = await readDocument(request)
  const tree = readXml(text, documents[name]!.root)
  if (name === 'tagging') readTagging(tree, 50)
  await request.store.updateBucket(bucket.name, { documents: { ...bucket.documents, [name]: text } })
  sendEmpty(request, name === 'tagging' ? 204 : 200)
}

export async function deleteDocument(request: BucketRequest, name: string): Promise<void> {
  const { bucket } = request.store.shelfOf(request.bucket)
  requireOwner(request, bucket, 'write')
  const { [name]: _gone, ...rest } = bucket.documents
  await request.store.updateBucket(bucket.name, { documents: rest })
  sendEmpty(request, 204)
}

/** What is not set: a documented error or an empty document. Setting it is not implemented, and says so. */
export function answerUnset(request: BucketRequest, name: string): void {
  const { bucket } = request.store.shelfOf(request.bucket)
  requireOwner(request, bucket, request.method === 'GET' ? 'read' : 'write')
  if (request.method === 'DELETE') {
    sendEmpty(request, 204)
    return
  }
  if (request.method !== 'GET') throw new BucketFailure('NotImplemented', undefined, { Query: name })
  const plain = defaultDocuments[name]
  if (plain === undefined) throw new BucketFailure(unsetDocuments[name]!, undefined, { BucketName: bucket.name })
  sendXml(request, [plain[0], plain[1]])
}

export function getObjectTagging(request: BucketRequest): void {
  const { store, bucket, key, query } = request
  const version = store.find(bucket, key, query.get('versionId') || undefined)
  requireObjectRead(request, store.shelfOf(bucket).bucket, version)
  sendXml(request, taggingElement(version.tags), versionField(version))
}

export async function putObjectTagging(request: BucketRequest): Promise<void> {
  const { store, bucket, key, query } = request
  requireOwner(request, store.shelfOf(bucket).bucket, 'write')
  const tags = readTagging(readXml(await readDocument(request), 'Tagging'), 10)
  const version = await store.amend(bucket, key, query.get('versionId') || undefined, { tags })
  sendEmpty(request, 200, versionField(version))
}

export async function deleteObjectTagging(request: BucketRequest): Promise<void> {
  const { store, bucket, key, query } = request
  requireOwner(request, store.shelfOf(bucket).bucket, 'write')
  const version = await store.amend(bucket, key, query.get('versionId') || undefined, { tags: [] })
  sendEmpty(request, 204, versionField(version))
}
