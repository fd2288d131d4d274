import { formatBytes } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import type { CellEnd, CellPool } from './cell-pool.ts'
import type { CellTask } from './cell-task.ts'
import { type FleetCell, lostRecipe, type Recipe, readFleetCell } from './fleet-cell.ts'
import { createMemoryGate } from './memory-gate.ts'
import type { FleetQueue } from './queue.ts'
import type { TraceStore } from './trace-store.ts'

export interface RunnerOptions {
  queue: FleetQueue
  pool: CellPool
  version: string
  traces: TraceStore
  /** Memory that all cells together may fill. */
  mostBytes: number
  /** Cells in work are given up. */
  stop: AbortSignal
}

/**
 * Makes the function that runs a cell as it lies in the queue. A UserError is this machine's refusal: the cell belongs to another
 * one. Undefined: it was given up.
 */
export function createCellRunner(options: RunnerOptions): (data: unknown) => Promise<CellEnd | UserError | undefined> {
  const { queue, pool, traces, mostBytes, stop } = options
  const gate = createMemoryGate(mostBytes)
  const findRecipe = createRecipeFinder(queue)

  async function run(cell: FleetCell): Promise<CellEnd | undefined> {
    const recipe = await findRecipe(cell.recipe)
    if (recipe === undefined) return { error: lostRecipe }
    const { overrides, precision, needBytes, timeoutMs = Number.POSITIVE_INFINITY } = cell
    const trace = cell.trace && { ...cell.trace, path: await traces.find(cell.trace) }
    const task: CellTask = { ...recipe, overrides, precision, trace }
    const leave = await gate(needBytes)
    try {
      return await pool.run(task, timeoutMs, stop)
    } finally {
      leave()
    }
  }

  return async data => {
    const cell = readFleetCell(data)
    if (cell === undefined) return { error: 'it is no cell of cdnlab' }
    try {
      return refusalOf(cell, options) ?? (await run(cell))
    } catch (error) {
      if (error instanceof UserError) return error
      throw error
    }
  }
}

function refusalOf(cell: FleetCell, { version, mostBytes }: RunnerOptions): UserError | undefined {
  if (cell.version !== version)
    return new UserError({
      message: `the queue holds cells of cdnlab ${cell.version}, and this is ${version}`,
      hint: 'results of different versions are not mixed: install that one, or use another prefix',
    })
  if (cell.needBytes > mostBytes)
    return new UserError({
      message: `the queue holds cells of up to ${formatBytes(cell.needBytes)}, and ${formatBytes(mostBytes)} may be used here`,
      hint: 'give more with --max-memory, or join from a larger machine',
    })
  return undefined
}

/** Recipes by hash. Neighbouring cells mostly have the same one, so the last is kept. */
function createRecipeFinder({ recipes }: FleetQueue): (hash: string) => Promise<Recipe | undefined> {
  let last: { hash: string; recipe: Recipe } | undefined
  return async hash => {
    if (last?.hash === hash) return last.recipe
    const recipe = (await recipes.getJob(hash))?.data
    if (recipe) last = { hash, recipe }
    return recipe
  }
}
