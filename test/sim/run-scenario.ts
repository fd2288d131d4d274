import { loadAtlas } from '../../src/files/atlas.ts'
import { parseOverride } from '../../src/scenario/override.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import type { Plan } from '../../src/scenario/plan.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { runPlan } from '../../src/sim/run.ts'
import type { Manifest, RunResult } from '../../src/stats/result.ts'

export const manifest: Manifest = {
  version: 'test',
  command: 'test',
  seed: 1,
  replications: 1,
  scenario: 'test',
  scenarioHash: '',
  traceHash: null,
  node: '',
  os: '',
  cpu: '',
}

/** The plan of a scenario written in a test. */
export function planFrom(text: string, ...sets: string[]): Plan {
  const overrides = sets.map(set => parseOverride(set)!)
  return planOf(readScenario(text, 'test.yaml', overrides), loadAtlas()).plan
}

export function runScenario(text: string, ...sets: string[]): RunResult {
  return runPlan(planFrom(text, ...sets), loadAtlas(), { manifest })
}

export function figure(result: RunResult, id: string): number {
  return result.headline[id]!.value
}
