import { getAcl, putAcl } from './acl-requests.ts'
import type { BucketRequest } from './bucket-request.ts'
import {
  createBucket, deleteBucket, getBucketLocation, getVersioning, headBucket, listBuckets, putVersioning,
} from './bucket-requests.ts' // biome-ignore format: a list of names
import { deleteObject, deleteObjects } from './delete-objects.ts'
import { BucketFailure } from './failure.ts'
import { getObject, getObjectAttributes } from './get-object.ts'
import { listObjects, listObjectsV2, listObjectVersions } from './list-objects.ts'
import { listParts, listUploads } from './list-uploads.ts'
import { abortUpload, beginUpload, completeUpload, copyPart, putPart } from './multipart-requests.ts'
import { copyObject, putObject } from './put-object.ts'
import {
  answerUnset, defaultDocuments, deleteDocument, deleteObjectTagging, documents, getDocument, getObjectTagging, putDocument, putObjectTagging, unsetDocuments,
} from './sub-resources.ts' // biome-ignore format: a list of names

/** Does what a request asks. The query's names choose among what one method may mean. */
export function routeRequest(request: BucketRequest): void | Promise<void> {
  if (request.bucket === '') {
    if (request.method === 'GET') return listBuckets(request)
    throw new BucketFailure('MethodNotAllowed', undefined, { Method: request.method })
  }
  return request.key === '' ? routeBucket(request) : routeObject(request)
}

function routeBucket(request: BucketRequest): void | Promise<void> {
  const { method, query } = request
  const asked = [...query.keys()].find(
    name => Object.hasOwn(unsetDocuments, name) || Object.hasOwn(defaultDocuments, name),
  )
  if (asked !== undefined && method !== 'HEAD') return answerUnset(request, asked)
  const document = [...query.keys()].find(name => Object.hasOwn(documents, name))
  if (document !== undefined) {
    if (method === 'GET') return getDocument(request, document)
    if (method === 'PUT') return putDocument(request, document)
    if (method === 'DELETE') return deleteDocument(request, document)
  }
  switch (method) {
    case 'GET':
      return readBucket(request)
    case 'HEAD':
      return headBucket(request)
    case 'PUT':
      if (query.has('versioning')) return putVersioning(request)
      return query.has('acl') ? putAcl(request) : createBucket(request)
    case 'DELETE':
      return deleteBucket(request)
    case 'POST':
      if (query.has('delete')) return deleteObjects(request)
      throw new BucketFailure('NotImplemented', 'Uploads by HTML form are not implemented.')
  }
  throw new BucketFailure('MethodNotAllowed', undefined, { Method: method })
}

function readBucket(request: BucketRequest): void | Promise<void> {
  const { query } = request
  if (query.has('location')) return getBucketLocation(request)
  if (query.has('versioning')) return getVersioning(request)
  if (query.has('acl')) return getAcl(request)
  if (query.has('uploads')) return listUploads(request)
  if (query.has('versions')) return listObjectVersions(request)
  return query.get('list-type') === '2' ? listObjectsV2(request) : listObjects(request)
}

/** Things about an object that are known of but not done. */
const missing = ['retention', 'legal-hold', 'torrent', 'restore', 'select', 'append', 'renameObject']

function routeObject(request: BucketRequest): void | Promise<void> {
  const { method, query, field } = request
  const absent = missing.find(name => query.has(name))
  if (absent !== undefined) throw new BucketFailure('NotImplemented', undefined, { Query: absent })
  const isCopy = field('x-amz-copy-source') !== undefined
  switch (method) {
    case 'HEAD':
      return getObject(request)
    case 'GET':
      if (query.has('uploadId')) return listParts(request)
      if (query.has('tagging')) return getObjectTagging(request)
      if (query.has('acl')) return getAcl(request)
      return query.has('attributes') ? getObjectAttributes(request) : getObject(request)
    case 'PUT':
      if (query.has('uploadId') || query.has('partNumber')) return isCopy ? copyPart(request) : putPart(request)
      if (query.has('tagging')) return putObjectTagging(request)
      if (query.has('acl')) return putAcl(request)
      return isCopy ? copyObject(request) : putObject(request)
    case 'DELETE':
      if (query.has('uploadId')) return abortUpload(request)
      return query.has('tagging') ? deleteObjectTagging(request) : deleteObject(request)
    case 'POST':
      if (query.has('uploads')) return beginUpload(request)
      if (query.has('uploadId')) return completeUpload(request)
  }
  throw new BucketFailure('MethodNotAllowed', undefined, { Method: method })
}
