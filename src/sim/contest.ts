import type { AdmissionDefinition } from '../cache/admission.ts'
import { Cache } from '../cache/cache.ts'
import type { PolicyDefinition } from '../cache/policy.ts'
import { Verdict } from '../cache/verdict.ts'
import { planKernel } from '../kernels/catalog.ts'
import { createKernelRun, fitsKernel } from '../kernels/kernel-run.ts'
import type { KernelMemory } from '../kernels/memory.ts'
import { createRandom } from '../lib/random.ts'
import type { Choice } from '../lib/registry.ts'
import { blockRows, type RequestSource, type TraceSummary } from '../traffic/request-source.ts'
import { never, nextUses } from './next-use.ts'

export interface ContestSettings {
  policy: Choice<PolicyDefinition>
  admission: Choice<AdmissionDefinition> | null
  /** Bytes, or objects where sizes are ignored: a whole number. */
  capacity: number
  ignoreSize: boolean
  seed: number
  /** Requests at the beginning that fill the cache and are not counted. */
  warmupRequests: number
  /** Equal stretches of the counted part, each with its own misses: for intervals and curves over time. */
  blocks: number
  /** Requests between two points of a curve over time; 0, or left out, for none. */
  reportInterval?: number
  /** Compiled kernels; without them, or where a policy has none, the readable policy runs. Both count alike. */
  kernels: WebAssembly.Module | null
  /** Memory of the kernel, which others may have when the contest is over. */
  memory?: KernelMemory
}

export interface ContestOptions extends ContestSettings {
  trace: RequestSource
}

export interface FedContestOptions extends ContestSettings {
  /** Requests that will be fed. */
  count: number
  /** Ids are below it; it may be more than there are objects, which costs addresses and no memory. */
  mostObjects: number
}

/** A contest whose requests come piece by piece. */
export interface Contest {
  /** Asks for the next requests of the trace; `nextUses` is read where the policy knows the future, `bytes` where sizes count. */
  feed(ids: Int32Array, bytes: Uint32Array | null, nextUses: Uint32Array | null): void
  /** What came of it when all were fed: the trace had so many objects and bytes. */
  result(trace: Pick<TraceSummary, 'objects' | 'requestedBytes'>): ContestResult
}

export interface ContestResult {
  requests: number
  misses: number
  requestedBytes: number
  missedBytes: number
  metadataBytes: number
  engine: 'kernel' | 'plain'
  /** Requests and misses of each block. */
  blocks: Stretch[]
  /** The same of each interval of a curve over time, the last one perhaps shorter. */
  series: Stretch[]
}

export interface Stretch {
  requests: number
  misses: number
}

/** Whoever counts a stretch of requests at a time. */
interface Runner {
  readonly misses: number
  readonly missedBytes: number
  /** Bytes of bookkeeping for a trace of so many objects. */
  metadataBytes(objects: number): number
  /** Asks for some rows; `nextUses` is given where the policy knows the future. Without `bytes` every object counts 1. */
  feed(ids: Int32Array, bytes: Uint32Array | null, nextUses: Uint32Array | null, from: number, to: number): void
}

/** Runs one policy over one trace in one cache: on a miss the object is stored at once, by the accounting that all policies share. */
export function runContest({ trace, ...settings }: ContestOptions): ContestResult {
  const contest = createContest({ ...settings, count: trace.count, mostObjects: trace.objects })
  const future = settings.policy.definition.needsFuture ? futureOf(trace) : null
  for (let index = 0; index < trace.blocks; index++) {
    const { ids, bytes } = trace.block(index)
    contest.feed(ids, bytes, future?.(index) ?? null)
  }
  return contest.result(trace)
}

/** Begins the same for requests that are given as they are read. */
export function createContest(options: FedContestOptions): Contest {
  const { count, warmupRequests, blocks: blockCount, reportInterval = 0, ignoreSize } = options
  const { runner, engine } = createRunner(options)
  const warmup = Math.min(warmupRequests, count)
  const counted = count - warmup
  const intervals = reportInterval > 0 ? Math.ceil(counted / reportInterval) : 0
  const blocks = createStretches(blockCount, block => warmup + Math.floor((block * counted) / blockCount))
  const series = createStretches(intervals, interval => warmup + Math.min(counted, interval * reportInterval))
  const before = { misses: 0, missedBytes: 0, requestedBytes: 0 }
  let done = 0
  /** Where the next border lies. */
  const borderAfter = (row: number): number => (row < warmup ? warmup : Math.min(blocks.endAt(row), series.endAt(row)))
  return {
    feed(ids, bytes, nextUses) {
      for (let from = 0; from < ids.length; ) {
        const to = Math.min(ids.length, from + borderAfter(done) - done)
        const missed = runner.misses
        runner.feed(ids, ignoreSize ? null : bytes, nextUses, from, to)
        const misses = runner.misses - missed
        if (done < warmup) {
          before.misses += misses
          if (!ignoreSize) for (let row = from; row < to; row++) before.requestedBytes += bytes![row]!
          before.missedBytes = runner.missedBytes
        } else {
          blocks.miss(misses)
          series.miss(misses)
        }
        done += to - from
        from = to
      }
    },
    result: ({ objects, requestedBytes }) => ({
      requests: counted,
      misses: runner.misses - before.misses,
      requestedBytes: ignoreSize ? counted : requestedBytes - before.requestedBytes,
      missedBytes: runner.missedBytes - before.missedBytes,
      metadataBytes: runner.metadataBytes(objects),
      engine,
      blocks: blocks.all,
      series: series.all,
    }),
  }
}

/** The next uses of each block: those that came with the trace, or found in memory. */
function futureOf(trace: RequestSource): (index: number) => Uint32Array {
  if (trace.count === 0 || trace.nextUses(0) !== null) return index => trace.nextUses(index)!
  const ids = new Int32Array(trace.count)
  for (let index = 0; index < trace.blocks; index++) ids.set(trace.block(index).ids, index * blockRows)
  const all = nextUses(ids, trace.count, trace.objects)
  return index => all.subarray(index * blockRows, (index + 1) * blockRows)
}

/** Stretches one after the other, whose borders are rows of the trace. */
function createStretches(count: number, borderOf: (index: number) => number) {
  const all: Stretch[] = Array.from({ length: count }, (_, index) => ({
    requests: borderOf(index + 1) - borderOf(index),
    misses: 0,
  }))
  let current = 0
  return {
    all,
    /** Where the stretch ends that a row lies in; rows are asked for in their order. */
    endAt(row: number): number {
      while (current < count && borderOf(current + 1) <= row) current++
      return current < count ? borderOf(current + 1) : Number.POSITIVE_INFINITY
    },
    /** Counts misses of the stretch that was asked for last. */
    miss(misses: number): void {
      if (current < count) all[current]!.misses += misses
    },
  }
}

/** Whether the kernel of a policy will run, and not the readable policy. */
export function runsKernel(options: FedContestOptions): boolean {
  return kernelFor(options) !== null
}

function kernelFor({ policy, admission, capacity, ignoreSize, kernels, count, mostObjects }: FedContestOptions) {
  const plan = admission === null && kernels !== null ? planKernel(policy.definition.name, policy.params) : undefined
  const run = { capacityBytes: capacity, objects: mostObjects, requests: count, unit: ignoreSize }
  return plan && kernels !== null && fitsKernel(plan, run) ? { kernels, plan, run } : null
}

function createRunner(options: FedContestOptions): { runner: Runner; engine: 'kernel' | 'plain' } {
  const kernel = kernelFor(options)
  if (kernel === null) return { runner: createPlainRunner(options), engine: 'plain' }
  const { kernels, plan, run: settings } = kernel
  const run = createKernelRun(kernels, plan, settings, options.memory)
  const runner: Runner = {
    get misses() {
      return run.misses
    },
    get missedBytes() {
      return run.missedBytes
    },
    metadataBytes: objects =>
      objects === settings.objects
        ? run.metadataBytes
        : createKernelRun(kernels, plan, { ...settings, objects }).metadataBytes,
    feed: run.feed,
  }
  return { runner, engine: 'kernel' }
}

/** The readable policy behind the one shelf that everything uses. */
function createPlainRunner({ policy, admission, capacity, seed }: ContestSettings): Runner {
  const random = createRandom(seed, 'contest')
  const future = { nextUse: Number.POSITIVE_INFINITY }
  const context = { capacityBytes: capacity, random: random.fork('policy'), future }
  const cache = new Cache({
    capacityBytes: capacity,
    policy: policy.definition.create(context, policy.params),
    admission: admission?.definition.create({ ...context, random: random.fork('admission') }, admission.params) ?? null,
  })
  const counts = { misses: 0, missedBytes: 0 }
  return {
    get misses() {
      return counts.misses
    },
    get missedBytes() {
      return counts.missedBytes
    },
    metadataBytes: () => cache.metadataBytes,
    feed(ids, bytes, next, from, to) {
      let misses = 0
      let missedBytes = 0
      for (let row = from; row < to; row++) {
        const id = ids[row]!
        if (next !== null) future.nextUse = next[row] === never ? Number.POSITIVE_INFINITY : next[row]!
        if (cache.look(id, 0) !== Verdict.miss) continue
        const size = bytes === null ? 1 : bytes[row]!
        misses++
        missedBytes += size
        cache.store(id, size, Number.POSITIVE_INFINITY)
      }
      counts.misses += misses
      counts.missedBytes += missedBytes
    },
  }
}
