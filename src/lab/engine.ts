import type { Atlas } from '../geo/atlas.ts'
import { createGeometry, type Geometry, geometryKey } from '../scenario/geometry.ts'
import { hashPlan } from '../scenario/hash.ts'
import { readScenario } from '../scenario/parse.ts'
import type { Plan } from '../scenario/plan.ts'
import { planOf } from '../scenario/plan-of.ts'
import { runPlan } from '../sim/run.ts'
import type { Manifest, RunResult } from '../stats/result.ts'
import { createTraceReader, type ReadTrace } from './own-trace.ts'
import { createRememberedPairs } from './remembered-pairs.ts'
import { thinPlan } from './thin.ts'

/** What the engine of the page works with: what is known of the world, the program's version, the trace that is open. */
export interface Bench {
  atlas: Atlas
  version: string
  readTrace: ReadTrace
  /** Compiled kernels; the results are the same without. */
  kernels: WebAssembly.Module | null
  /** The geometry of a plan; the last one is kept, because most changes leave distances as they are. */
  geometryOf(plan: Plan): Geometry
}

/** A bench without a trace. */
export function createBench(atlas: Atlas, version = '', kernels: WebAssembly.Module | null = null): Bench {
  return { atlas, version, kernels, readTrace: createTraceReader(null), geometryOf: createGeometryKeeper(atlas) }
}

/** The name of the page's scenario in messages. */
export const scenarioFile = 'scenario.yaml'

function createGeometryKeeper(atlas: Atlas): (plan: Plan) => Geometry {
  const pairs = createRememberedPairs(atlas)
  let kept: { key: string; geometry: Geometry } | null = null
  return plan => {
    const key = geometryKey(plan)
    if (kept?.key !== key) kept = { key, geometry: createGeometry(plan, atlas, pairs) }
    return kept.geometry
  }
}

/** The plan of a scenario's text. Throws UserError with every mistake. */
export function planText(text: string, atlas: Atlas): Plan {
  return planOf(readScenario(text, scenarioFile), atlas).plan
}

/** What a run in the page says: the result, and what was sampled ('' for an exact run). */
export interface LabRun {
  result: RunResult
  sampled: string
}

/**
 * Runs a plan as `cdnlab run` does. `quick` runs a sample of it, see `thin`, and leaves the kernels out: a sample is too small to
 * make up for the memory that they begin with.
 */
export function runInLab(plan: Plan, bench: Bench, quick: boolean): LabRun {
  const { atlas, version, readTrace, geometryOf, kernels } = bench
  const { plan: thin, says } = quick ? thinPlan(plan) : { plan, says: '' }
  return {
    result: runPlan(thin, atlas, {
      manifest: manifestOf(plan, version, !quick),
      trace: readTrace(plan),
      geometry: geometryOf(thin),
      kernels: quick ? null : kernels,
    }),
    sampled: says,
  }
}

/** One line of a race: the same requests with another policy. */
export interface RaceLine {
  policy: string
  hitRatio: number
  byteHitRatio: number
  p95Ms: number
  originRequests: number
  /** Hit ratio in equal steps of the run. */
  series: number[]
  stepMs: number
}

/** Runs a scenario with another policy at each edge that has no room of its own to choose. Throws UserError. */
export function raceOne(text: string, { atlas, version, readTrace, geometryOf }: Bench, policy: string): RaceLine {
  const whole = planText(text, atlas)
  const plan = thinPlan({ ...whole, thresholds: [], warmup: { kind: 'none' } }).plan
  const pops = plan.pops.map(pop => (pop.isEdge ? { ...pop, policy } : pop))
  const { headline, series } = runPlan({ ...plan, pops }, atlas, {
    manifest: manifestOf(plan, version, false),
    trace: readTrace(plan),
    geometry: geometryOf(plan),
  })
  return {
    policy,
    hitRatio: headline.hit_ratio!.value,
    byteHitRatio: headline.byte_hit_ratio!.value,
    p95Ms: headline.p95_ms!.value,
    originRequests: headline.origin_requests!.value,
    series: series.hitRatio,
    stepMs: series.stepMs,
  }
}

/** A fingerprint of the plan costs as much as a small run: only exact ones have it. */
function manifestOf(plan: Plan, version: string, isExact: boolean): Manifest {
  return {
    version,
    command: 'cdnlab lab',
    seed: plan.seed,
    replications: plan.replications,
    scenario: scenarioFile,
    scenarioHash: isExact ? hashPlan(plan) : '',
    traceHash: null,
    node: 'browser',
    os: '',
    cpu: '',
  }
}
