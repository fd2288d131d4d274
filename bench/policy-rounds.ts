// A worker: measures the engines of one policy, and what they compete with, in an isolate of its own, so that no other policy has
// spoilt the compiler's knowledge of types. Rounds alternate A B A B; the first is not counted.
import { parentPort, workerData } from 'node:worker_threads'
import { loadKernels } from '#cdnlab/files/kernels.js'
import { policies } from '#cdnlab/policies/index.js'
import { runContest } from '#cdnlab/sim/contest.js'
import { sourceOf } from '#cdnlab/traffic/request-source.js'
import type { Trace } from '#cdnlab/traffic/trace.js'
import { runCachesim } from './cachesim.ts'
import { median } from './measure.ts'
import { npmCaches } from './npm-caches.ts'

/** What a worker measures: one policy in one cache. */
export interface PolicyJob {
  trace: Trace
  policy: string
  /** Objects that the cache holds; all count 1. */
  capacity: number
  rounds: number
  /** With the caches of npm, which are LRU. */
  withNpm: boolean
  /** The program, its name for the policy and a trace file, or null. */
  cachesim: { program: string; policy: string; file: string } | null
}

/** One row of the answer: medians over the rounds. */
export interface PolicyRow {
  name: string
  cpuS: number
  /** CPU seconds of the whole process, for what runs in one of its own. */
  processS: number
  missRatio: number
}

interface Contestant {
  name: string
  run(): { missRatio: number; cpuS?: number; processS?: number }
}

function contestantsOf({ trace, policy, capacity, withNpm, cachesim }: PolicyJob): Contestant[] {
  const kernels = loadKernels() ?? null
  const choice = policies.choose(policy)
  const contest = {
    trace: sourceOf(trace),
    policy: choice,
    admission: null,
    capacity,
    ignoreSize: true,
    seed: 1,
    warmupRequests: 0,
    blocks: 1,
  }
  const kernel: Contestant = {
    name: 'kernel',
    run() {
      const { engine, misses } = runContest({ ...contest, kernels })
      return { missRatio: engine === 'kernel' ? misses / trace.count : Number.NaN }
    },
  }
  const plain: Contestant = {
    name: 'plain',
    run: () => ({ missRatio: runContest({ ...contest, kernels: null }).misses / trace.count }),
  }
  const contestants = Number.isNaN(kernel.run().missRatio) ? [plain] : [kernel, plain]
  if (withNpm)
    for (const [name, run] of Object.entries(npmCaches))
      contestants.push({ name, run: () => ({ missRatio: run(trace.ids, capacity) / trace.count }) })
  if (cachesim !== null)
    contestants.push({
      name: 'cachesim',
      run() {
        const { missRatio, loopS, processS } = runCachesim(
          cachesim.program,
          cachesim.file,
          cachesim.policy,
          capacity,
          trace.count,
        )
        return { missRatio, cpuS: loopS, processS }
      },
    })
  return contestants
}

function measureRounds(job: PolicyJob): PolicyRow[] {
  const contestants = contestantsOf(job)
  const times = contestants.map((): number[] => [])
  const processTimes = contestants.map((): number[] => [])
  const missRatios = contestants.map(() => Number.NaN)
  for (let round = 0; round <= job.rounds; round++)
    for (const [index, contestant] of contestants.entries()) {
      const before = process.cpuUsage()
      const { missRatio, cpuS, processS } = contestant.run()
      const { user, system } = process.cpuUsage(before)
      missRatios[index] = missRatio
      if (round === 0) continue
      times[index]!.push(cpuS ?? (user + system) / 1e6)
      processTimes[index]!.push(processS ?? Number.NaN)
    }
  return contestants.map(({ name }, index) => ({
    name,
    cpuS: median(times[index]!),
    processS: median(processTimes[index]!),
    missRatio: missRatios[index]!,
  }))
}

parentPort?.postMessage(measureRounds(workerData as PolicyJob))
