import { loadAtlas } from '../files/atlas.ts'
import { loadKernels } from '../files/kernels.ts'
import { loadPlugins } from '../files/plugins.ts'
import { openTraceSource, sourceOf } from '../files/trace-source.ts'
import type { Atlas } from '../geo/atlas.ts'
import type { CellOutcome } from '../report/sweep.ts'
import { createGeometry, type Geometry, geometryKey } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { runPlan } from '../sim/run.ts'
import type { Manifest, RunResult } from '../stats/result.ts'
import { planOfCell } from '../sweep/cell-plan.ts'
import type { CellTask } from '../sweep/cell-task.ts'

/** No part of an outcome comes from here: a cell says nothing of the machine or the moment. */
const noManifest: Manifest = {
  version: '',
  command: '',
  seed: 0,
  replications: 0,
  scenario: '',
  scenarioHash: '',
  traceHash: null,
  node: '',
  os: '',
  cpu: '',
}

const kernels = loadKernels() ?? null

/** Runs one cell. Throws UserError where the plan asks for what cannot be. */
export async function runCell(task: CellTask): Promise<CellOutcome> {
  // A thread begins with the house's own registries.
  await loadPlugins()
  const { trace, precision } = task
  const atlas = loadAtlas()
  const plan = planOfCell(task)
  const shared = task.shared && sourceOf(task.shared)
  const source = shared ?? (trace === undefined ? null : await openTraceSource(plan, trace.path))
  const run = (replications: number): RunResult =>
    runPlan({ ...plan, replications }, atlas, {
      manifest: noManifest,
      trace: source,
      geometry: geometryOf(plan, atlas),
      kernels,
    })
  return outcomeOf(
    precision === undefined || source ? run(plan.replications) : runUntil(precision, plan.replications, run),
  )
}

const fewestReplications = 5
const mostReplications = 200

/** Runs more and more replications, as many as the width so far says are needed, until the hit ratio is known so well. */
function runUntil(precision: number, atLeast: number, run: (replications: number) => RunResult): RunResult {
  for (let count = Math.max(fewestReplications, atLeast); ; ) {
    const result = run(count)
    const halfWidth = result.headline.hit_ratio?.halfWidth ?? 0
    // No width, or none that can be a number: more runs would say no more.
    if (!(halfWidth > precision)) return result
    if (count >= mostReplications) {
      const note = `${count} replications did not bring the hit ratio to the precision that was asked for.`
      return { ...result, notes: [...result.notes, note] }
    }
    const needed = Math.ceil(count * (halfWidth / precision) ** 2)
    count = Math.min(mostReplications, Math.max(count + 1, Math.min(needed, 4 * count)))
  }
}

function outcomeOf({ headline, thresholds, notes }: RunResult): CellOutcome {
  const metrics: CellOutcome['metrics'] = {}
  const halfWidths: CellOutcome['halfWidths'] = {}
  for (const [id, { value, halfWidth }] of Object.entries(headline)) {
    metrics[id] = finiteOrNull(value)
    if (halfWidth !== null && Number.isFinite(halfWidth)) halfWidths[id] = halfWidth
  }
  return {
    metrics,
    halfWidths,
    thresholds: thresholds.map(({ text, value, passed }) => ({ text, value: finiteOrNull(value), passed })),
    notes,
  }
}

/** JSON knows no NaN; a value must be the same before and after it lay in a journal. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

let lastGeometry: { key: string; geometry: Geometry } | undefined

/** The geometry of a plan. Neighbouring cells mostly have the same one, so the last is kept. */
function geometryOf(plan: Plan, atlas: Atlas): Geometry {
  const key = geometryKey(plan)
  if (lastGeometry?.key !== key) lastGeometry = { key, geometry: createGeometry(plan, atlas) }
  return lastGeometry.geometry
}
