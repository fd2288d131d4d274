import { attributeOf, type Item, typeOf } from '../../backend/attribute-value.ts'
import { itemBytes } from '../../backend/item-size.ts'
import { createSortedMap, type SortedMap } from '../../lib/sorted-map.ts'
import { keyCode } from './key-code.ts'
import type { IndexFacts, TableFacts } from './table-schema.ts'

/** An order of items: the table's own or that of an index. */
export type Ordered = SortedMap<string, Item>

/** Items of a table by their key, and in the order of each index. Items are never changed, only replaced. */
export interface Table {
  facts: TableFacts
  readonly items: Ordered
  /** By index name. */
  readonly orders: ReadonlyMap<string, Ordered>
  /** All items together. */
  readonly bytes: number
  get(key: Item): Item | undefined
  /** Puts or replaces an item; answers the one before. */
  put(item: Item): Item | undefined
  remove(key: Item): Item | undefined
  addIndex(index: IndexFacts): void
  removeIndex(name: string): void
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function createTable(facts: TableFacts): Table {
  const items: Ordered = createSortedMap(compare)
  const orders = new Map<string, Ordered>()
  let bytes = 0

  const table: Table = {
    facts,
    items,
    orders,
    get bytes() {
      return bytes
    },
    get: key => items.get(keyCode(key, table.facts.key)),
    put(item) {
      const code = keyCode(item, table.facts.key)
      const before = items.get(code)
      if (before !== undefined) unlist(before, code)
      items.set(code, item)
      bytes += itemBytes(item) - (before === undefined ? 0 : itemBytes(before))
      for (const index of table.facts.indexes) list(index, item, code)
      return before
    },
    remove(key) {
      const code = keyCode(key, table.facts.key)
      const before = items.get(code)
      if (before === undefined) return undefined
      unlist(before, code)
      items.delete(code)
      bytes -= itemBytes(before)
      return before
    },
    addIndex(index) {
      orders.set(index.name, createSortedMap(compare))
      for (const [code, item] of items.ascend()) list(index, item, code)
    },
    removeIndex(name) {
      orders.delete(name)
    },
  }

  function list(index: IndexFacts, item: Item, code: string): void {
    const at = placeInIndex(table.facts, index, item, code)
    if (at !== undefined) orders.get(index.name)!.set(at, item)
  }

  function unlist(item: Item, code: string): void {
    for (const index of table.facts.indexes) {
      const at = placeInIndex(table.facts, index, item, code)
      if (at !== undefined) orders.get(index.name)!.delete(at)
    }
  }

  for (const index of facts.indexes) table.addIndex(index)
  return table
}

/** Where an item stands in an index; undefined when it lacks a key of it, or has it with another type. Items of one index key stand by the table's key. */
export function placeInIndex({ types }: TableFacts, { key }: IndexFacts, item: Item, code: string): string | undefined {
  for (const name of [key.hash, key.range]) {
    if (name === undefined) continue
    const value = attributeOf(item, name)
    if (value === undefined || typeOf(value) !== types[name]) return undefined
  }
  return keyCode(item, key) + code
}
