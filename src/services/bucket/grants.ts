import { BucketFailure } from './failure.ts'
import type { Grant } from './object-model.ts'
import { childrenOf, type Element, type Tree, textOf } from './xml.ts'

// Access control lists of single grants. Source: Amazon S3 User Guide, "Access control list (ACL) overview".

export const everybody = 'http://acs.amazonaws.com/groups/global/AllUsers'
export const knownUsers = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'
const permissions = ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL'] as const
export type Permission = (typeof permissions)[number]
const groups = [everybody, knownUsers, 'http://acs.amazonaws.com/groups/s3/LogDelivery']

/** Access control lists that have a name: what each grants besides the owner's full control. Source: the same, "Canned ACL". */
const canned: Readonly<Record<string, readonly Grant[]>> = {
  private: [],
  'public-read': [{ uri: everybody, permission: 'READ' }],
  'public-read-write': [
    { uri: everybody, permission: 'READ' },
    { uri: everybody, permission: 'WRITE' },
  ],
  'authenticated-read': [{ uri: knownUsers, permission: 'READ' }],
  'aws-exec-read': [],
  'bucket-owner-read': [],
  'bucket-owner-full-control': [],
  'log-delivery-write': [],
}

export function isCanned(name: string): boolean {
  return Object.hasOwn(canned, name)
}

/** What something grants, single grants before a canned name. `bucketOwner` is who owns the bucket that an object is in. */
export function grantsOf(
  holder: { owner: string; acl: string; grants?: readonly Grant[] },
  bucketOwner: string,
): readonly Grant[] {
  if (holder.grants !== undefined) return holder.grants
  const grants: Grant[] = [...(canned[holder.acl] ?? [])]
  if (holder.acl.startsWith('bucket-owner') && bucketOwner !== holder.owner)
    grants.push({ id: bucketOwner, permission: holder.acl === 'bucket-owner-read' ? 'READ' : 'FULL_CONTROL' })
  grants.push({ id: holder.owner, permission: 'FULL_CONTROL' })
  return grants
}

/** True when one of the grants lets an account do that; undefined stands for somebody unknown. */
export function isGranted(grants: readonly Grant[], account: string | undefined, wanted: Permission): boolean {
  return grants.some(({ id, uri, permission }) => {
    if (permission !== wanted && permission !== 'FULL_CONTROL') return false
    return uri === everybody || (account !== undefined && (uri === knownUsers || id === account))
  })
}

/** Reads `x-amz-grant-` fields; undefined when there are none. Throws InvalidArgument. */
export function readGrantFields(field: (name: string) => string | undefined): Grant[] | undefined {
  const grants: Grant[] = []
  let isGiven = false
  for (const permission of permissions) {
    const text = field(`x-amz-grant-${permission.toLowerCase().replace('_', '-')}`)
    if (text === undefined) continue
    isGiven = true
    for (const part of text.split(',')) {
      const [, kind, value] = /^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*)"?\s*$/.exec(part) ?? []
      if (kind === undefined)
        throw new BucketFailure('InvalidArgument', 'Argument format not recognized', { ArgumentName: 'x-amz-grant' })
      grants.push(checkedGrant(kind, value!, permission))
    }
  }
  return isGiven ? grants : undefined
}

/** Reads an AccessControlPolicy. Throws MalformedACLError, UnresolvableGrantByEmailAddress as InvalidArgument. */
export function readPolicy(tree: Tree): Grant[] {
  const [list] = childrenOf(tree, 'AccessControlList')
  if (list === undefined) throw new BucketFailure('MalformedACLError')
  return childrenOf(list, 'Grant').map(grant => {
    const [grantee] = childrenOf(grant, 'Grantee')
    const permission = permissions.find(candidate => candidate === textOf(grant, 'Permission'))
    if (grantee === undefined || permission === undefined) throw new BucketFailure('MalformedACLError')
    for (const [element, kind] of [
      ['ID', 'id'],
      ['URI', 'uri'],
      ['EmailAddress', 'emailAddress'],
    ] as const) {
      const value = textOf(grantee, element)
      if (value !== undefined) return checkedGrant(kind, value, permission)
    }
    throw new BucketFailure('MalformedACLError')
  })
}

function checkedGrant(kind: string, value: string, permission: Permission): Grant {
  if (kind === 'emailAddress') throw new BucketFailure('UnresolvableGrantByEmailAddress', undefined, { Email: value })
  if (kind === 'id') return { id: value, permission }
  if (!groups.includes(value))
    throw new BucketFailure('InvalidArgument', 'Invalid group uri', { ArgumentName: 'uri', ArgumentValue: value })
  return { uri: value, permission }
}

/** Grants as GetBucketAcl and GetObjectAcl tell them. The type of a grantee is an attribute, which goes with the name of its element. */
export function grantElements(grants: readonly Grant[]): Element[] {
  return grants.map(({ id, uri, permission }): Element => {
    const type = id === undefined ? 'Group' : 'CanonicalUser'
    const names: Element[] =
      id === undefined
        ? [['URI', uri!]]
        : [
            ['ID', id],
            ['DisplayName', id],
          ]
    return [
      'Grant',
      [
        [`Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}"`, names],
        ['Permission', permission],
      ],
    ]
  })
}
