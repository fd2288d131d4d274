import type { Item } from '../../backend/attribute-value.ts'
import { itemBytes } from '../../backend/item-size.ts'
import { addUnits, consumedCapacity, noUnits, totalOf, type Units, unitsOfRead, unitsOfWrite } from './consumed.ts'
import { project } from './evaluate.ts'
import { invalid, TableFailure } from './failure.ts'
import type { ConditionInput, ProjectionInput } from './inputs.ts'
import {
  openContext,
  readCondition,
  readProjection,
  readUpdate,
  requireCondition,
  requireItemSize,
  requireKeyUntouched,
  tooLargeToPut,
  updatedItem,
} from './item-operations.ts'
import { keyCode } from './key-code.ts'
import type { Table } from './table.ts'
import { checkedKey, checkItemKeys, openTable, type TableRequest } from './table-request.ts'
import { type ItemChange, keyOf } from './tables.ts'
import { checkedItem } from './values.ts'

/** Why an action could not be done; `None` for those that could. */
interface Reason {
  Code: string
  Message?: string
  Item?: Item
}

/** All items of a transaction together. Source: Amazon DynamoDB Developer Guide, "Quotas: transactions". */
const greatestBytes = 4 * 1024 * 1024

const severalOnOne = 'Transaction request cannot include multiple operations on one item'

interface TransactGetInput {
  TransactItems: { Get: ProjectionInput & { TableName: string; Key: Item } }[]
  ReturnConsumedCapacity?: string
}

/** TransactGetItems: all at one moment. */
export function transactGetItems(request: TableRequest, input: TransactGetInput): object {
  const gets = input.TransactItems.map(({ Get }) => ({ name: Get.TableName, key: Get.Key, paths: readProjection(Get) }))
  const tables = gets.map(({ name }) => openTable(request, name, 'read'))
  const reasons = gets.map(({ key }, at) => reasonOf(() => void checkedKey(tables[at]!.facts, checkedItem(key))))
  requireNone(reasons)
  const codes = gets.map(({ name, key }, at) => `${name} ${keyCode(key, tables[at]!.facts.key)}`)
  if (new Set(codes).size < codes.length) throw invalid(severalOnOne)
  const perTable = new Map<Table, Units>()
  let bytes = 0
  const Responses = gets.map(({ key, paths }, at) => {
    const table = tables[at]!
    const item = table.get(checkedKey(table.facts, checkedItem(key)))
    bytes += item === undefined ? 0 : itemBytes(item)
    addTo(perTable, table, unitsOfRead(item === undefined ? 0 : itemBytes(item), 'transactional'))
    return item === undefined ? {} : { Item: paths === undefined ? item : project(item, paths) }
  })
  if (bytes > greatestBytes) throw invalid('Aggregate size of items in transaction exceeds the maximum of 4 MB')
  return { Responses, ...meterAll(request, perTable, 'read', input.ReturnConsumedCapacity) }
}

interface Action extends ConditionInput {
  TableName: string
  Item?: Item
  Key?: Item
  UpdateExpression?: string
}

interface TransactWriteInput {
  TransactItems: { Put?: Action; Update?: Action; Delete?: Action; ConditionCheck?: Action }[]
  ClientRequestToken?: string
  ReturnConsumedCapacity?: string
  ReturnItemCollectionMetrics?: string
}

/** What one action would do. */
interface Step {
  table: Table
  key: Item
  change: ItemChange | undefined
  before: Item | undefined
}

/** TransactWriteItems: all or nothing. A token that comes again within ten minutes is answered without doing anything. */
export function transactWriteItems(request: TableRequest, input: TransactWriteInput, tokens: RequestTokens): object {
  const actions = input.TransactItems.map(readAction)
  const plans = actions.map(({ kind, action }) => prepare(kind, action))
  const tables = actions.map(({ action }) => openTable(request, action.TableName, 'write'))
  const signature = JSON.stringify(input.TransactItems)
  const isRepeated =
    input.ClientRequestToken !== undefined && tokens.isRepeated(input.ClientRequestToken, signature, request.now)
  const keys = new Map<number, Item>()
  const reasons = plans.map((plan, at) => reasonOf(() => void keys.set(at, plan.keyIn(tables[at]!))))
  requireNone(reasons)
  const codes = plans.map((_, at) => `${tables[at]!.facts.name} ${keyCode(keys.get(at)!, tables[at]!.facts.key)}`)
  if (new Set(codes).size < codes.length) throw invalid(severalOnOne)

  const steps: Step[] = []
  const failures = plans.map((plan, at) => reasonOf(() => void steps.push(plan.step(tables[at]!, keys.get(at)!))))
  if (isRepeated) return {}
  requireNone(failures)
  const changes = steps.flatMap(({ change }) => (change === undefined ? [] : [change]))
  if (changes.reduce((sum, change) => sum + (change.kind === 'put' ? itemBytes(change.item) : 0), 0) > greatestBytes)
    throw invalid('Aggregate size of items in transaction exceeds the maximum of 4 MB')
  const perTable = new Map<Table, Units>()
  for (const { table, change, before } of steps)
    addTo(perTable, table, unitsOfWrite(table.facts, before, change?.kind === 'put' ? change.item : undefined, true))
  const told = meterAll(request, perTable, 'write', input.ReturnConsumedCapacity)
  request.tables.write(changes)
  if (input.ClientRequestToken !== undefined) tokens.remember(input.ClientRequestToken, signature, request.now)
  return told
}

type Kind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck'

function readAction(item: TransactWriteInput['TransactItems'][number]): { kind: Kind; action: Action } {
  const given = (['ConditionCheck', 'Put', 'Delete', 'Update'] as const).filter(kind => item[kind] !== undefined)
  if (given.length !== 1) throw invalid('TransactItems can only contain one of Check, Put, Update or Delete')
  return { kind: given[0]!, action: item[given[0]!]! }
}

interface Prepared {
  keyIn(table: Table): Item
  step(table: Table, key: Item): Step
}

/** Reads the expressions of an action, before any table is looked at. */
function prepare(kind: Kind, action: Action): Prepared {
  const context = openContext(action, ['ConditionExpression', ...(kind === 'Update' ? ['UpdateExpression'] : [])])
  const given = checkedItem(action.Item ?? action.Key!)
  const update = kind === 'Update' ? readUpdate(action, context) : undefined
  const condition = readCondition(action, context)
  context.requireAllUsed()
  return {
    keyIn({ facts }) {
      if (kind !== 'Put') return checkedKey(facts, given)
      checkItemKeys(facts, given)
      requireItemSize(given, tooLargeToPut)
      return keyOf(given, facts)
    },
    step(table, key) {
      const before = table.get(key)
      const { name } = table.facts
      if (update !== undefined) requireKeyUntouched(table, update)
      requireCondition(condition, before, action)
      if (kind === 'Put') return { table, key, before, change: { kind: 'put', table: name, item: given } }
      if (update !== undefined)
        return {
          table,
          key,
          before,
          change: { kind: 'put', table: name, item: updatedItem(table, key, before, update) },
        }
      return {
        table,
        key,
        before,
        change: kind === 'Delete' && before !== undefined ? { kind: 'remove', table: name, key } : undefined,
      }
    },
  }
}

/** What went wrong with one action, as a transaction tells it. */
function reasonOf(task: () => void): Reason {
  try {
    task()
    return { Code: 'None' }
  } catch (error) {
    if (!(error instanceof TableFailure)) throw error
    if (error.code === 'ConditionalCheckFailedException')
      return { Code: 'ConditionalCheckFailed', Message: error.message, ...error.details }
    if (error.code === 'ValidationException') return { Code: 'ValidationError', Message: error.message }
    throw error
  }
}

function requireNone(reasons: readonly Reason[]): void {
  if (reasons.every(({ Code }) => Code === 'None')) return
  throw new TableFailure(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    { CancellationReasons: reasons },
  )
}

function addTo(perTable: Map<Table, Units>, table: Table, more: Units): void {
  const units = perTable.get(table) ?? noUnits()
  addUnits(units, more)
  perTable.set(table, units)
}

function meterAll(
  request: TableRequest,
  perTable: Map<Table, Units>,
  kind: 'read' | 'write',
  asked: string | undefined,
): object {
  for (const [table, units] of perTable) request.meter(table.facts, kind, totalOf(units))
  const ConsumedCapacity = [...perTable]
    .map(([table, units]) => consumedCapacity(table.facts, units, asked, kind))
    .filter(told => told !== undefined)
  return ConsumedCapacity.length === 0 ? {} : { ConsumedCapacity }
}

/** Tokens of transactions that were done. */
export interface RequestTokens {
  /** True when the same request was done with this token; throws IdempotentParameterMismatchException when it was another one. */
  isRepeated(token: string, request: string, now: number): boolean
  remember(token: string, request: string, now: number): void
}

/** How long a token is good. Source: Amazon DynamoDB API Reference, TransactWriteItems, ClientRequestToken. */
const tokenMs = 10 * 60 * 1000

export function createRequestTokens(): RequestTokens {
  const known = new Map<string, { request: string; atMs: number }>()
  return {
    isRepeated(token, request, now) {
      const before = known.get(token)
      if (before === undefined || now - before.atMs > tokenMs) return false
      if (before.request !== request)
        throw new TableFailure(
          'IdempotentParameterMismatchException',
          'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical',
        )
      return true
    },
    remember(token, request, now) {
      for (const [old, { atMs }] of known) {
        if (now - atMs <= tokenMs) break
        known.delete(old)
      }
      known.set(token, { request, atMs: now })
    },
  }
}
