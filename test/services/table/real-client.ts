import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { createEndpoint } from '../../../src/services/endpoint.ts'
import { createIdentities, createRoot, type Identity } from '../../../src/services/identities.ts'
import { createTableService } from '../../../src/services/table/table-service.ts'
import { openTables } from '../../../src/services/table/tables.ts'
import { listen } from '../listen.ts'

export const root = createRoot('AKIDROOT', 'root secret')
/** A function that may read `things` and nothing else. */
export const reader: Identity = {
  ...createRoot('AKIDREADER', 'reader secret'),
  name: 'reader',
  may: (service, resource, access) => service === 'dynamodb' && resource === 'things' && access === 'read',
}

export interface RunningTables {
  url: string
  faults: unknown[]
  client(identity?: Identity, config?: Partial<DynamoDBClientConfig>): DynamoDBClient
  close(): Promise<void>
}

export async function startTables({
  folder,
  isThrottled,
  now = Date.now,
}: {
  folder?: string
  isThrottled?(): boolean
  now?(): number
} = {}): Promise<RunningTables> {
  const faults: unknown[] = []
  const tables = await openTables(folder)
  const dynamodb = createTableService({
    tables,
    identities: createIdentities([root, reader]),
    now,
    onFault: fault => void faults.push(fault),
    ...(isThrottled && { isThrottled }),
  })
  const { url, close } = await listen(createEndpoint({ dynamodb }))
  const clients: DynamoDBClient[] = []
  return {
    url,
    faults,
    client({ accessKeyId, secretAccessKey } = root, config = {}) {
      const client = new DynamoDBClient({
        endpoint: url,
        region: 'us-east-1',
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
      await tables.close()
    },
  }
}

/** A table with a text as hash key and, where wanted, a number as range key. */
export function thingsTable(TableName: string, isRanged = false): CreateTableCommand {
  return new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      ...(isRanged ? [{ AttributeName: 'at', AttributeType: 'N' as const }] : []),
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      ...(isRanged ? [{ AttributeName: 'at', KeyType: 'RANGE' as const }] : []),
    ],
  })
}

export async function failureOf(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await call
    return { name: 'no failure', message: '' }
  } catch (error) {
    return error as Error
  }
}
