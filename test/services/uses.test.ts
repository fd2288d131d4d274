import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Functions } from '#cdnlab/services/functions/functions.js'
import { createBucketService } from '../../src/services/bucket/bucket-service.ts'
import { openStore } from '../../src/services/bucket/open-bucket-store.ts'
import { createEndpoint } from '../../src/services/endpoint.ts'
import { createLambdaApi } from '../../src/services/functions/lambda-api.ts'
import { createIdentities, defaultAccount } from '../../src/services/identities.ts'
import { functionPlan, functionsOf } from './function-plan.ts'

let functions: Functions
let server: ReturnType<typeof createEndpoint>

beforeAll(async () => {
  let endpoint = ''
  const bucket = (access: 'read' | 'read-write') => [{ kind: 'bucket' as const, name: 'pictures', access }]
  const plans = [
    functionPlan('reader', 'bucket.mjs#work', { uses: bucket('read'), timeoutMs: 20_000 }),
    functionPlan('writer', 'bucket.mjs#work', { uses: bucket('read-write'), timeoutMs: 20_000 }),
    functionPlan('stranger', 'bucket.mjs#work', { timeoutMs: 20_000 }),
  ]
  functions = functionsOf(plans, { endpoint: () => endpoint })
  const store = await openStore({ nodes: 1, replicas: 1, now: Date.now, onEvent: () => undefined })
  const owned = { createdMs: 0, owner: defaultAccount, region: 'us-east-1', acl: 'private', documents: {} }
  await store.createBucket({ name: 'pictures', versioning: 'never', ...owned })
  const identities = createIdentities(functions.identities)
  const s3 = createBucketService({ store, identities, now: Date.now })
  server = createEndpoint({ s3, lambda: createLambdaApi({ functions, identities }) })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await functions.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

async function call(name: string, event: object) {
  const outcome = await functions.find(name)!.invoke(JSON.stringify(event))
  return outcome.kind === 'answered' ? JSON.parse(outcome.payload) : outcome
}

describe('what a function uses', () => {
  it('is open to the SDK in its handler, and nothing else is', async () => {
    expect(await call('writer', { write: 'hello' })).toBe('written')
    expect(await call('writer', {})).toBe('hello')
    expect(await call('reader', {})).toBe('hello')
    expect(await call('reader', { write: 'other' })).toBe('AccessDenied')
    expect(await call('stranger', {})).toBe('AccessDenied')
    expect(await call('reader', {})).toBe('hello')
  })
})
