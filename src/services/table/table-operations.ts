import { randomUUID } from 'node:crypto'
import { invalid, notFound, TableFailure } from './failure.ts'
import {
  type CreateInput,
  checkIndexes,
  mostGlobal,
  nothing,
  parametersInvalid,
  readIndex,
  readKey,
  readThroughput,
  readTypes,
  streamOf,
  type UpdateInput,
} from './read-schema.ts'
import { readTags } from './table-extras.ts'
import type { TableRequest } from './table-request.ts'
import { describeTable, type TableFacts } from './table-schema.ts'

/** CreateTable. The table can be used as soon as the answer is there. */
export function createTable(request: TableRequest, input: CreateInput): object {
  const types = readTypes(input.AttributeDefinitions ?? [])
  const billing = input.BillingMode === 'PAY_PER_REQUEST' ? 'PAY_PER_REQUEST' : 'PROVISIONED'
  const throughput = readThroughput(input, billing)
  const key = readKey(input.KeySchema, types, 'table')
  const locals = (input.LocalSecondaryIndexes ?? []).map(index => readIndex(index, types, false, billing))
  const globals = (input.GlobalSecondaryIndexes ?? []).map(index => readIndex(index, types, true, billing))
  checkIndexes(input, key, locals, globals)
  const used = new Set(
    [key, ...locals.map(index => index.key), ...globals.map(index => index.key)].flatMap(({ hash, range }) =>
      range === undefined ? [hash] : [hash, range],
    ),
  )
  if (Object.keys(types).some(name => !used.has(name)))
    throw parametersInvalid(
      `Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
    )
  request.allow(input.TableName, 'write')
  if (request.tables.has(input.TableName))
    throw new TableFailure('ResourceInUseException', `Table already exists: ${input.TableName}`)
  const facts: TableFacts = {
    name: input.TableName,
    id: randomUUID(),
    createdMs: request.now,
    key,
    types,
    billing,
    throughput,
    indexes: [...locals, ...globals],
    tags: readTags(input.Tags ?? []),
    isProtected: input.DeletionProtectionEnabled ?? false,
    ...(input.TableClass === undefined ? {} : { tableClass: input.TableClass }),
    ...streamOf(input, request.now),
  }
  request.tables.create(facts)
  return { TableDescription: describeTable(facts, 0, 0, 'CREATING') }
}

/** DescribeTable. */
export function describeOne(request: TableRequest, { TableName }: { TableName: string }): object {
  request.allow(TableName, 'read')
  if (!request.tables.has(TableName)) throw notFound(`Requested resource not found: Table: ${TableName} not found`)
  const table = request.tables.get(TableName)
  return { Table: describeTable(table.facts, table.items.size, table.bytes) }
}

/** DeleteTable. */
export function deleteTable(request: TableRequest, { TableName }: { TableName: string }): object {
  request.allow(TableName, 'write')
  if (!request.tables.has(TableName)) throw notFound(`Requested resource not found: Table: ${TableName} not found`)
  const table = request.tables.get(TableName)
  if (table.facts.isProtected)
    throw invalid(
      `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
    )
  request.tables.drop(TableName)
  const {
    TableName: name,
    TableStatus,
    ProvisionedThroughput,
    TableArn,
    TableId,
    ItemCount,
    TableSizeBytes,
  } = describeTable(table.facts, table.items.size, table.bytes, 'DELETING')
  return {
    TableDescription: {
      TableName: name,
      TableStatus,
      ProvisionedThroughput,
      TableArn,
      TableId,
      ItemCount,
      TableSizeBytes,
    },
  }
}

/** ListTables: those that whoever asks may read. */
export function listTables(
  { tables, allow }: TableRequest,
  { ExclusiveStartTableName, Limit = 100 }: { ExclusiveStartTableName?: string; Limit?: number },
): object {
  const names = tables.names().filter(name => {
    try {
      allow(name, 'read')
      return ExclusiveStartTableName === undefined || name > ExclusiveStartTableName
    } catch {
      return false
    }
  })
  const page = names.slice(0, Limit)
  return { TableNames: page, ...(page.length < names.length && { LastEvaluatedTableName: page.at(-1) }) }
}

/** UpdateTable. Done at once; the answer still says UPDATING, as clients expect. */
export function updateTable(request: TableRequest, input: UpdateInput): object {
  const { GlobalSecondaryIndexUpdates: updates = [] } = input
  const settings = [
    'BillingMode',
    'ProvisionedThroughput',
    'StreamSpecification',
    'TableClass',
    'DeletionProtectionEnabled',
  ] as const
  if (updates.length === 0 && settings.every(name => input[name] === undefined))
    throw invalid(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
    )
  request.allow(input.TableName, 'write')
  if (!request.tables.has(input.TableName))
    throw notFound(`Requested resource not found: Table: ${input.TableName} not found`)
  const table = request.tables.get(input.TableName)
  const { facts } = table
  const billing = (input.BillingMode as TableFacts['billing'] | undefined) ?? facts.billing
  if (input.ProvisionedThroughput !== undefined || (billing === 'PROVISIONED' && facts.billing !== billing))
    readThroughput(input, billing)
  const { throughput: was } = facts
  const asked = input.ProvisionedThroughput
  if (
    asked !== undefined &&
    updates.length === 0 &&
    billing === facts.billing &&
    asked.ReadCapacityUnits === was.ReadCapacityUnits &&
    asked.WriteCapacityUnits === was.WriteCapacityUnits
  )
    throw invalid(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${was.ReadCapacityUnits}. Requested ReadCapacityUnits: ${asked.ReadCapacityUnits}. Current WriteCapacityUnits provisioned for the table: ${was.WriteCapacityUnits}. Requested WriteCapacityUnits: ${asked.WriteCapacityUnits}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    )
  const changed: TableFacts = {
    ...facts,
    billing,
    throughput: billing === 'PAY_PER_REQUEST' ? nothing : (asked ?? was),
    isProtected: input.DeletionProtectionEnabled ?? facts.isProtected,
    ...(input.TableClass === undefined ? {} : { tableClass: input.TableClass }),
    ...withIndexes(facts, input, billing),
  }
  changeStream(changed, input, request.now)
  request.tables.alter(facts.name, changed)
  const description = describeTable(changed, table.items.size, table.bytes, 'UPDATING')
  const fresh = new Set(updates.flatMap(({ Create }) => (Create === undefined ? [] : [Create.IndexName])))
  const globals = description.GlobalSecondaryIndexes as { IndexName: string; IndexStatus: string }[] | undefined
  for (const index of globals ?? []) if (fresh.has(index.IndexName)) index.IndexStatus = 'CREATING'
  return { TableDescription: description }
}

function changeStream(changed: TableFacts, input: UpdateInput, now: number): void {
  if (input.StreamSpecification === undefined) return
  const { stream } = streamOf(input, now)
  if (stream !== undefined && changed.stream !== undefined)
    throw invalid(`Table already has an enabled stream: TableName: ${changed.name}`)
  if (stream === undefined) delete changed.stream
  else changed.stream = stream
}

function withIndexes(
  facts: TableFacts,
  input: UpdateInput,
  billing: TableFacts['billing'],
): Pick<TableFacts, 'indexes' | 'types'> {
  let { indexes } = facts
  const types = { ...facts.types, ...readTypes(input.AttributeDefinitions ?? []) }
  for (const { Create, Delete, Update } of input.GlobalSecondaryIndexUpdates ?? []) {
    const name = (Create ?? Delete ?? Update)?.IndexName
    if (name === undefined)
      throw parametersInvalid(
        'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null',
      )
    const existing = indexes.find(index => index.name === name)
    if (Create !== undefined) {
      if (existing !== undefined) throw invalid(`Attempting to create an index which already exists: ${name}`)
      indexes = [...indexes, readIndex(Create, types, true, billing)]
      if (indexes.filter(({ isGlobal }) => isGlobal).length > mostGlobal)
        throw new TableFailure(
          'LimitExceededException',
          `Subscriber limit exceeded: GlobalSecondaryIndex count exceeds the per-table limit of ${mostGlobal}`,
        )
      continue
    }
    if (existing === undefined)
      throw Delete === undefined
        ? invalid(`The table does not have the specified index: ${name}`)
        : notFound(`Requested resource not found`)
    if (Delete !== undefined) indexes = indexes.filter(index => index !== existing)
    else
      indexes = indexes.map(index =>
        index === existing ? { ...index, throughput: Update!.ProvisionedThroughput } : index,
      )
  }
  const used = new Set([facts.key, ...indexes.map(({ key }) => key)].flatMap(({ hash, range }) => [hash, range]))
  return { indexes, types: Object.fromEntries(Object.entries(types).filter(([name]) => used.has(name))) }
}
