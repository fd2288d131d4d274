import type { Access, Identity } from '../identities.ts'
import type { Verdict } from '../signature.ts'
import type { Refusal } from '../signature-claim.ts'
import type { BucketRequest } from './bucket-request.ts'
import { BucketFailure, type FailureCode } from './failure.ts'
import { grantsOf, isCanned, isGranted, readGrantFields } from './grants.ts'
import type { Bucket, Grant, ObjectVersion } from './object-model.ts'

/** What a request says of who may use what it makes: a canned list or single grants; undefined when nothing. Throws InvalidArgument, InvalidRequest. */
export function readAcl(
  field: (name: string) => string | undefined,
): { acl: string; grants?: Grant[] | undefined } | undefined {
  const acl = field('x-amz-acl')
  const grants = readGrantFields(field)
  if (acl === undefined) return grants === undefined ? undefined : { acl: 'private', grants }
  if (grants !== undefined)
    throw new BucketFailure('InvalidRequest', 'Specifying both Canned ACLs and Header Grants is not allowed')
  if (!isCanned(acl))
    throw new BucketFailure('InvalidArgument', undefined, { ArgumentName: 'x-amz-acl', ArgumentValue: acl })
  return { acl, grants: undefined }
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

/** Who is of the owner's account is judged by its own rights, everybody else by the list and those. */
export function mayUseBucket(identity: Identity | undefined, bucket: Bucket, access: Access): boolean {
  if (identity !== undefined && !identity.may('s3', bucket.name, access)) return false
  if (identity?.account === bucket.owner) return true
  return isGranted(grantsOf(bucket, bucket.owner), identity?.account, access === 'read' ? 'READ' : 'WRITE')
}

/** Throws AccessDenied unless who asks may read this object. */
export function requireObjectRead({ identity }: BucketRequest, bucket: Bucket, version: ObjectVersion): void {
  if (identity !== undefined && !identity.may('s3', bucket.name, 'read')) throw denied()
  if (identity?.account === version.owner) return
  if (!isGranted(grantsOf(version, bucket.owner), identity?.account, 'READ')) throw denied()
}

/** Throws AccessDenied unless who asks may read or change who may use something: its owner always, and whom the list lets. */
export function requireAclAccess(
  { identity }: BucketRequest,
  bucket: Bucket,
  holder: Bucket | ObjectVersion,
  access: Access,
): void {
  if (identity !== undefined && !identity.may('s3', bucket.name, access)) throw denied()
  if (identity !== undefined && identity.account === holder.owner) return
  const wanted = access === 'read' ? 'READ_ACP' : 'WRITE_ACP'
  if (!isGranted(grantsOf(holder, bucket.owner), identity?.account, wanted)) throw denied()
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
