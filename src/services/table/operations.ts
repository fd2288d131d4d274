import { batchGetItem, batchWriteItem } from './batch-operations.ts'
import { invalid, TableFailure } from './failure.ts'
import { deleteItem, getItem, putItem, updateItem } from './item-operations.ts'
import { batchExecuteStatement, executeStatement, executeTransaction } from './partiql-operations.ts'
import { checkShape, type Shape } from './shape.ts'
import { type OperationName, shapes } from './shapes.ts'
import {
  describeBackups,
  describeTimeToLive,
  listTags,
  tagResource,
  untagResource,
  updateTimeToLive,
} from './table-extras.ts'
import { createTable, deleteTable, describeOne, listTables, updateTable } from './table-operations.ts'
import type { TableRequest } from './table-request.ts'
import { tableNameOf } from './table-schema.ts'
import { type RequestTokens, transactGetItems, transactWriteItems } from './transact-operations.ts'
import { query, scan } from './walk.ts'

type Run = (request: TableRequest, input: never, tokens: RequestTokens) => object

const runs: Record<OperationName, Run> = {
  BatchExecuteStatement: batchExecuteStatement,
  BatchGetItem: batchGetItem,
  BatchWriteItem: batchWriteItem,
  CreateTable: createTable,
  DeleteItem: deleteItem,
  DeleteTable: deleteTable,
  DescribeContinuousBackups: describeBackups,
  DescribeEndpoints: () => ({ Endpoints: [{ Address: 'localhost', CachePeriodInMinutes: 1440 }] }),
  DescribeLimits: () => ({
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  }),
  DescribeTable: describeOne,
  DescribeTimeToLive: describeTimeToLive,
  ExecuteStatement: executeStatement,
  ExecuteTransaction: executeTransaction,
  GetItem: getItem,
  ListTables: listTables,
  ListTagsOfResource: listTags,
  PutItem: putItem,
  Query: query,
  Scan: scan,
  TagResource: tagResource,
  TransactGetItems: transactGetItems,
  TransactWriteItems: transactWriteItems,
  UntagResource: untagResource,
  UpdateItem: updateItem,
  UpdateTable: updateTable,
  UpdateTimeToLive: updateTimeToLive,
}

/** Does one operation in memory, all of it before anything else happens. Throws TableFailure. */
export function runOperation(name: string, input: unknown, request: TableRequest, tokens: RequestTokens): object {
  if (!Object.hasOwn(runs, name)) throw new TableFailure('UnknownOperationException', `Unknown operation ${name}`)
  const operation = name as OperationName
  const fields: Readonly<Record<string, Shape>> = shapes[operation]
  const given = withTableName(input)
  requireTableName(operation, given, fields)
  if (operation === 'Query') requireLimit(given)
  checkShape(given, fields)
  return runs[operation](request, given as never, tokens)
}

/** A table may be named by its ARN. */
function withTableName(input: unknown): unknown {
  const name = (input as { TableName?: unknown } | null)?.TableName
  return typeof name === 'string' && name.startsWith('arn:')
    ? { ...(input as object), TableName: tableNameOf(name) }
    : input
}

/** A request without a table is answered before all else, but for PutItem, which tells it among the other limits. */
function requireTableName(operation: OperationName, input: unknown, fields: Readonly<Record<string, Shape>>): void {
  if (!Object.hasOwn(fields, 'TableName') || typeof input !== 'object' || input === null) return
  const name = (input as { TableName?: unknown }).TableName
  if ((name === undefined || name === null) && operation !== 'PutItem')
    throw invalid("The parameter 'TableName' is required but was not present in the request")
  if (typeof name === 'string') checkShape({ TableName: name }, { TableName: fields.TableName! })
}

/** Query words this limit in a way of its own. */
function requireLimit(input: unknown): void {
  const limit = (input as { Limit?: unknown } | null)?.Limit
  if (typeof limit === 'number' && limit < 1)
    throw invalid(
      "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    )
}
