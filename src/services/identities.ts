/** What may be done with something. */
export type Access = 'read' | 'write'

/** The AWS-style services behind one endpoint. */
export type ServiceName = 's3' | 'dynamodb' | 'lambda'

/** Somebody who can sign requests: a person at a terminal, or a function with the rights that its `uses` gives it. */
export interface Identity {
  accessKeyId: string
  secretAccessKey: string
  /** Where credentials are temporary, their token must come with each request. */
  sessionToken?: string
  /** Names it in messages: `arn:aws:iam::000000000000:user/NAME`. */
  name: string
  /** Owns the buckets that it makes; what another account owns it sees only as far as that lets everybody. */
  account: string
  /** Whether it may read or write a bucket, table or function of that name. */
  may(service: ServiceName, resource: string, access: Access): boolean
}

/** Who is known, by access key id. */
export interface Identities {
  find(accessKeyId: string): Identity | undefined
}

export function createIdentities(identities: readonly Identity[]): Identities {
  const byKey = new Map(identities.map(identity => [identity.accessKeyId, identity]))
  return { find: accessKeyId => byKey.get(accessKeyId) }
}

/** The account that owns all that has no other owner. */
export const defaultAccount = '000000000000'

/** An identity that may do everything with what its account owns. */
export function createRoot(accessKeyId: string, secretAccessKey: string, account = defaultAccount): Identity {
  return { accessKeyId, secretAccessKey, name: 'root', account, may: () => true }
}

export function arnOf({ name, account }: Identity): string {
  return `arn:aws:iam::${account}:${name === 'root' ? 'root' : `user/${name}`}`
}
