import type { KeySchema } from './key-code.ts'

export type KeyType = 'S' | 'N' | 'B'

export interface Throughput {
  ReadCapacityUnits: number
  WriteCapacityUnits: number
}

/** What is known of an index. Plain data. */
export interface IndexFacts {
  name: string
  isGlobal: boolean
  key: KeySchema
  projection: { type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; attributes: string[] }
  throughput: Throughput
}

/** What is known of a table. Plain data, kept in the journal. */
export interface TableFacts {
  name: string
  id: string
  createdMs: number
  key: KeySchema
  /** Types of all attributes that are part of a key. */
  types: Record<string, KeyType>
  billing: 'PROVISIONED' | 'PAY_PER_REQUEST'
  throughput: Throughput
  indexes: IndexFacts[]
  tags: Record<string, string>
  /** The attribute whose time removes an item. */
  timeToLive?: string
  isProtected: boolean
  tableClass?: string
  stream?: { view: string; label: string }
}

const region = 'us-east-1'

export function arnOfTable(name: string): string {
  return `arn:aws:dynamodb:${region}:000000000000:table/${name}`
}

/** The name that a name or an ARN stands for. */
export function tableNameOf(nameOrArn: string): string {
  return /^arn:[^:]*:dynamodb:[^:]*:[^:]*:table\/([^/]+)/.exec(nameOrArn)?.[1] ?? nameOrArn
}

/** A table as DescribeTable tells it. */
export function describeTable(
  facts: TableFacts,
  itemCount: number,
  bytes: number,
  status = 'ACTIVE',
): Record<string, unknown> {
  const isProvisioned = facts.billing === 'PROVISIONED'
  const globals = facts.indexes.filter(({ isGlobal }) => isGlobal)
  const locals = facts.indexes.filter(({ isGlobal }) => !isGlobal)
  return {
    AttributeDefinitions: Object.entries(facts.types).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    TableName: facts.name,
    KeySchema: describeKey(facts.key),
    TableStatus: status,
    CreationDateTime: facts.createdMs / 1000,
    ProvisionedThroughput: describeThroughput(facts.throughput),
    TableSizeBytes: bytes,
    ItemCount: itemCount,
    TableArn: arnOfTable(facts.name),
    TableId: facts.id,
    ...(isProvisioned
      ? {}
      : {
          BillingModeSummary: {
            BillingMode: 'PAY_PER_REQUEST',
            LastUpdateToPayPerRequestDateTime: facts.createdMs / 1000,
          },
        }),
    ...(locals.length === 0
      ? {}
      : { LocalSecondaryIndexes: locals.map(index => describeIndex(facts, index, itemCount)) }),
    ...(globals.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: globals.map(index => ({
            ...describeIndex(facts, index, itemCount),
            IndexStatus: status === 'CREATING' ? 'CREATING' : 'ACTIVE',
            ProvisionedThroughput: describeThroughput(index.throughput),
          })),
        }),
    ...(facts.tableClass === undefined ? {} : { TableClassSummary: { TableClass: facts.tableClass } }),
    ...(facts.stream === undefined
      ? {}
      : {
          StreamSpecification: { StreamEnabled: true, StreamViewType: facts.stream.view },
          LatestStreamLabel: facts.stream.label,
          LatestStreamArn: `${arnOfTable(facts.name)}/stream/${facts.stream.label}`,
        }),
    DeletionProtectionEnabled: facts.isProtected,
  }
}

export function describeKey({ hash, range }: KeySchema): { AttributeName: string; KeyType: string }[] {
  const key = [{ AttributeName: hash, KeyType: 'HASH' }]
  return range === undefined ? key : [...key, { AttributeName: range, KeyType: 'RANGE' }]
}

function describeThroughput({ ReadCapacityUnits, WriteCapacityUnits }: Throughput): object {
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits, WriteCapacityUnits }
}

function describeIndex(
  facts: TableFacts,
  { name, key, projection }: IndexFacts,
  itemCount: number,
): Record<string, unknown> {
  return {
    IndexName: name,
    KeySchema: describeKey(key),
    Projection: {
      ProjectionType: projection.type,
      ...(projection.type === 'INCLUDE' ? { NonKeyAttributes: projection.attributes } : {}),
    },
    IndexSizeBytes: 0,
    ItemCount: itemCount,
    IndexArn: `${arnOfTable(facts.name)}/index/${name}`,
  }
}
