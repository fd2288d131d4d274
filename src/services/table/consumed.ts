import type { Item } from '../../backend/attribute-value.ts'
import { itemBytes } from '../../backend/item-size.ts'
import { readUnits, writeUnits } from '../../backend/table-capacity.ts'
import type { Access } from '../identities.ts'
import { project } from './evaluate.ts'
import { placeInIndex } from './table.ts'
import type { IndexFacts, TableFacts } from './table-schema.ts'
import { equalValues } from './values.ts'

/** Units that a request used, of the table itself and of each index. */
export interface Units {
  table: number
  indexes: Map<string, number>
}

export function totalOf({ table, indexes }: Units): number {
  let total = table
  for (const units of indexes.values()) total += units
  return total
}

export function addUnits(sum: Units, more: Units): void {
  sum.table += more.table
  for (const [name, units] of more.indexes) sum.indexes.set(name, (sum.indexes.get(name) ?? 0) + units)
}

export function noUnits(): Units {
  return { table: 0, indexes: new Map() }
}

/** What the replacement of one item by another costs: the greater of the two on the table, and on each index what it has to do. */
export function unitsOfWrite(
  facts: TableFacts,
  before: Item | undefined,
  after: Item | undefined,
  isTransactional = false,
): Units {
  const bytes = Math.max(before === undefined ? 0 : itemBytes(before), after === undefined ? 0 : itemBytes(after))
  const indexes = new Map<string, number>()
  for (const index of facts.indexes) {
    const units = unitsOfIndex(facts, index, before, after)
    if (units > 0) indexes.set(index.name, units * (isTransactional ? 2 : 1))
  }
  return { table: writeUnits(bytes, isTransactional), indexes }
}

/** Nothing when what the index holds stays the same, one write when it stays in its place, two when it moves. */
function unitsOfIndex(facts: TableFacts, index: IndexFacts, before: Item | undefined, after: Item | undefined): number {
  const place = (item: Item | undefined): string | undefined =>
    item === undefined ? undefined : placeInIndex(facts, index, item, '')
  const [from, to] = [place(before), place(after)]
  const old = from === undefined ? undefined : projected(facts, index, before!)
  const fresh = to === undefined ? undefined : projected(facts, index, after!)
  if (old !== undefined && fresh !== undefined && from === to)
    return equalValues({ M: old }, { M: fresh }) ? 0 : writeUnits(Math.max(itemBytes(old), itemBytes(fresh)))
  return (old === undefined ? 0 : writeUnits(itemBytes(old))) + (fresh === undefined ? 0 : writeUnits(itemBytes(fresh)))
}

/** What an index holds of an item. */
export function projected(facts: TableFacts, index: IndexFacts, item: Item): Item {
  if (index.projection.type === 'ALL') return item
  const names = new Set([
    facts.key.hash,
    facts.key.range,
    index.key.hash,
    index.key.range,
    ...index.projection.attributes,
  ])
  return project(
    item,
    [...names].filter(name => name !== undefined).map(name => ({ kind: 'path', path: [name] })),
  )
}

export function unitsOfRead(bytes: number, reading: Parameters<typeof readUnits>[1], index?: string): Units {
  const units = readUnits(bytes, reading)
  return index === undefined ? { table: units, indexes: new Map() } : { table: 0, indexes: new Map([[index, units]]) }
}

/** What ReturnConsumedCapacity asks to be told; nothing when it does not ask. */
export function consumedCapacity(
  facts: TableFacts,
  units: Units,
  asked: string | undefined,
  transactional?: Access,
): object | undefined {
  if (asked !== 'TOTAL' && asked !== 'INDEXES') return undefined
  const tell = (count: number): object => ({
    CapacityUnits: count,
    ...(transactional === undefined
      ? {}
      : { [transactional === 'read' ? 'ReadCapacityUnits' : 'WriteCapacityUnits']: count }),
  })
  const total = { TableName: facts.name, ...tell(totalOf(units)) }
  if (asked === 'TOTAL') return total
  const of = (isGlobal: boolean): Record<string, object> =>
    Object.fromEntries(
      [...units.indexes]
        .filter(([name]) => facts.indexes.find(index => index.name === name)?.isGlobal === isGlobal)
        .map(([name, count]) => [name, tell(count)]),
    )
  const [locals, globals] = [of(false), of(true)]
  return {
    ...total,
    Table: tell(units.table),
    ...(Object.keys(locals).length === 0 ? {} : { LocalSecondaryIndexes: locals }),
    ...(Object.keys(globals).length === 0 ? {} : { GlobalSecondaryIndexes: globals }),
  }
}
