import type { Atlas } from '../geo/atlas.ts'
import { UserError } from '../lib/user-error.ts'
import { hashPlan } from '../scenario/hash.ts'
import { readScenario } from '../scenario/parse.ts'
import type { Plan } from '../scenario/plan.ts'
import { planOf } from '../scenario/plan-of.ts'
import { runPlan } from '../sim/run.ts'
import type { Manifest, RunResult } from '../stats/result.ts'
import { thinPlan } from './thin.ts'

/** The name of the page's scenario in messages. */
export const scenarioFile = 'scenario.yaml'

/** The plan of a scenario's text. Throws UserError with every mistake. */
export function planText(text: string, atlas: Atlas): Plan {
  const { plan } = planOf(readScenario(text, scenarioFile), atlas)
  if (plan.traffic.kind === 'trace')
    throw new UserError({ message: 'this page makes its requests itself', hint: 'cdnlab run replays traces' })
  return plan
}

/** What a run in the page says: the result, and what was sampled ('' for an exact run). */
export interface LabRun {
  result: RunResult
  sampled: string
}

/** Runs a scenario's text as `cdnlab run` does. `quick` runs a sample of it; see `thin`. */
export function runText(text: string, atlas: Atlas, quick: boolean, version = ''): LabRun {
  const plan = planText(text, atlas)
  const { plan: thin, says } = quick ? thinPlan(plan) : { plan, says: '' }
  return { result: runPlan(thin, atlas, { manifest: manifestOf(plan, version) }), sampled: says }
}

/** One line of a race: the same requests with another policy. */
export interface RaceLine {
  policy: string
  hitRatio: number
  byteHitRatio: number
  p95Ms: number
  originRequests: number
  series: number[]
}

/** Runs a scenario with another policy at each edge that has no room of its own to choose. Throws UserError. */
export function raceOne(text: string, atlas: Atlas, policy: string): RaceLine {
  const whole = planText(text, atlas)
  const plan = thinPlan({ ...whole, thresholds: [], warmup: { kind: 'none' } }).plan
  const pops = plan.pops.map(pop => (pop.isEdge ? { ...pop, policy } : pop))
  const { headline, series } = runPlan({ ...plan, pops }, atlas, { manifest: manifestOf(plan, '') })
  return {
    policy,
    hitRatio: headline.hit_ratio!.value,
    byteHitRatio: headline.byte_hit_ratio!.value,
    p95Ms: headline.p95_ms!.value,
    originRequests: headline.origin_requests!.value,
    series: series.hitRatio,
  }
}

function manifestOf(plan: Plan, version: string): Manifest {
  return {
    version,
    command: 'cdnlab lab',
    seed: plan.seed,
    replications: plan.replications,
    scenario: scenarioFile,
    scenarioHash: hashPlan(plan),
    traceHash: null,
    node: 'browser',
    os: '',
    cpu: '',
  }
}
