import { type Item, typeOf } from '../../backend/attribute-value.ts'
import type { Condition, PathOperand } from './expression.ts'
import type { ExpressionContext } from './expression-context.ts'
import { invalid } from './failure.ts'
import type { WalkInput } from './inputs.ts'
import { readProjection } from './item-operations.ts'
import { type KeySchema, keyCode } from './key-code.ts'
import { conditionOfFilters } from './legacy.ts'
import { parseCondition } from './parse-condition.ts'
import type { Ordered, Table } from './table.ts'
import { checkedKey, openTable, type TableRequest } from './table-request.ts'
import type { IndexFacts } from './table-schema.ts'
import { checkedItem } from './values.ts'

/** What query and scan have in common. */
export interface Plan {
  table: Table
  index: IndexFacts | undefined
  order: Ordered
  /** The key by which the order goes. */
  key: KeySchema
  filter: Condition | undefined
  paths: PathOperand[] | undefined
  isCount: boolean
  start: { item: Item; code: string } | undefined
}

/** Reads and checks what a walk is asked to do. */
export function readPlan(
  request: TableRequest,
  input: WalkInput,
  context: ExpressionContext,
  legacyFilter: Parameters<typeof conditionOfFilters>[0] | undefined,
): Plan {
  const paths = readProjection(input, context)
  const filter = readFilter(input, context, legacyFilter)
  context.requireAllUsed()
  const select = checkedSelect(input, paths !== undefined)
  const table = openTable(request, input.TableName, 'read')
  const index =
    input.IndexName === undefined ? undefined : table.facts.indexes.find(({ name }) => name === input.IndexName)
  if (input.IndexName !== undefined && index === undefined)
    throw invalid(`The table does not have the specified index: ${input.IndexName}`)
  if (index?.isGlobal && input.ConsistentRead)
    throw invalid('Consistent reads are not supported on global secondary indexes')
  if (index?.isGlobal && select === 'ALL_ATTRIBUTES' && index.projection.type !== 'ALL')
    throw invalid(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    )
  if (index?.isGlobal && paths !== undefined) requireProjected(table, index, paths)
  const start =
    input.ExclusiveStartKey === undefined ? undefined : readStart(table, index, checkedItem(input.ExclusiveStartKey))
  const order = index === undefined ? table.items : table.orders.get(index.name)!
  const isWhole =
    index === undefined ||
    index.projection.type === 'ALL' ||
    (!index.isGlobal && (select === 'ALL_ATTRIBUTES' || paths !== undefined))
  return {
    table,
    index: isWhole && index !== undefined ? { ...index, projection: { type: 'ALL', attributes: [] } } : index,
    order,
    key: index?.key ?? table.facts.key,
    filter,
    paths,
    isCount: select === 'COUNT',
    start,
  }
}

function readFilter(
  { FilterExpression, ConditionalOperator }: WalkInput,
  context: ExpressionContext,
  legacy: Parameters<typeof conditionOfFilters>[0] | undefined,
): Condition | undefined {
  if (FilterExpression !== undefined) return parseCondition(FilterExpression, 'FilterExpression', context)
  return legacy === undefined || Object.keys(legacy).length === 0
    ? undefined
    : conditionOfFilters(legacy, ConditionalOperator)
}

function checkedSelect({ Select, IndexName, AttributesToGet }: WalkInput, isProjected: boolean): string | undefined {
  if (isProjected && Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES')
    throw invalid(
      AttributesToGet === undefined
        ? `Cannot specify the ProjectionExpression when choosing to get ${Select === 'COUNT' ? 'only the Count' : Select}`
        : `Cannot specify the AttributesToGet when choosing to get ${Select === 'COUNT' ? 'only the Count' : Select}`,
    )
  if (Select === 'SPECIFIC_ATTRIBUTES' && !isProjected)
    throw invalid('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES')
  if (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined)
    throw invalid('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName')
  return Select
}

function requireProjected(
  { facts }: Table,
  { name, key, projection }: IndexFacts,
  paths: readonly PathOperand[],
): void {
  if (projection.type === 'ALL') return
  const held = new Set([facts.key.hash, facts.key.range, key.hash, key.range, ...projection.attributes])
  const missing = [...new Set(paths.map(({ path }) => path[0] as string).filter(attribute => !held.has(attribute)))]
  if (missing.length > 0)
    throw invalid(
      `One or more parameter values were invalid: Global secondary index ${name} does not project [${missing.join(', ')}]`,
    )
}

/** The place of the item where the page before ended. Throws when the key is not one of this order. */
function readStart({ facts }: Table, index: IndexFacts | undefined, given: Item): { item: Item; code: string } {
  const wrong = invalid('The provided starting key is invalid')
  const names = new Set(
    [facts.key.hash, facts.key.range, index?.key.hash, index?.key.range].filter(name => name !== undefined),
  )
  if (Object.keys(given).length !== names.size) throw wrong
  for (const name of names) if (!Object.hasOwn(given, name) || typeOf(given[name]!) !== facts.types[name]) throw wrong
  const own: Item = Object.create(null)
  for (const name of [facts.key.hash, facts.key.range]) if (name !== undefined) own[name] = given[name]!
  const code = keyCode(checkedKey(facts, own), facts.key)
  return { item: given, code: index === undefined ? code : keyCode(given, index.key) + code }
}

/** Throws when the filter of a query is about its key. */
export function requireNoKeys(filter: Condition, key: KeySchema, parameter: string): void {
  const names = new Set<unknown>()
  collectNames(filter, names)
  for (const name of [key.hash, key.range])
    if (name !== undefined && names.has(name))
      throw invalid(
        parameter === 'QueryFilter'
          ? `QueryFilter can only contain non-primary key attributes: Primary key attribute: ${name}`
          : `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
      )
}

function collectNames(tree: unknown, names: Set<unknown>): void {
  if (typeof tree !== 'object' || tree === null) return
  const node = tree as Record<string, unknown>
  if (node.kind === 'value') return
  if (node.kind === 'path') names.add((node.path as unknown[])[0])
  else
    for (const inner of Object.values(node))
      if (Array.isArray(inner)) for (const member of inner) collectNames(member, names)
      else collectNames(inner, names)
}
