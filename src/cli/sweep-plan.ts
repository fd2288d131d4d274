import { readFileSync, statSync } from 'node:fs'
import { loadAtlas, shippedPrices } from '../files/atlas.ts'
import { hashFile, hashText } from '../files/hash-file.ts'
import { overridesOf, type ScenarioOptions } from '../files/load-plan.ts'
import { readScenarioFile, resolveReference } from '../files/scenario-files.ts'
import { readVersion } from '../files/version.ts'
import { describeMistake, type Mistake, UserError } from '../lib/user-error.ts'
import { seedAxis } from '../report/sweep.ts'
import { type Assignment, type Axis, expandGrid } from '../scenario/grid.ts'
import { canonicalJson, hashPlan } from '../scenario/hash.ts'
import type { Override } from '../scenario/override.ts'
import { readScenario } from '../scenario/parse.ts'
import type { Plan } from '../scenario/plan.ts'
import { planOf } from '../scenario/plan-of.ts'
import { parsePrices } from '../stats/cost-prices.ts'
import type { CellTask, PriceFile, TraceFile, TraceReading } from '../sweep/cell-task.ts'
import type { JournalHead } from '../sweep/journal.ts'
import type { Cell } from '../sweep/local.ts'
import { estimateMemory, estimateTrace } from '../sweep/memory.ts'
import { tracesKept } from '../sweep/shared-traces.ts'

const noSeed: Override = { key: seedAxis, value: '0' }

/** A cell with its place in the grid. */
export interface PlannedCell extends Cell<CellTask> {
  point: Record<string, string>
}

export interface PlannedSweep {
  /** In grid order, each plan once. */
  cells: PlannedCell[]
  /** Points of the grid that mean the same run as one before. */
  repeated: number
  isTraced: boolean
  head: JournalHead
  warnings: readonly Mistake[]
  /** Estimate of the largest cell, without its trace. */
  cellBytes: number
  /** Estimate of the traces that are in memory at once, for all workers. */
  traceBytes: number
}

export interface SweepPlanOptions extends ScenarioOptions {
  /** See `CellTask`. */
  precision?: number | undefined
}

/** Plans every cell of a grid, so that a mistake in the last one is told before the first one runs. Throws UserError with all. */
export async function planSweep(name: string, axes: readonly Axis[], options: SweepPlanOptions): Promise<PlannedSweep> {
  const { precision } = options
  const { text, file, folder } = await readScenarioFile(name)
  const shared = overridesOf(options)
  const version = readVersion()
  const traces = createTraceFinder(folder, options.allowOutside)
  const prices = createPriceFinder(folder, options.allowOutside)
  const planner = createPlanner({ text, file, shared, traces, prices })
  const cells = new Map<string, PlannedCell>()
  const points = expandGrid(axes)
  for (const point of points) {
    const planned = await planner.plan(point)
    if (planned === undefined) continue
    const { seed, planHash, trace, prices: own } = planned
    const key = hashOf([planHash, seed, version, trace?.hash ?? null, precision ?? null])
    if (cells.has(key)) continue
    const task: CellTask = { text, file, overrides: [...shared, ...point], trace, precision, prices: own }
    cells.set(key, {
      cell: cells.size,
      key,
      point: Object.fromEntries(point.map(({ key, value }) => [key, value])),
      task,
    })
  }
  if (planner.mistakes().length > 0) throw new UserError(planner.mistakes())
  const inputs = {
    scenario: hashOf({ ...(readScenario(text, file, shared).value as object), title: '', description: '' }),
    grid: hashOf(axes),
    trace: traces.hashes().join(' ') || 'none',
    precision: String(precision ?? 'none'),
    prices: prices.hashes().join(' ') || 'shipped',
  }
  return {
    cells: [...cells.values()],
    repeated: points.length - cells.size,
    isTraced: inputs.trace !== 'none',
    head: { format: 'cdnlab-journal-1', version, title: planner.title(), inputs, cells: cells.size },
    warnings: planner.warnings(),
    cellBytes: planner.cellBytes(),
    traceBytes: planner.traceBytes(),
  }
}

interface PlannedPoint {
  /** Of the plan with seed 0. */
  planHash: string
  trace: TraceReading | undefined
  prices: PriceFile | undefined
}

interface PlannerInput {
  text: string
  file: string
  shared: readonly Override[]
  traces: ReturnType<typeof createTraceFinder>
  prices: ReturnType<typeof createPriceFinder>
}

/**
 * Plans points of a grid. Points that differ in their seed alone are planned once: a seed says nothing about what a scenario
 * means, and most sweeps have many seeds.
 */
function createPlanner({ text, file, shared, traces, prices }: PlannerInput) {
  const atlas = loadAtlas()
  const mistakes = createNotes()
  const warnings = createNotes()
  const planned = new Map<string, PlannedPoint | undefined>()
  const seeds = new Map<string, number | undefined>()
  let title = ''
  let cellBytes = 0
  /** Of each trace that is read, about the memory that it takes. */
  const readings = new Map<string, number>()

  async function planSeedless(overrides: readonly Override[]): Promise<PlannedPoint | undefined> {
    try {
      const parsed = readScenario(text, file, [...overrides, noSeed])
      const own = await prices.find(parsed.scenario?.cost?.file)
      const book = own === undefined ? shippedPrices(parsed) : parsePrices(own.text, own.file)
      const { plan, warnings: found } = planOf(parsed, atlas, book)
      for (const warning of found) warnings.add(warning)
      title ||= plan.title
      const trace = plan.traffic.kind === 'trace' ? await traceOf(plan, plan.traffic) : undefined
      cellBytes = Math.max(cellBytes, estimateMemory(plan, trace?.bytes ?? 0))
      return { planHash: hashPlan(plan, hashText), trace, prices: own }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      for (const mistake of error.mistakes) mistakes.add(mistake)
      return undefined
    }
  }

  async function traceOf(plan: Plan, traffic: Plan['traffic'] & { kind: 'trace' }): Promise<TraceReading> {
    const found = await traces.find(traffic.file)
    const reading = hashOf([found.hash, traffic, plan.visitors.places])
    readings.set(reading, estimateTrace(plan, found.bytes))
    return { ...found, reading }
  }

  function readSeed(overrides: readonly Override[]): number | undefined {
    const read = readScenario(text, file, overrides)
    for (const mistake of read.mistakes) mistakes.add(mistake)
    return read.scenario?.seed
  }

  return {
    async plan(point: Assignment): Promise<(PlannedPoint & { seed: number }) | undefined> {
      const seedless = point.filter(({ key }) => key !== seedAxis)
      const name = JSON.stringify(seedless)
      if (!planned.has(name)) planned.set(name, await planSeedless([...shared, ...seedless]))
      const seedName = point.find(({ key }) => key === seedAxis)?.value ?? ''
      if (!seeds.has(seedName)) seeds.set(seedName, readSeed([...shared, ...point]))
      const found = planned.get(name)
      const seed = seeds.get(seedName)
      return found && seed !== undefined ? { ...found, seed } : undefined
    },
    mistakes: mistakes.all,
    warnings: warnings.all,
    title: () => title,
    cellBytes: () => cellBytes,
    traceBytes: () =>
      [...readings.values()]
        .sort((a, b) => b - a)
        .slice(0, tracesKept)
        .reduce((sum, bytes) => sum + bytes, 0),
  }
}

function hashOf(value: unknown): string {
  return hashText(canonicalJson(value))
}

/** Mistakes or warnings, each once: most of them come with every cell. */
function createNotes(): { add(note: Mistake): void; all(): Mistake[] } {
  const notes = new Map<string, Mistake>()
  return { add: note => void notes.set(describeMistake(note), note), all: () => [...notes.values()] }
}

/** Looks up and hashes each trace once, however many cells replay it. */
function createTraceFinder(folder: string, allowOutside: boolean | undefined) {
  const found = new Map<string, TraceFile>()
  return {
    async find(name: string): Promise<TraceFile> {
      const known = found.get(name)
      if (known) return known
      const path = await resolveReference(folder, name, allowOutside)
      const trace = { path, hash: await hashFile(path), bytes: statSync(path).size }
      found.set(name, trace)
      return trace
    },
    hashes: (): string[] => [...found.values()].map(({ hash }) => hash),
  }
}

/** Reads each price file once. */
function createPriceFinder(folder: string, allowOutside: boolean | undefined) {
  const found = new Map<string, PriceFile>()
  return {
    async find(name: string | undefined): Promise<PriceFile | undefined> {
      if (name === undefined) return undefined
      const known = found.get(name)
      if (known) return known
      const path = await resolveReference(folder, name, allowOutside)
      const prices = { file: path, text: readFileSync(path, 'utf8') }
      found.set(name, prices)
      return prices
    },
    hashes: (): string[] => [...found.values()].map(({ text }) => hashText(text)),
  }
}
