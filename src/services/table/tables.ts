import type { Item } from '../../backend/attribute-value.ts'
import { notFound } from './failure.ts'
import { type Change, createNoJournal, type Journal, openJournal } from './journal.ts'
import { createTable, type Table } from './table.ts'
import type { TableFacts } from './table-schema.ts'

/** All tables of a service. Changes are made in memory at once; `flushed` says when they are durable. */
export interface Tables {
  /** In the order of their names. */
  names(): string[]
  has(name: string): boolean
  /** Throws ResourceNotFoundException. */
  get(name: string): Table
  create(facts: TableFacts): Table
  /** Replaces what is known of a table, and makes or drops its indexes accordingly. */
  alter(name: string, facts: TableFacts): void
  drop(name: string): void
  /** Puts and removes items, together. */
  write(changes: readonly ItemChange[]): void
  flushed(): Promise<void>
  close(): Promise<void>
}

export type ItemChange = Extract<Change, { kind: 'put' | 'remove' }>

/** Opens the tables of a folder, or new ones that live in memory only. */
export async function openTables(folder?: string): Promise<Tables> {
  const tables = new Map<string, Table>()

  function apply(change: Change): void {
    switch (change.kind) {
      case 'table':
        alterOrCreate(tables, change.facts)
        break
      case 'drop':
        tables.delete(change.table)
        break
      case 'put':
        tables.get(change.table)!.put(change.item)
        break
      case 'remove':
        tables.get(change.table)!.remove(change.key)
    }
  }

  const journal: Journal =
    folder === undefined ? createNoJournal() : await openJournal(folder, apply, () => snapshotOf(tables))
  function make(changes: readonly Change[]): void {
    journal.append(changes)
    for (const change of changes) apply(change)
  }

  const get = (name: string): Table => {
    const table = tables.get(name)
    if (table === undefined) throw notFound()
    return table
  }
  return {
    names: () => [...tables.keys()].sort(),
    has: name => tables.has(name),
    get,
    create(facts) {
      make([{ kind: 'table', facts }])
      return get(facts.name)
    },
    alter: (_name, facts) => make([{ kind: 'table', facts }]),
    drop: name => make([{ kind: 'drop', table: name }]),
    write: changes => make(changes),
    flushed: journal.flushed,
    close: () => journal.close(),
  }
}

function alterOrCreate(tables: Map<string, Table>, facts: TableFacts): void {
  const table = tables.get(facts.name)
  if (table === undefined) {
    tables.set(facts.name, createTable(facts))
    return
  }
  const before = table.facts.indexes
  table.facts = facts
  for (const { name } of before) if (!facts.indexes.some(index => index.name === name)) table.removeIndex(name)
  for (const index of facts.indexes) if (!before.some(({ name }) => name === index.name)) table.addIndex(index)
}

function* snapshotOf(tables: Map<string, Table>): Iterable<Change> {
  for (const [name, table] of tables) {
    yield { kind: 'table', facts: table.facts }
    for (const [, item] of table.items.ascend()) yield { kind: 'put', table: name, item }
  }
}

/** The attributes of an item that are its key. */
export function keyOf(item: Item, { key }: Pick<TableFacts, 'key'>): Item {
  const result: Item = Object.create(null)
  result[key.hash] = item[key.hash]!
  if (key.range !== undefined) result[key.range] = item[key.range]!
  return result
}
