import { type KeptRequests, sourceOfKept } from '../files/kept-requests.ts'
import { createKernelMemory } from '../kernels/memory.ts'
import type { Spec } from '../lib/registry.ts'
import { admissions } from '../policies/admission/index.ts'
import { policies } from '../policies/index.ts'
import { type ContestResult, type ContestSettings, runContest } from '../sim/contest.ts'

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

/** The contest of a cell. */
export function contestOf({
  policy,
  admission,
  trace: _trace,
  rounds: _rounds,
  ...rest
}: CompareTask): ContestSettings {
  return {
    ...rest,
    policy: policies.choose(policy),
    admission: admission === null ? null : admissions.choose(admission),
  }
}

/** What the cells of a thread, and the reading of traces before them, have for their kernels one after the other. */
export const kernelMemory = createKernelMemory()

/** Runs one cell, or several times the same for a better time: the least counts, of this thread's own clock around the whole contest. */
export function runCell(task: CompareTask): CompareOutcome {
  const options = { ...contestOf(task), trace: sourceOfKept(task.trace), memory: kernelMemory }
  let leastNs: bigint | undefined
  for (let round = 1; ; round++) {
    const begin = process.hrtime.bigint()
    const result = runContest(options)
    const ns = process.hrtime.bigint() - begin
    if (leastNs === undefined || ns < leastNs) leastNs = ns
    if (round >= task.rounds) return { ...result, elapsedMs: Number(leastNs) / 1e6 }
  }
}
