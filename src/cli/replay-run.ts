import { stringify } from 'yaml'
import { pricesOf } from '../files/load-plan.ts'
import { createManifest } from '../files/manifest.ts'
import { createSpillingStore } from '../files/spill.ts'
import { printWarnings } from '../files/warnings.ts'
import type { Atlas } from '../geo/atlas.ts'
import { UserError } from '../lib/user-error.ts'
import type { Override } from '../scenario/override.ts'
import { readScenario } from '../scenario/parse.ts'
import type { Plan } from '../scenario/plan.ts'
import { planOf } from '../scenario/plan-of.ts'
import { type Comparison, compareVerdicts, createFates } from '../sim/replay-compare.ts'
import { replaySource } from '../sim/replay-source.ts'
import { runPlan } from '../sim/run.ts'
import type { Watch } from '../sim/simulate.ts'
import type { RunResult } from '../stats/result.ts'
import type { LoadedLogs } from './replay-load.ts'
import type { ReplayScenario } from './replay-scenario.ts'

const scenarioName = 'replay.yaml'

export interface ReplayRun {
  logs: LoadedLogs
  built: ReplayScenario
  overrides: readonly Override[]
  atlas: Atlas
}

export interface Ran {
  plan: Plan
  result: RunResult
  /** The scenario with what was changed. */
  text: string
}

/** Runs the scenario of the logs as `cdnlab run` runs one: the same reader, plan and engine, with the requests in memory. */
export async function runReplay({ logs, built, overrides, atlas }: ReplayRun, watch?: Watch): Promise<Ran> {
  const parsed = readScenario(built.text, scenarioName, overrides)
  const { plan, warnings } = planOf(parsed, atlas, await pricesOf(parsed, '.'))
  printWarnings(warnings)
  const trace = replaySource(logs.record, built, plan.visitors.places, createSpillingStore())
  if (trace.requests !== logs.record.count) throw new UserError('the scenario of these logs must keep all requests')
  const manifest = await createManifest(plan, scenarioName, undefined)
  const result = runPlan(plan, atlas, { manifest, trace, ...(watch ? { watch } : {}) })
  return { plan, result, text: stringify(parsed.value, { lineWidth: 0 }) }
}

/** The same, and what its verdicts are beside those of the logs. */
export async function runAndCompare(input: ReplayRun): Promise<{ ran: Ran; comparison: Comparison }> {
  const { record } = input.logs
  const fates = createFates(record.count)
  const ran = await runReplay(input, fates.watch)
  const edges = ran.plan.pops.filter(({ isEdge }) => isEdge).map(({ id }) => id)
  return { ran, comparison: compareVerdicts(record, fates, edges, ran.result.warmup.requests) }
}
