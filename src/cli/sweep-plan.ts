import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { describeMistake, type Mistake, UserError } from '../lib/user-error.ts'
import { type Axis, expandGrid } from '../scenario/grid.ts'
import { canonicalJson, hashPlan } from '../scenario/hash.ts'
import type { Override } from '../scenario/override.ts'
import { readScenario } from '../scenario/parse.ts'
import { planOf } from '../scenario/plan-of.ts'
import type { JournalHead } from '../sweep/journal.ts'
import type { Cell } from '../sweep/local.ts'
import { estimateMemory } from '../sweep/memory.ts'
import { loadAtlas } from './atlas.ts'
import { overridesOf, type ScenarioOptions } from './load-plan.ts'
import { hashFile } from './manifest.ts'
import { readScenarioFile, resolveReference } from './scenario-files.ts'
import type { CellTask } from './sweep-worker.ts'
import { readVersion } from './version.ts'

/** A cell with its place in the grid. */
export interface PlannedCell extends Cell {
  point: Record<string, string>
  task: CellTask
}

export interface PlannedSweep {
  title: string
  /** In grid order, each plan once. */
  cells: PlannedCell[]
  /** Points of the grid that mean the same run as one before. */
  repeated: number
  isTraced: boolean
  head: JournalHead
  warnings: readonly Mistake[]
  /** Estimate of the largest cell. */
  cellBytes: number
}

/** Plans every cell of a grid, so that a mistake in the last one is told before the first one runs. Throws UserError with all. */
export async function planSweep(name: string, axes: readonly Axis[], options: ScenarioOptions): Promise<PlannedSweep> {
  const { text, file, folder } = await readScenarioFile(name)
  const shared = overridesOf(options)
  const atlas = loadAtlas()
  const version = readVersion()
  const traces = createTraceFinder(folder, options.allowOutside)
  const mistakes = createNotes()
  const warnings = createNotes()
  const cells = new Map<string, PlannedCell>()
  let points = 0
  let title = ''
  let cellBytes = 0
  for (const point of expandGrid(axes)) {
    points++
    const overrides: Override[] = [...shared, ...point]
    try {
      const planned = planOf(readScenario(text, file, overrides), atlas)
      const { plan } = planned
      for (const warning of planned.warnings) warnings.add(warning)
      const trace = plan.traffic.kind === 'trace' ? await traces.find(plan.traffic.file) : undefined
      const key = createHash('sha256')
        .update(`${hashPlan(plan)} ${version} ${trace?.hash ?? '-'}`)
        .digest('hex')
      title ||= plan.title
      if (cells.has(key)) continue
      cellBytes = Math.max(cellBytes, estimateMemory(plan, trace?.bytes ?? 0))
      const task: CellTask = { text, file, overrides, tracePath: trace?.path }
      cells.set(key, { cell: cells.size, key, point: Object.fromEntries(point.map(p => [p.key, p.value])), task })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      for (const mistake of error.mistakes) mistakes.add(mistake)
    }
  }
  if (mistakes.all().length > 0) throw new UserError(mistakes.all())
  const inputs = {
    scenario: hashOf({ ...(readScenario(text, file, shared).value as object), title: '', description: '' }),
    grid: JSON.stringify(axes.map(({ key, values }) => `${key}=${values.join(',')}`)),
    trace: traces.hashes().join(' ') || 'none',
  }
  return {
    title,
    cells: [...cells.values()],
    repeated: points - cells.size,
    isTraced: inputs.trace !== 'none',
    head: { format: 'cdnlab-journal-1', version, inputs, cells: cells.size },
    warnings: warnings.all(),
    cellBytes,
  }
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

/** Mistakes or warnings, each once: most of them come with every cell. */
function createNotes(): { add(note: Mistake): void; all(): Mistake[] } {
  const notes = new Map<string, Mistake>()
  return { add: note => void notes.set(describeMistake(note), note), all: () => [...notes.values()] }
}

interface FoundTrace {
  path: string
  hash: string
  bytes: number
}

/** Looks up and hashes each trace once, however many cells replay it. */
function createTraceFinder(folder: string, allowOutside: boolean | undefined) {
  const found = new Map<string, FoundTrace>()
  return {
    async find(name: string): Promise<FoundTrace> {
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
