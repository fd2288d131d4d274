import { type KeptRequests, sourceOfKept } from '../files/kept-requests.ts'
import { loadPlugins } from '../files/plugins.ts'
import type { Spec } from '../lib/registry.ts'
import { admissions } from '../policies/admission/index.ts'
import { policies } from '../policies/index.ts'
import { type ContestResult, runContest } from '../sim/contest.ts'

// A worker thread begins with the house's own registries.
await loadPlugins()

/** One cell of a comparison as it is sent to a worker: all threads share the trace. */
export interface CompareTask {
  trace: KeptRequests
  /** Counted requests of the whole trace, of which this one may be a sample. */
  wholeRequests: number
  policy: Spec
  admission: Spec | null
  capacity: number
  ignoreSize: boolean
  seed: number
  warmupRequests: number
  blocks: number
  reportInterval: number
  kernels: WebAssembly.Module | null
  /** How often the cell is run for its time. */
  rounds: number
}

export interface CompareOutcome extends ContestResult {
  elapsedMs: number
}

/** Runs one cell, or several times the same for a better time: the least counts, of this thread's own clock around the whole contest. */
export function runCell({ policy, admission, trace, rounds, ...rest }: CompareTask): CompareOutcome {
  const options = {
    ...rest,
    trace: sourceOfKept(trace),
    policy: policies.choose(policy),
    admission: admission === null ? null : admissions.choose(admission),
  }
  let elapsedMs = Number.POSITIVE_INFINITY
  for (let round = 1; ; round++) {
    const begin = performance.now()
    const result = runContest(options)
    elapsedMs = Math.min(elapsedMs, performance.now() - begin)
    if (round >= rounds) return { ...result, elapsedMs }
  }
}
