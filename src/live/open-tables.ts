import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { TablePlan } from '../backend/plans.ts'
import { createQuantileFunction } from '../backend/quantiles.ts'
import type { Ms } from '../lib/clock.ts'
import { createRandom } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import { TableFailure } from '../services/table/failure.ts'
import { runOperation } from '../services/table/operations.ts'
import type { TableFacts } from '../services/table/table-schema.ts'
import { openTables, type Tables } from '../services/table/tables.ts'
import { createRequestTokens } from '../services/table/transact-operations.ts'
import type { DataFolder } from './data-folder.ts'

export interface OpenedTables {
  tables: Tables
  /** Items that each table began with. */
  filled: Record<string, number>
}

export interface TablesToOpen {
  pathOf(reference: string): string
  now(): Ms
  /** Where they are kept; in memory when undefined. */
  data?: DataFolder | undefined
}

/**
 * Makes the tables of a scenario with the items of their files; what a data folder keeps of them is left as it is. Throws UserError for a
 * file that holds no items, and for a kept table with another key.
 */
export async function openPlannedTables(
  plans: readonly TablePlan[],
  { pathOf, now, data }: TablesToOpen,
): Promise<OpenedTables> {
  const tables = await openTables(data?.tables)
  const filled: Record<string, number> = {}
  try {
    for (const plan of plans) {
      const { name, from } = plan
      if (plan.endpoint !== '') continue
      const isThere = tables.has(name)
      if (isThere) checkKey(tables.get(name).facts, plan)
      else tables.create(factsOf(plan, now()))
      if (from !== '' && !(isThere && data?.isFilled(`table ${name}`))) {
        await fill(tables, plan, pathOf(from), now())
        await tables.flushed()
        data?.noteFilled(`table ${name}`)
      }
      filled[name] = tables.get(name).items.size
    }
  } catch (error) {
    await tables.close()
    throw error
  }
  return { tables, filled }
}

function checkKey({ name, key }: TableFacts, { partitionKey, sortKey }: TablePlan): void {
  if (key.hash === partitionKey.name && key.range === sortKey?.name) return
  throw new UserError({
    message: `table "${name}": the data folder keeps it with the key ${[key.hash, key.range].filter(Boolean).join(', ')}`,
    hint: 'a data folder belongs to one scenario: choose another one',
  })
}

function factsOf({ name, partitionKey, sortKey, capacity }: TablePlan, createdMs: Ms): Parameters<Tables['create']>[0] {
  const keys = sortKey === null ? [partitionKey] : [partitionKey, sortKey]
  return {
    name,
    id: randomUUID(),
    createdMs,
    key: { hash: partitionKey.name, range: sortKey?.name },
    types: Object.fromEntries(keys.map(({ name: attribute, type }) => [attribute, type])),
    billing: capacity.mode === 'provisioned' ? 'PROVISIONED' : 'PAY_PER_REQUEST',
    throughput: {
      ReadCapacityUnits: capacity.mode === 'provisioned' ? capacity.readUnitsPerSecond : 0,
      WriteCapacityUnits: capacity.mode === 'provisioned' ? capacity.writeUnitsPerSecond : 0,
    },
    indexes: [],
    tags: {},
    isProtected: false,
  }
}

async function fill(tables: Tables, { name, from }: TablePlan, path: string, now: Ms): Promise<void> {
  const refuse = (why: string): UserError =>
    new UserError({ message: `items of the table "${name}": ${why}`, at: { file: from } })
  let items: unknown
  try {
    items = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw refuse((error as Error).message)
  }
  if (!Array.isArray(items)) throw refuse('the file holds no JSON list')
  const request = { tables, now, allow: () => undefined, meter: () => undefined }
  const tokens = createRequestTokens()
  for (const [row, item] of items.entries()) {
    if (typeof item !== 'object' || item === null) throw refuse(`entry ${row} is no map of attributes`)
    try {
      runOperation('PutItem', { TableName: name, Item: attributesOf(item) }, request, tokens)
    } catch (error) {
      if (!(error instanceof TableFailure)) throw error
      throw refuse(`entry ${row}: ${error.message}`)
    }
  }
}

/** Plain JSON as attributes of a table: texts S, numbers N, lists L, maps M. */
function attributesOf(map: object): Record<string, object> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, attributeOf(value)]))
}

function attributeOf(value: unknown): object {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (value === null || value === undefined) return { NULL: true }
  return Array.isArray(value) ? { L: value.map(attributeOf) } : { M: attributesOf(value) }
}

/** The time that a real table would need for an operation; tables of one scenario are taken as alike. */
export function answerTimes(plans: readonly TablePlan[], seed: number, timeScale: number): (operation: string) => Ms {
  const [plan] = plans
  if (plan === undefined || timeScale === 0) return () => 0
  const readMs = createQuantileFunction(plan.readMs)
  const writeMs = createQuantileFunction(plan.writeMs)
  const random = createRandom(seed, 'table times')
  return operation =>
    timeScale * (/^(?:Get|BatchGet|Query|Scan|TransactGet)/.test(operation) ? readMs : writeMs)(random.unit())
}
