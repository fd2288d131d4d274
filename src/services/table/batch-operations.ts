import type { Item } from '../../backend/attribute-value.ts'
import { itemBytes } from '../../backend/item-size.ts'
import { addUnits, consumedCapacity, noUnits, totalOf, type Units, unitsOfRead, unitsOfWrite } from './consumed.ts'
import { project } from './evaluate.ts'
import { invalid, TableFailure } from './failure.ts'
import type { ProjectionInput } from './inputs.ts'
import { collectionMetrics, readProjection, requireItemSize, tooLargeToPut } from './item-operations.ts'
import { keyCode } from './key-code.ts'
import type { Table } from './table.ts'
import { checkedKey, checkItemKeys, openTable, type TableRequest } from './table-request.ts'
import type { ItemChange } from './tables.ts'
import { checkedItem } from './values.ts'

interface GetRequests extends ProjectionInput {
  Keys: Item[]
  ConsistentRead?: boolean
}

interface BatchGetInput {
  RequestItems?: Record<string, GetRequests>
  ReturnConsumedCapacity?: string
}

const mostKeys = 100
const mostWrites = 25
/** An answer holds no more than this; the rest is told as unprocessed. */
const greatestAnswerBytes = 16 * 1024 * 1024

/** BatchGetItem. What is beyond the size of an answer, or of a table's capacity, comes back as unprocessed. */
export function batchGetItem(request: TableRequest, input: BatchGetInput): object {
  const requests = Object.entries(input.RequestItems ?? {})
  if (requests.length === 0) throw invalid('The requestItems parameter is required for BatchGetItem')
  const total = requests.reduce((sum, [, { Keys }]) => sum + Keys.length, 0)
  const big = requests.find(([, { Keys }]) => Keys.length > mostKeys)
  if (big !== undefined)
    throw invalid(
      `1 validation error detected: Value at 'RequestItems.${big[0]}.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100`,
    )
  if (total > mostKeys) throw invalid('Too many items requested for the BatchGetItem call')
  const plans = requests.map(([name, one]) => {
    const paths = readProjection(one)
    const given = one.Keys.map(key => checkedItem(key))
    const table = openTable(request, name, 'read')
    const keys = given.map(key => checkedKey(table.facts, key))
    requireDistinct(keys.map(key => keyCode(key, table.facts.key)))
    return { name, one, paths, table, keys }
  })
  const Responses: Record<string, Item[]> = {}
  const UnprocessedKeys: Record<string, GetRequests> = {}
  const capacities: object[] = []
  let bytes = 0
  for (const { name, one, paths, table, keys } of plans) {
    const units = noUnits()
    const found: Item[] = []
    keys.forEach((key, at) => {
      const item = table.get(key)
      const size = item === undefined ? 0 : itemBytes(item)
      const more = unitsOfRead(size, one.ConsistentRead ? 'strong' : 'eventual')
      if (bytes + size > greatestAnswerBytes || !mayMeter(request, table, 'read', more)) {
        UnprocessedKeys[name] ??= { ...one, Keys: [] }
        UnprocessedKeys[name].Keys.push(one.Keys[at]!)
        return
      }
      bytes += size
      addUnits(units, more)
      if (item !== undefined) found.push(paths === undefined ? item : project(item, paths))
    })
    Responses[name] = found
    const capacity = consumedCapacity(table.facts, units, input.ReturnConsumedCapacity)
    if (capacity !== undefined) capacities.push(capacity)
  }
  if (total > 0 && Object.values(UnprocessedKeys).reduce((sum, { Keys }) => sum + Keys.length, 0) === total)
    throw exhausted()
  return { Responses, UnprocessedKeys, ...(capacities.length > 0 && { ConsumedCapacity: capacities }) }
}

function mayMeter({ meter }: TableRequest, table: Table, kind: 'read' | 'write', units: Units): boolean {
  try {
    meter(table.facts, kind, totalOf(units))
    return true
  } catch (error) {
    if (error instanceof TableFailure) return false
    throw error
  }
}

function exhausted(): TableFailure {
  return new TableFailure(
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for one or more tables of the batch was exceeded.',
  )
}

function requireDistinct(codes: readonly string[]): void {
  if (new Set(codes).size < codes.length) throw invalid('Provided list of item keys contains duplicates')
}

interface WriteRequest {
  PutRequest?: { Item: Item }
  DeleteRequest?: { Key: Item }
}

interface BatchWriteInput {
  RequestItems?: Record<string, WriteRequest[]>
  ReturnConsumedCapacity?: string
  ReturnItemCollectionMetrics?: string
}

/** BatchWriteItem. */
export function batchWriteItem(request: TableRequest, input: BatchWriteInput): object {
  const requests = Object.entries(input.RequestItems ?? {})
  if (requests.length === 0) throw invalid('The requestItems parameter is required for BatchWriteItem')
  for (const [name, writes] of requests)
    if (writes.length === 0 || writes.length > mostWrites)
      throw invalid(
        `1 validation error detected: Value '{${name}=[${writes.map(describeWrite).join(', ')}]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]`,
      )
  const total = requests.reduce((sum, [, writes]) => sum + writes.length, 0)
  if (total > mostWrites) throw invalid('Too many items requested for the BatchWriteItem call')
  const plans = requests.map(([name, writes]) => planWrites(request, name, writes))
  const UnprocessedItems: Record<string, WriteRequest[]> = {}
  const ItemCollectionMetrics: Record<string, object[]> = {}
  const capacities: object[] = []
  for (const { table, changes, writes } of plans) {
    const { facts } = table
    const units = noUnits()
    for (const [at, change] of changes.entries()) {
      const before = table.get(change.kind === 'put' ? change.item : change.key)
      const more = unitsOfWrite(facts, before, change.kind === 'put' ? change.item : undefined)
      if (!mayMeter(request, table, 'write', more)) {
        UnprocessedItems[facts.name] ??= []
        UnprocessedItems[facts.name]!.push(writes[at]!)
        continue
      }
      addUnits(units, more)
      if (change.kind === 'put' || before !== undefined) request.tables.write([change])
      const metrics =
        input.ReturnItemCollectionMetrics === 'SIZE'
          ? collectionMetrics(table, change.kind === 'put' ? change.item : change.key)
          : undefined
      if (metrics !== undefined) {
        ItemCollectionMetrics[facts.name] ??= []
        ItemCollectionMetrics[facts.name]!.push(metrics)
      }
    }
    const capacity = consumedCapacity(facts, units, input.ReturnConsumedCapacity)
    if (capacity !== undefined) capacities.push(capacity)
  }
  if (Object.values(UnprocessedItems).reduce((sum, writes) => sum + writes.length, 0) === total) throw exhausted()
  return {
    UnprocessedItems,
    ...(Object.keys(ItemCollectionMetrics).length > 0 && { ItemCollectionMetrics }),
    ...(capacities.length > 0 && { ConsumedCapacity: capacities }),
  }
}

function planWrites(
  request: TableRequest,
  name: string,
  writes: readonly WriteRequest[],
): { table: Table; changes: ItemChange[]; writes: readonly WriteRequest[] } {
  for (const { PutRequest, DeleteRequest } of writes)
    if ((PutRequest === undefined) === (DeleteRequest === undefined))
      throw invalid(
        'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
      )
  const given = writes.map(({ PutRequest, DeleteRequest }) => checkedItem(PutRequest?.Item ?? DeleteRequest!.Key))
  const table = openTable(request, name, 'write')
  const changes = given.map((item, at): ItemChange => {
    if (writes[at]!.DeleteRequest !== undefined)
      return { kind: 'remove', table: table.facts.name, key: checkedKey(table.facts, item) }
    requireItemSize(item, tooLargeToPut)
    checkItemKeys(table.facts, item)
    return { kind: 'put', table: table.facts.name, item }
  })
  requireDistinct(changes.map(change => keyCode(change.kind === 'put' ? change.item : change.key, table.facts.key)))
  return { table, changes, writes }
}

function describeWrite({ PutRequest }: WriteRequest): string {
  return PutRequest === undefined ? 'WriteRequest(deleteRequest=DeleteRequest)' : 'WriteRequest(putRequest=PutRequest)'
}
