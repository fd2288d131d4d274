import type { Spec } from '../lib/registry.ts'
import { admissions } from '../policies/admission/index.ts'
import { policies } from '../policies/index.ts'
import { type ContestResult, runContest } from '../sim/contest.ts'
import type { Trace } from '../traffic/trace.ts'
import { loadPlugins } from './plugins.ts'

// A worker thread begins with the house's own registries.
await loadPlugins()

/** One cell of a comparison as it is sent to a worker: the trace's columns lie in shared memory. */
export interface CompareTask {
  trace: Trace
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
}

export interface CompareOutcome extends ContestResult {
  elapsedMs: number
}

/** A run shorter than this is mostly the compiler's warming up and other people's work: it is timed again. */
const shortMs = 300
const mostRuns = 3

/** Runs one cell. The time is the worker's own clock around the whole contest; of short runs the least of three counts. */
export function runCell(task: CompareTask): CompareOutcome {
  const { policy, admission, wholeRequests: _, ...rest } = task
  const options = {
    ...rest,
    policy: policies.choose(policy),
    admission: admission === null ? null : admissions.choose(admission),
  }
  let elapsedMs = Number.POSITIVE_INFINITY
  for (let run = 1; ; run++) {
    const begin = performance.now()
    const result = runContest(options)
    elapsedMs = Math.min(elapsedMs, performance.now() - begin)
    if (elapsedMs >= shortMs || run === mostRuns) return { ...result, elapsedMs }
  }
}
