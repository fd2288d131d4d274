import { copyItem, emptyItem, type Item } from '../../backend/attribute-value.ts'
import { greatestItemBytes, itemBytes } from '../../backend/item-size.ts'
import { applyUpdate, touched } from './apply-update.ts'
import { consumedCapacity, totalOf, unitsOfRead, unitsOfWrite } from './consumed.ts'
import { holds, project } from './evaluate.ts'
import type { Condition, PathOperand, Update } from './expression.ts'
import { createExpressionContext, type ExpressionContext } from './expression-context.ts'
import { invalid, TableFailure } from './failure.ts'
import type {
  ConditionInput,
  DeleteInput,
  Expressions,
  GetInput,
  ProjectionInput,
  PutInput,
  UpdateInput,
  WriteInput,
} from './inputs.ts'
import { conditionOfExpected, pathsOfAttributes, requireOneStyle, updateOfAttributes } from './legacy.ts'
import { parseCondition } from './parse-condition.ts'
import { parseProjection } from './parse-path.ts'
import { parseUpdate } from './parse-update.ts'
import type { Table } from './table.ts'
import { checkedKey, checkItemKeys, openTable, type TableRequest } from './table-request.ts'
import { keyOf } from './tables.ts'
import { checkedItem } from './values.ts'

/** GetItem. */
export function getItem(request: TableRequest, input: GetInput): object {
  const paths = readProjection(input)
  const key = checkedItem(input.Key)
  const table = openTable(request, input.TableName, 'read')
  const item = table.get(checkedKey(table.facts, key))
  const units = unitsOfRead(item === undefined ? 0 : itemBytes(item), input.ConsistentRead ? 'strong' : 'eventual')
  request.meter(table.facts, 'read', totalOf(units))
  const ConsumedCapacity = consumedCapacity(table.facts, units, input.ReturnConsumedCapacity)
  return {
    ...(item === undefined ? {} : { Item: paths === undefined ? item : project(item, paths) }),
    ...(ConsumedCapacity && { ConsumedCapacity }),
  }
}

/** What of an item is to be sent; all of it when nothing is said. */
export function readProjection(input: ProjectionInput, context?: ExpressionContext): PathOperand[] | undefined {
  requireOneStyle(input, ['AttributesToGet'], ['ProjectionExpression'])
  if (input.AttributesToGet !== undefined) return pathsOfAttributes(input.AttributesToGet)
  const own = context ?? openContext(input, ['ProjectionExpression'])
  const paths = input.ProjectionExpression === undefined ? undefined : parseProjection(input.ProjectionExpression, own)
  if (context === undefined) own.requireAllUsed()
  return paths
}

/** Names and values for the expressions of a request, which must have one when it gives them. */
export function openContext(input: Expressions, expressions: readonly string[]): ExpressionContext {
  const isGiven = expressions.some(name => (input as Record<string, unknown>)[name] !== undefined)
  for (const name of ['ExpressionAttributeNames', 'ExpressionAttributeValues'] as const) {
    const given = input[name]
    if (given === undefined) continue
    if (!isGiven)
      throw invalid(
        `${name} can only be specified when using expressions${expressions.length === 1 ? `: ${expressions[0]} is null` : `: ${expressions.join(' and ')} are null`}`,
      )
    if (Object.keys(given).length === 0) throw invalid(`${name} must not be empty`)
    const mark = name === 'ExpressionAttributeNames' ? '#' : ':'
    for (const token of Object.keys(given))
      if (!new RegExp(`^${mark}[A-Za-z0-9_]+$`).test(token))
        throw invalid(`${name} contains invalid key: Syntax error; key: "${token}"`)
  }
  return createExpressionContext(
    input.ExpressionAttributeNames,
    input.ExpressionAttributeValues === undefined ? {} : readValues(input.ExpressionAttributeValues),
  )
}

function readValues(values: Item): Item {
  const checked = emptyItem()
  for (const token of Object.keys(values)) {
    try {
      checked[token] = checkedItem({ value: values[token]! }).value!
    } catch (error) {
      if (!(error instanceof TableFailure)) throw error
      throw invalid(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${token}`)
    }
  }
  return checked
}

/** What must hold of the item that is there; undefined when nothing must. */
export function readCondition(input: ConditionInput, context: ExpressionContext): Condition | undefined {
  if (input.ConditionExpression !== undefined)
    return parseCondition(input.ConditionExpression, 'ConditionExpression', context)
  if (input.Expected === undefined) {
    if (input.ConditionalOperator !== undefined)
      throw invalid(
        'One or more parameter values were invalid: ConditionalOperator cannot be used without Filter or Expected',
      )
    return undefined
  }
  if (Object.keys(input.Expected).length === 0 && input.ConditionalOperator !== undefined)
    throw invalid(
      'One or more parameter values were invalid: ConditionalOperator can only be used when Filter or Expected has two or more elements',
    )
  return conditionOfExpected(input.Expected, input.ConditionalOperator)
}

/** Throws ConditionalCheckFailedException, with the item where the request wants it. */
export function requireCondition(
  condition: Condition | undefined,
  before: Item | undefined,
  input: ConditionInput,
): void {
  if (condition === undefined || holds(condition, before ?? emptyItem())) return
  const isTold = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined
  throw new TableFailure(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    isTold ? { Item: before } : {},
  )
}

export function requireItemSize(item: Item, message: string): void {
  if (itemBytes(item) > greatestItemBytes) throw invalid(message)
}

export const tooLargeToPut = 'Item size has exceeded the maximum allowed size'
export const tooLargeToUpdate = 'Item size to update has exceeded the maximum allowed size'

/** PutItem. */
export function putItem(request: TableRequest, input: PutInput): object {
  requireOneStyle(input, ['Expected', 'ConditionalOperator'], ['ConditionExpression'])
  requireReturnValues(input, ['ALL_OLD', 'NONE'])
  const context = openContext(input, ['ConditionExpression'])
  const item = checkedItem(input.Item)
  const condition = readCondition(input, context)
  context.requireAllUsed()
  requireItemSize(item, tooLargeToPut)
  const table = openTable(request, input.TableName, 'write')
  checkItemKeys(table.facts, item)
  const before = table.get(item)
  requireCondition(condition, before, input)
  return finishWrite(request, table, input, before, item, input.ReturnValues === 'ALL_OLD' ? before : undefined)
}

/** DeleteItem. */
export function deleteItem(request: TableRequest, input: DeleteInput): object {
  requireOneStyle(input, ['Expected', 'ConditionalOperator'], ['ConditionExpression'])
  requireReturnValues(input, ['ALL_OLD', 'NONE'])
  const context = openContext(input, ['ConditionExpression'])
  const given = checkedItem(input.Key)
  const condition = readCondition(input, context)
  context.requireAllUsed()
  const table = openTable(request, input.TableName, 'write')
  const key = checkedKey(table.facts, given)
  const before = table.get(key)
  requireCondition(condition, before, input)
  return finishWrite(request, table, input, before, undefined, input.ReturnValues === 'ALL_OLD' ? before : undefined)
}

function requireReturnValues({ ReturnValues }: WriteInput, allowed: readonly string[]): void {
  if (ReturnValues !== undefined && !allowed.includes(ReturnValues)) throw invalid('Return values set to invalid value')
}

/** UpdateItem: makes the item when it is not there. */
export function updateItem(request: TableRequest, input: UpdateInput): object {
  requireOneStyle(
    input,
    ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
    ['UpdateExpression', 'ConditionExpression'],
  )
  const context = openContext(input, ['UpdateExpression', 'ConditionExpression'])
  const given = checkedItem(input.Key)
  const update = readUpdate(input, context)
  const condition = readCondition(input, context)
  context.requireAllUsed()
  const table = openTable(request, input.TableName, 'write')
  const key = checkedKey(table.facts, given)
  requireKeyUntouched(table, update)
  const before = table.get(key)
  requireCondition(condition, before, input)
  const after = updatedItem(table, key, before, update)
  return finishWrite(request, table, input, before, after, returnedAttributes(input, update, before, after))
}

export function readUpdate(
  input: Pick<UpdateInput, 'UpdateExpression' | 'AttributeUpdates'>,
  context: ExpressionContext,
): Update {
  if (input.UpdateExpression !== undefined) return parseUpdate(input.UpdateExpression, context)
  return updateOfAttributes(input.AttributeUpdates ?? {})
}

export function requireKeyUntouched({ facts }: Table, update: Update): void {
  for (const { path } of [...update.set, ...update.remove, ...update.add, ...update.delete])
    if (path[0] === facts.key.hash || path[0] === facts.key.range)
      throw invalid(
        `One or more parameter values were invalid: Cannot update attribute ${path[0]}. This attribute is part of the key`,
      )
}

/** What an update makes of an item, checked as a new item would be. */
export function updatedItem(table: Table, key: Item, before: Item | undefined, update: Update): Item {
  const after = applyUpdate(before ?? copyItem(key), update)
  requireItemSize(after, tooLargeToUpdate)
  checkItemKeys(table.facts, after)
  return after
}

function returnedAttributes(
  { ReturnValues }: UpdateInput,
  update: Update,
  before: Item | undefined,
  after: Item,
): Item | undefined {
  switch (ReturnValues) {
    case 'ALL_OLD':
      return before
    case 'ALL_NEW':
      return after
    case 'UPDATED_OLD':
      return before === undefined ? undefined : someOf(touched(before, update))
    case 'UPDATED_NEW':
      return someOf(touched(after, update))
  }
  return undefined
}

function someOf(item: Item): Item | undefined {
  return Object.keys(item).length === 0 ? undefined : item
}

/** Meters and makes a change, and answers what the request wants to know of it. */
function finishWrite(
  request: TableRequest,
  table: Table,
  input: WriteInput,
  before: Item | undefined,
  after: Item | undefined,
  attributes: Item | undefined,
): object {
  const units = unitsOfWrite(table.facts, before, after)
  request.meter(table.facts, 'write', totalOf(units))
  const { name } = table.facts
  if (after !== undefined) request.tables.write([{ kind: 'put', table: name, item: after }])
  else if (before !== undefined)
    request.tables.write([{ kind: 'remove', table: name, key: keyOf(before, table.facts) }])
  const ConsumedCapacity = consumedCapacity(table.facts, units, input.ReturnConsumedCapacity)
  const ItemCollectionMetrics =
    input.ReturnItemCollectionMetrics === 'SIZE'
      ? collectionMetrics(table, (after ?? before) as Item | undefined)
      : undefined
  return {
    ...(attributes && { Attributes: attributes }),
    ...(ConsumedCapacity && { ConsumedCapacity }),
    ...(ItemCollectionMetrics && { ItemCollectionMetrics }),
  }
}

/** The size of a collection, for tables that have local indexes; told as a range, as the service does. */
export function collectionMetrics({ facts }: Table, item: Item | undefined): object | undefined {
  if (item === undefined || facts.indexes.every(({ isGlobal }) => isGlobal)) return undefined
  return { ItemCollectionKey: { [facts.key.hash]: item[facts.key.hash] }, SizeEstimateRangeGB: [0, 1] }
}
