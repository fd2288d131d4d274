import { hashText } from '../files/hash-file.ts'
import type { Override } from '../scenario/override.ts'
import type { CellTask, PriceFile, TraceReading } from './cell-task.ts'

/** The part of a task that all cells of a sweep share: it lies in the queue once, under its hash. */
export interface Recipe {
  text: string
  file: string
  prices?: PriceFile | undefined
}

/** A cell as it lies in the queue. Its job's id is the cell's key, so that the same cell is never there twice. */
export interface FleetCell {
  /** Of the program that planned it: another version may come to other results. */
  version: string
  /** Hash of its recipe. */
  recipe: string
  overrides: Override[]
  trace?: TraceReading
  precision?: number
  /** Left out: no limit. */
  timeoutMs?: number
  /** Estimate of the memory that it fills. */
  needBytes: number
}

/** What a worker answers of a cell whose recipe it did not find: the submitter puts both into the queue again. */
export const lostRecipe = 'its scenario is no longer in the queue'

/** Content address of a recipe: SHA-256 in hex. */
export function hashRecipe({ text, file, prices }: Recipe): string {
  return hashText(JSON.stringify([text, file, prices ?? null]))
}

export interface FleetTerms {
  version: string
  timeoutMs: number
  needBytes: number
}

/** A task as it goes into the queue, without its recipe. */
export function fleetCellOf(task: CellTask, { version, timeoutMs, needBytes }: FleetTerms): FleetCell {
  const { overrides, trace, precision } = task
  return {
    version,
    recipe: hashRecipe(task),
    overrides,
    needBytes,
    ...(trace === undefined ? {} : { trace }),
    ...(precision === undefined ? {} : { precision }),
    ...(Number.isFinite(timeoutMs) ? { timeoutMs } : {}),
  }
}

/** A cell out of a queue, or undefined where it is none: others can write into the same server. */
export function readFleetCell(data: unknown): FleetCell | undefined {
  const { version, recipe, overrides, trace, needBytes } = (data ?? {}) as Partial<FleetCell>
  const isText = (...texts: unknown[]): boolean => texts.every(text => typeof text === 'string')
  if (!isText(version, recipe) || typeof needBytes !== 'number' || !Array.isArray(overrides)) return undefined
  if (!overrides.every(override => isText(override?.key, override?.value))) return undefined
  if (
    trace !== undefined &&
    !(isText(trace.path, trace.reading) && /^[0-9a-f]{64}$/.test(trace.hash) && trace.bytes >= 0)
  )
    return undefined
  return data as FleetCell
}
