import type { Access, Identity } from '../identities.ts'
import type { Verdict } from '../signature.ts'
import type { Refusal } from '../signature-claim.ts'
import type { BucketRequest } from './bucket-request.ts'
import { BucketFailure, type FailureCode } from './failure.ts'
import type { Bucket, ObjectVersion } from './object-model.ts'

/** Access control lists that have a name, and what each lets others do than the owner. Source: Amazon S3 User Guide, "Canned ACL". */
export const cannedAcls: Readonly<Record<string, readonly ('everybody-read' | 'everybody-write' | 'known-read')[]>> = {
  private: [],
  'public-read': ['everybody-read'],
  'public-read-write': ['everybody-read', 'everybody-write'],
  'authenticated-read': ['known-read'],
  'aws-exec-read': [],
  'bucket-owner-read': [],
  'bucket-owner-full-control': [],
  'log-delivery-write': [],
}

/** Reads `x-amz-acl`. Throws InvalidArgument for a name that is none, NotImplemented for single grants. */
export function readCannedAcl(field: (name: string) => string | undefined): string | undefined {
  for (const grant of ['read', 'write', 'read-acp', 'write-acp', 'full-control'])
    if (field(`x-amz-grant-${grant}`) !== undefined)
      throw new BucketFailure('NotImplemented', 'Grants to single users are not implemented; use a canned ACL.', {
        Header: `x-amz-grant-${grant}`,
      })
  const acl = field('x-amz-acl')
  if (acl !== undefined && !Object.hasOwn(cannedAcls, acl))
    throw new BucketFailure('InvalidArgument', undefined, { ArgumentName: 'x-amz-acl', ArgumentValue: acl })
  return acl
}

function opens(acl: string, access: Access, identity: Identity | undefined): boolean {
  const grants = cannedAcls[acl] ?? []
  if (access === 'write') return grants.includes('everybody-write')
  return grants.includes('everybody-read') || (identity !== undefined && grants.includes('known-read'))
}

/** Throws AccessDenied unless who asks may list or change a bucket. */
export function requireBucketAccess({ identity }: BucketRequest, bucket: Bucket, access: Access): void {
  if (!mayUseBucket(identity, bucket, access)) throw denied()
}

/** Throws AccessDenied unless the bucket is of the asker's own account: for what no list can open. */
export function requireOwner({ identity }: BucketRequest, bucket: Bucket, access: Access): void {
  if (identity === undefined || identity.account !== bucket.owner || !identity.may('s3', bucket.name, access))
    throw denied()
}

export function mayUseBucket(identity: Identity | undefined, bucket: Bucket, access: Access): boolean {
  if (identity !== undefined && identity.account === bucket.owner) return identity.may('s3', bucket.name, access)
  return opens(bucket.acl, access, identity)
}

/** Throws AccessDenied unless who asks may read this object. */
export function requireObjectRead({ identity }: BucketRequest, bucket: Bucket, version: ObjectVersion): void {
  const isOwn =
    identity !== undefined &&
    (identity.account === version.owner ||
      (identity.account === bucket.owner && version.acl.startsWith('bucket-owner')))
  if (isOwn ? identity.may('s3', bucket.name, 'read') : opens(version.acl, 'read', identity)) return
  throw denied()
}

export function requireIdentity({ identity }: BucketRequest): Identity {
  if (identity === undefined) throw denied()
  return identity
}

export function denied(): BucketFailure {
  return new BucketFailure('AccessDenied')
}

const codes: Record<Refusal['reason'], FailureCode> = {
  malformed: 'AuthorizationHeaderMalformed',
  'malformed-query': 'AuthorizationQueryParametersError',
  unsupported: 'InvalidRequest',
  'missing-date': 'AccessDenied',
  'unknown-key': 'InvalidAccessKeyId',
  'unsigned-field': 'AccessDenied',
  'wrong-signature': 'SignatureDoesNotMatch',
  'wrong-token': 'InvalidToken',
  skewed: 'RequestTimeTooSkewed',
  expired: 'AccessDenied',
}

/** Throws what S3 says to a signature that it does not believe. */
export function requireBelieved(verdict: Verdict): asserts verdict is Exclude<Verdict, Refusal> {
  if (verdict.kind !== 'refused') return
  const code = codes[verdict.reason]
  throw new BucketFailure(code, verdict.message || undefined, { ...verdict.details })
}
