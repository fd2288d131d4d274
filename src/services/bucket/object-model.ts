import type { Ms } from '../../lib/clock.ts'

/** One state of an object: bytes that never change, with all that was said of them. Plain data, kept as a record. */
export interface ObjectVersion {
  /** `null` where the bucket did not keep versions when it was written. */
  versionId: string
  modifiedMs: Ms
  /** A deletion that a bucket with versions remembers; it has no bytes. */
  isDeleteMarker: boolean
  bytes: number
  /** Without quotes: the MD5 in hex, for a multipart upload that of its parts' MD5s, a dash and their number. */
  etag: string
  /** Blobs that hold the bytes, in order. */
  blobs: readonly string[]
  /** Content-Type, Cache-Control and the like, by field name in small letters. */
  fields: Readonly<Record<string, string>>
  /** What `x-amz-meta-` fields said, by name in small letters without that prefix. */
  metadata: Readonly<Record<string, string>>
  tags: readonly (readonly [key: string, value: string])[]
  checksum?: Checksum
  /** Only after a multipart upload. */
  parts?: readonly PartFacts[]
  owner: string
  /** A canned access control list. */
  acl: string
  /** Single grants instead of it. */
  grants?: readonly Grant[] | undefined
  storageClass: string
}

/** What somebody may do, by the id of an account or the address of a group. */
export interface Grant {
  id?: string
  uri?: string
  permission: 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP'
}

export interface Checksum {
  algorithm: ChecksumAlgorithm
  /** In base64; for the composite type with a dash and the number of parts. */
  value: string
  type: 'FULL_OBJECT' | 'COMPOSITE'
}

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]

export interface PartFacts {
  number: number
  bytes: number
  checksum?: string
}

export interface Bucket {
  name: string
  createdMs: Ms
  owner: string
  region: string
  versioning: 'never' | 'Enabled' | 'Suspended'
  acl: string
  grants?: readonly Grant[] | undefined
  /** Documents that are kept and given back as they came, such as `cors` and `policy`, by name. */
  documents: Readonly<Record<string, string>>
}

/** A multipart upload that has begun. */
export interface Upload {
  bucket: string
  key: string
  uploadId: string
  startedMs: Ms
  /** What the object will be called when it is complete; its bytes are not known yet. */
  template: Omit<ObjectVersion, 'versionId' | 'modifiedMs' | 'bytes' | 'etag' | 'blobs' | 'isDeleteMarker'>
  checksumAlgorithm?: ChecksumAlgorithm
  checksumType?: Checksum['type']
}

export interface UploadPart {
  uploadId: string
  number: number
  blobs: readonly string[]
  bytes: number
  etag: string
  modifiedMs: Ms
  checksum?: string
}

/** Something that befell an object, as functions and caches are told of it. Source: Amazon S3 User Guide, "Event message structure". */
export interface BucketEvent {
  name:
    | `ObjectCreated:${'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload'}`
    | `ObjectRemoved:${'Delete' | 'DeleteMarkerCreated'}`
  bucket: string
  key: string
  timeMs: Ms
  bytes: number
  etag: string
  versionId: string
}
