import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { createPrefixRate, type PrefixRateOptions } from '../../../src/backend/prefix-rate.ts'
import { createBucketService } from '../../../src/services/bucket/bucket-service.ts'
import type { BucketStore } from '../../../src/services/bucket/bucket-store.ts'
import type { BucketEvent } from '../../../src/services/bucket/object-model.ts'
import { openStore } from '../../../src/services/bucket/open-bucket-store.ts'
import { createEndpoint } from '../../../src/services/endpoint.ts'
import { createIdentities, createRoot, type Identity } from '../../../src/services/identities.ts'
import { listen } from '../listen.ts'

export const root = createRoot('AKIDROOT', 'root secret')
/** May read everything and write nothing. */
export const reader: Identity = {
  ...createRoot('AKIDREADER', 'reader secret'),
  name: 'reader',
  may: (_service, _resource, access) => access === 'read',
}
export const stranger = createRoot('AKIDSTRANGER', 'stranger secret', '111111111111')

export interface RunningBucket {
  url: string
  store: BucketStore
  events: BucketEvent[]
  faults: unknown[]
  /** An unmodified client of the SDK. */
  client(identity?: Identity, config?: Partial<S3ClientConfig>): S3Client
  close(): Promise<void>
}

export interface Setup {
  folder?: string
  nodes?: number
  replicas?: number
  rate?: PrefixRateOptions
  now?(): number
}

/** A bucket service as `serve` starts it, and clients for it. */
export async function startBucket({
  folder,
  nodes = 4,
  replicas = 3,
  rate,
  now = Date.now,
}: Setup = {}): Promise<RunningBucket> {
  const events: BucketEvent[] = []
  const faults: unknown[] = []
  const store = await openStore({
    nodes,
    replicas,
    now,
    onEvent: event => void events.push(event),
    ...(folder === undefined ? {} : { folder }),
  })
  const identities = createIdentities([root, reader, stranger])
  const s3 = createBucketService({
    store,
    identities,
    now,
    onFault: fault => void faults.push(fault),
    ...(rate === undefined ? {} : { rate: createPrefixRate(rate) }),
  })
  const { url, close } = await listen(createEndpoint({ s3 }))
  const clients: S3Client[] = []
  return {
    url,
    store,
    events,
    faults,
    client(identity = root, config = {}) {
      const { accessKeyId, secretAccessKey } = identity
      const client = new S3Client({
        endpoint: url,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
        maxAttempts: 1,
        ...config,
      })
      clients.push(client)
      return client
    },
    async close() {
      for (const client of clients) client.destroy()
      await close()
    },
  }
}

/** The documented code of a failed call. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'no failure'
  } catch (error) {
    return (error as Error).name
  }
}
