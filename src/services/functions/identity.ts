import { randomBytes } from 'node:crypto'
import type { FunctionPlan, UsePlan } from '../../backend/plans.ts'
import { type Access, defaultAccount, type Identity, type ServiceName } from '../identities.ts'

const kindOf: Record<ServiceName, UsePlan['kind']> = { s3: 'bucket', dynamodb: 'table', lambda: 'function' }

/** Who a function is to the services that it calls: it may do what its `uses` says, with keys that are new in every process. */
export function createFunctionIdentity({ name, uses }: FunctionPlan): Identity {
  const mayUse = (service: ServiceName, resource: string, access: Access): boolean =>
    uses.some(
      use =>
        use.kind === kindOf[service] &&
        use.name === resource &&
        // Calling a function is all that there is to do with it.
        (use.kind === 'function' || use.access === 'read-write' || use.access === access),
    )
  return {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(48).toString('base64'),
    name: `function-${name}`,
    account: defaultAccount,
    may: mayUse,
  }
}

/** What the AWS SDK reads from a function's environment: whom to call, as whom. */
export function sdkVariables(endpoint: string, region: string, identity: Identity): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
    ...(identity.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: identity.sessionToken }),
  }
}
