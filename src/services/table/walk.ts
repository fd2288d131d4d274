import { type AttributeValue, type Item, typeOf } from '../../backend/attribute-value.ts'
import { itemBytes } from '../../backend/item-size.ts'
import { consumedCapacity, projected, totalOf, unitsOfRead } from './consumed.ts'
import { holds, project } from './evaluate.ts'
import type { Condition, Operand } from './expression.ts'
import type { ExpressionContext } from './expression-context.ts'
import { invalid } from './failure.ts'
import type { QueryInput, ScanInput, WalkInput } from './inputs.ts'
import { openContext } from './item-operations.ts'
import { codeOf, type KeySchema, partitionCode, segmentCodes } from './key-code.ts'
import { keyConditionOf } from './key-condition.ts'
import { conditionOfFilters, requireOneStyle } from './legacy.ts'
import { parseCondition } from './parse-condition.ts'
import type { Ordered } from './table.ts'
import type { TableRequest } from './table-request.ts'
import type { IndexFacts } from './table-schema.ts'
import { type Plan, readPlan, requireNoKeys } from './walk-plan.ts'

/** A page ends when what was read reaches this. */
const greatestPageBytes = 1024 * 1024

/** Query: items of one hash key in the order of their range keys. */
export function query(request: TableRequest, input: QueryInput): object {
  requireOneStyle(
    input,
    ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'],
    ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
  )
  const context = openContext(input, [
    'FilterExpression',
    'KeyConditionExpression',
    ...(input.ExpressionAttributeValues === undefined ? ['ProjectionExpression'] : []),
  ])
  const wanted = readKeyCondition(input, context)
  const plan = readPlan(request, input, context, input.QueryFilter)
  const { table, index, order, key } = plan
  const { hash, range } = keyConditionOf(wanted, key, table.facts, input.KeyConditionExpression === undefined)
  if (plan.filter !== undefined)
    requireNoKeys(plan.filter, key, input.FilterExpression === undefined ? 'QueryFilter' : 'FilterExpression')
  const start = plan.start
  if (start !== undefined && !sameValue(start.item[key.hash]!, hash))
    throw invalid('The provided starting key is outside query boundaries based on provided conditions')
  const partition = partitionCode(hash)
  const isBackward = input.ScanIndexForward === false
  return answerWalk(request, input, plan, candidates(order, partition, range, start?.code, isBackward), index)
}

function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  return typeOf(a) === typeOf(b) && codeOf(a) === codeOf(b)
}

function readKeyCondition(input: QueryInput, context: ExpressionContext): Condition {
  if (input.KeyConditionExpression !== undefined)
    return parseCondition(input.KeyConditionExpression, 'KeyConditionExpression', context)
  if (input.KeyConditions === undefined || Object.keys(input.KeyConditions).length === 0)
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.')
  return conditionOfFilters(input.KeyConditions)
}

/** Items of a partition that fulfil a condition on their range key, walked from where that can first be. */
function* candidates(
  order: Ordered,
  partition: string,
  range: Condition | undefined,
  startCode: string | undefined,
  isBackward: boolean,
): Iterable<[string, Item]> {
  const bounds = boundsOf(partition, range)
  const walk = isBackward ? order.descend(startCode ?? bounds.to) : order.ascend(startCode ?? bounds.from)
  for (const entry of walk) {
    const [code, item] = entry
    if (!code.startsWith(partition)) {
      if (isBackward ? code > partition : code < partition) continue
      return
    }
    if (code === startCode) continue
    if (isBackward ? code < bounds.from : code > bounds.to) return
    if (range === undefined || holds(range, item)) yield entry
  }
}

/** Higher than every code that begins with the same text. */
const last = '\uffff'

/** Codes between which all items are that a condition on the range key lets through, and perhaps some more. */
function boundsOf(partition: string, range: Condition | undefined): { from: string; to: string } {
  const all = { from: partition, to: partition + last }
  const code = (operand: Operand): string => partition + codeOf((operand as { value: AttributeValue }).value)
  if (range?.kind === 'between') return { from: code(range.low), to: code(range.high) + last }
  if (range?.kind === 'function') return { from: code(range.operands[1]!), to: code(range.operands[1]!) + last }
  if (range?.kind !== 'compare') return all
  const at = code(range.right)
  if (range.operator === '=') return { from: at, to: at + last }
  return range.operator.startsWith('>') ? { ...all, from: at } : { ...all, to: at + last }
}

/** Scan: all items, or those of one segment of the ring. */
export function scan(request: TableRequest, input: ScanInput): object {
  requireOneStyle(
    input,
    ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
    ['ProjectionExpression', 'FilterExpression'],
  )
  const { Segment, TotalSegments } = input
  if (Segment !== undefined && TotalSegments === undefined)
    throw invalid(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    )
  if (TotalSegments !== undefined && Segment === undefined)
    throw invalid(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    )
  if (Segment !== undefined && Segment >= TotalSegments!)
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    )
  const context = openContext(input, [
    'FilterExpression',
    ...(input.ExpressionAttributeValues === undefined ? ['ProjectionExpression'] : []),
  ])
  const plan = readPlan(request, input, context, input.ScanFilter)
  const segment = segmentCodes(Segment ?? 0, TotalSegments ?? 1)
  const code = plan.start?.code
  if (code !== undefined && (code < segment.from || (segment.to !== undefined && code >= segment.to)))
    throw invalid('The provided starting key is outside query boundaries based on provided conditions')
  return answerWalk(request, input, plan, inSegment(plan.order, segment, code), plan.index)
}

function* inSegment(
  order: Ordered,
  { from, to }: { from: string; to: string | undefined },
  startCode: string | undefined,
): Iterable<[string, Item]> {
  for (const entry of order.ascend(startCode ?? from)) {
    if (to !== undefined && entry[0] >= to) return
    if (entry[0] !== startCode) yield entry
  }
}

/** Reads a page: up to so many items or bytes, of which the filter lets some through. */
function answerWalk(
  request: TableRequest,
  input: WalkInput,
  plan: Plan,
  entries: Iterable<[string, Item]>,
  index: IndexFacts | undefined,
): object {
  const { table, filter, paths, isCount } = plan
  const { facts } = table
  const found: Item[] = []
  const most = input.Limit ?? Number.POSITIVE_INFINITY
  let scanned = 0
  let bytes = 0
  let count = 0
  let lastItem: Item | undefined
  for (const [, stored] of entries) {
    const item = plan.index === undefined ? stored : projected(facts, plan.index, stored)
    scanned++
    bytes += itemBytes(item)
    if (filter === undefined || holds(filter, item)) {
      count++
      if (!isCount) found.push(paths === undefined ? item : project(item, paths))
    }
    if (scanned >= most || bytes >= greatestPageBytes) {
      lastItem = stored
      break
    }
  }
  const units = unitsOfRead(bytes, input.ConsistentRead ? 'strong' : 'eventual', index?.name)
  request.meter(facts, 'read', totalOf(units))
  const ConsumedCapacity = consumedCapacity(facts, units, input.ReturnConsumedCapacity)
  return {
    Count: count,
    ScannedCount: scanned,
    ...(isCount ? {} : { Items: found }),
    ...(lastItem && { LastEvaluatedKey: keyAttributes(lastItem, facts.key, index?.key) }),
    ...(ConsumedCapacity && { ConsumedCapacity }),
  }
}

function keyAttributes(item: Item, ...keys: (KeySchema | undefined)[]): Item {
  const result: Item = Object.create(null)
  for (const key of keys) for (const name of [key?.hash, key?.range]) if (name !== undefined) result[name] = item[name]!
  return result
}
