import { type AttributeValue, emptyItem, type Item } from '../../backend/attribute-value.ts'
import { valueAt } from './evaluate.ts'
import type { Condition } from './expression.ts'
import { createExpressionContext } from './expression-context.ts'
import { invalid, TableFailure } from './failure.ts'
import { deleteItem, putItem, updateItem } from './item-operations.ts'
import { parseCondition } from './parse-condition.ts'
import { parseStatement, type Statement } from './partiql.ts'
import { openTable, type TableRequest } from './table-request.ts'
import type { TableFacts } from './table-schema.ts'
import { type RequestTokens, transactGetItems, transactWriteItems } from './transact-operations.ts'
import { scan } from './walk.ts'

export interface StatementInput {
  Statement: string
  Parameters?: AttributeValue[]
  ConsistentRead?: boolean
  ReturnConsumedCapacity?: string
  NextToken?: string
  Limit?: number
}

/** ExecuteStatement: one PartiQL statement, done by the operation that it stands for. */
export function executeStatement(request: TableRequest, input: StatementInput): object {
  const statement = parseStatement(input.Statement, input.Parameters ?? [])
  if (statement.kind === 'select') return select(request, statement, input)
  const { facts } = openTable(request, statement.table, 'write')
  const more =
    input.ReturnConsumedCapacity === undefined ? {} : { ReturnConsumedCapacity: input.ReturnConsumedCapacity }
  if (statement.kind === 'insert') {
    try {
      putItem(request, { ...putInput(statement, facts), ...more })
    } catch (error) {
      if (error instanceof TableFailure && error.code === 'ConditionalCheckFailedException')
        throw new TableFailure('DuplicateItemException', 'Duplicate primary key exists in table')
      throw error
    }
    return { Items: [] }
  }
  const ReturnValues = returnValuesOf(statement)
  const changing = {
    ...changeInput(statement, facts),
    ...more,
    ...(ReturnValues === undefined ? {} : { ReturnValues }),
  }
  const { Attributes } = (
    statement.kind === 'update'
      ? updateItem(request, { ...changing, UpdateExpression: statement.update! })
      : deleteItem(request, changing)
  ) as { Attributes?: Item }
  return { Items: Attributes === undefined ? [] : [Attributes] }
}

function returnValuesOf({ returning }: Statement): string | undefined {
  const known: Record<string, string> = {
    ALL_OLD: 'ALL_OLD',
    ALL_NEW: 'ALL_NEW',
    MODIFIED_OLD: 'UPDATED_OLD',
    MODIFIED_NEW: 'UPDATED_NEW',
  }
  return returning === undefined ? undefined : (known[returning] ?? returning)
}

function expressionsOf({ names, values }: Statement): {
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: Item
} {
  return {
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}

/** A new item that must not be there yet. */
function putInput({ item, table }: Statement, { key }: TableFacts): Parameters<typeof putItem>[1] {
  return {
    TableName: table,
    Item: item!,
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': key.hash },
  }
}

/** The item that a WHERE names by its whole key, and what else it says as a condition. */
function changeInput(
  statement: Statement,
  facts: TableFacts,
): { TableName: string; Key: Item; ConditionExpression: string } & ReturnType<typeof expressionsOf> {
  const Key = keyIn(statement, facts)
  if (Key === undefined) throw invalid('Where clause does not contain a mandatory equality on all key attributes')
  return { TableName: statement.table, Key, ConditionExpression: statement.condition!, ...expressionsOf(statement) }
}

/** The key that equalities of a condition make up; undefined when they do not name all of it. */
function keyIn(statement: Statement, { key }: TableFacts): Item | undefined {
  if (statement.condition === undefined) return undefined
  const condition = parseCondition(
    statement.condition,
    'Statement',
    createExpressionContext(statement.names, statement.values),
  )
  const found = emptyItem()
  const look = (part: Condition): void => {
    if (part.kind === 'and') for (const inner of part.parts) look(inner)
    if (
      part.kind === 'compare' &&
      part.operator === '=' &&
      part.left.kind === 'path' &&
      part.left.path.length === 1 &&
      part.right.kind === 'value'
    )
      found[part.left.path[0] as string] = part.right.value
  }
  look(condition)
  const result = emptyItem()
  for (const name of [key.hash, key.range]) {
    if (name === undefined) continue
    if (!Object.hasOwn(found, name)) return undefined
    result[name] = found[name]!
  }
  return result
}

/** Reads by scanning with the WHERE as filter: right for every statement, and fast where the table is small. */
function select(request: TableRequest, statement: Statement, input: StatementInput): object {
  const page = scan(request, {
    TableName: statement.table,
    ...(statement.index === undefined ? {} : { IndexName: statement.index }),
    ...(statement.condition === undefined
      ? {}
      : { FilterExpression: statement.condition, ...expressionsOf(statement) }),
    ...(input.ConsistentRead === undefined ? {} : { ConsistentRead: input.ConsistentRead }),
    ...(input.Limit === undefined ? {} : { Limit: input.Limit }),
    ...(input.ReturnConsumedCapacity === undefined ? {} : { ReturnConsumedCapacity: input.ReturnConsumedCapacity }),
    ...(input.NextToken === undefined ? {} : { ExclusiveStartKey: readToken(input.NextToken) }),
  }) as { Items: Item[]; LastEvaluatedKey?: Item; ConsumedCapacity?: object }
  const { LastEvaluatedKey, ConsumedCapacity } = page
  return {
    Items: page.Items.map(item => picked(item, statement.paths)),
    ...(LastEvaluatedKey && {
      LastEvaluatedKey,
      NextToken: Buffer.from(JSON.stringify(LastEvaluatedKey)).toString('base64'),
    }),
    ...(ConsumedCapacity && { ConsumedCapacity }),
  }
}

function readToken(token: string): Item {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString()) as Item
  } catch {
    throw invalid('Invalid NextToken')
  }
}

/** What stands at some paths, each under its last name. */
function picked(item: Item, paths: readonly string[][] | undefined): Item {
  if (paths === undefined) return item
  const result = emptyItem()
  for (const path of paths) {
    const value = valueAt(item, path)
    if (value !== undefined) result[path.at(-1)!] = value
  }
  return result
}

/** BatchExecuteStatement: each for itself. */
export function batchExecuteStatement(request: TableRequest, input: { Statements: StatementInput[] }): object {
  return {
    Responses: input.Statements.map(one => {
      try {
        const { Items } = executeStatement(request, one) as { Items: Item[] }
        return {
          TableName: parseStatement(one.Statement, one.Parameters ?? []).table,
          ...(Items[0] && { Item: Items[0] }),
        }
      } catch (error) {
        if (!(error instanceof TableFailure)) throw error
        const Code = error.code === 'ValidationException' ? 'ValidationError' : error.code.replace(/Exception$/, '')
        return { Error: { Code, Message: error.message } }
      }
    }),
  }
}

interface TransactionInput {
  TransactStatements: StatementInput[]
  ClientRequestToken?: string
}

/** ExecuteTransaction: all reads, or all writes. */
export function executeTransaction(request: TableRequest, input: TransactionInput, tokens: RequestTokens): object {
  const statements = input.TransactStatements.map(({ Statement, Parameters }) =>
    parseStatement(Statement, Parameters ?? []),
  )
  const reads = statements.filter(({ kind }) => kind === 'select')
  if (reads.length > 0 && reads.length < statements.length)
    throw invalid('Reads and writes cannot be in one transaction')
  const actions = statements.map(statement => {
    const { facts } = openTable(request, statement.table, statement.kind === 'select' ? 'read' : 'write')
    if (statement.kind === 'insert') return { Put: putInput(statement, facts) }
    const change = changeInput(statement, facts)
    if (statement.kind === 'select') return { Get: { TableName: change.TableName, Key: change.Key } }
    return statement.kind === 'delete'
      ? { Delete: change }
      : { Update: { ...change, UpdateExpression: statement.update! } }
  })
  if (reads.length > 0)
    return transactGetItems(request, {
      TransactItems: actions as Parameters<typeof transactGetItems>[1]['TransactItems'],
    })
  const writes = {
    TransactItems: actions as Parameters<typeof transactWriteItems>[1]['TransactItems'],
    ...(input.ClientRequestToken === undefined ? {} : { ClientRequestToken: input.ClientRequestToken }),
  }
  return { Responses: [], ...transactWriteItems(request, writes, tokens) }
}
