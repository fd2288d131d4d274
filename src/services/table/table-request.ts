import { type AttributeValue, emptyItem, type Item, typeOf } from '../../backend/attribute-value.ts'
import type { Ms } from '../../lib/clock.ts'
import type { Access } from '../identities.ts'
import { invalid } from './failure.ts'
import { checkKeySize } from './key-code.ts'
import type { Table } from './table.ts'
import type { TableFacts } from './table-schema.ts'
import type { Tables } from './tables.ts'

/** What an operation works with. */
export interface TableRequest {
  tables: Tables
  now: Ms
  /** Throws AccessDeniedException unless whoever asks may do that with a table. */
  allow(table: string, access: Access): void
  /** Throws when a table has no capacity left for so many units. */
  meter(table: TableFacts, kind: Access, units: number): void
}

/** A table that may be used. Throws AccessDeniedException, ResourceNotFoundException. */
export function openTable({ tables, allow }: TableRequest, name: string, access: Access): Table {
  allow(name, access)
  return tables.get(name)
}

const wrongKey = 'The provided key element does not match the schema'

/** A key that names an item. Throws ValidationException unless it has exactly the key's attributes with their types. */
export function checkedKey({ key, types }: TableFacts, given: Item): Item {
  const names = key.range === undefined ? [key.hash] : [key.hash, key.range]
  if (Object.keys(given).length !== names.length) throw invalid(wrongKey)
  const result = emptyItem()
  for (const name of names) {
    if (!Object.hasOwn(given, name)) throw invalid(wrongKey)
    const value = given[name]!
    if (typeOf(value) !== types[name]) throw invalid(wrongKey)
    checkKeySize(value, name, name === key.hash)
    result[name] = value
  }
  return result
}

/** Checks that an item has the table's key, and the keys of indexes with the right types where it has them. */
export function checkItemKeys(facts: TableFacts, item: Item): void {
  const { key, types } = facts
  for (const name of [key.hash, key.range]) {
    if (name === undefined) continue
    if (!Object.hasOwn(item, name))
      throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`)
    const value = item[name]!
    if (typeOf(value) !== types[name])
      throw invalid(
        `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${types[name]} actual: ${typeOf(value)}`,
      )
    checkKeySize(value, name, name === key.hash)
  }
  for (const index of facts.indexes)
    for (const name of [index.key.hash, index.key.range])
      if (name !== undefined && name !== key.hash && name !== key.range && Object.hasOwn(item, name))
        checkIndexKey(facts, item[name]!, name, index.name, name === index.key.hash)
}

function checkIndexKey(
  { types }: TableFacts,
  value: AttributeValue,
  name: string,
  index: string,
  isHash: boolean,
): void {
  if (typeOf(value) !== types[name])
    throw invalid(
      `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${types[name]} Actual: ${typeOf(value)} IndexName: ${index}`,
    )
  checkKeySize(value, name, isHash, index)
}
