import type { AdmissionDefinition } from '../cache/admission.ts'
import { Cache } from '../cache/cache.ts'
import type { PolicyDefinition } from '../cache/policy.ts'
import { Verdict } from '../cache/verdict.ts'
import { planKernel } from '../kernels/catalog.ts'
import { createKernelRun, fitsKernel } from '../kernels/kernel-run.ts'
import { createRandom } from '../lib/random.ts'
import type { Choice } from '../lib/registry.ts'
import { blockRows, type RequestSource } from '../traffic/request-source.ts'
import { never, nextUses } from './next-use.ts'

export interface ContestOptions {
  trace: RequestSource
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
  readonly metadataBytes: number
  /** Asks for some rows of a block; `nextUses` is given where the policy knows the future. Without `bytes` every object counts 1. */
  feed(ids: Int32Array, bytes: Uint32Array | null, nextUses: Uint32Array | null, from: number, to: number): void
}

/** Runs one policy over one trace in one cache: on a miss the object is stored at once, by the accounting that all policies share. */
export function runContest(options: ContestOptions): ContestResult {
  const { trace, warmupRequests, blocks: blockCount, reportInterval = 0, ignoreSize } = options
  const { runner, engine } = createRunner(options)
  const feed = createFeeder(options, runner)
  const first = Math.min(warmupRequests, trace.count)
  feed(0, first)
  const before = { misses: runner.misses, missedBytes: runner.missedBytes }
  const counted = trace.count - first
  const blocks = stretches(blockCount, block => Math.floor((block * counted) / blockCount))
  const intervals = reportInterval > 0 ? Math.ceil(counted / reportInterval) : 0
  const series = stretches(intervals, interval => Math.min(counted, interval * reportInterval))
  for (let done = 0, block = 0, interval = 0; done < counted; ) {
    while (block < blockCount - 1 && blocks[block]!.end <= done) block++
    while (interval < intervals - 1 && series[interval]!.end <= done) interval++
    const end = Math.min(blocks[block]?.end ?? counted, series[interval]?.end ?? counted)
    const misses = runner.misses
    feed(first + done, first + end)
    if (blockCount > 0) blocks[block]!.misses += runner.misses - misses
    if (intervals > 0) series[interval]!.misses += runner.misses - misses
    done = end
  }
  return {
    requests: counted,
    misses: runner.misses - before.misses,
    requestedBytes: ignoreSize ? counted : trace.requestedBytes - bytesBefore(trace, first),
    missedBytes: runner.missedBytes - before.missedBytes,
    metadataBytes: runner.metadataBytes,
    engine,
    blocks: blocks.map(withoutEnd),
    series: series.map(withoutEnd),
  }
}

/** Feeds stretches of a trace, whatever blocks they lie in. */
function createFeeder({ trace, policy, ignoreSize }: ContestOptions, runner: Runner) {
  const future = policy.definition.needsFuture ? futureOf(trace) : null
  return (from: number, to: number): void => {
    for (let row = from; row < to; ) {
      const index = Math.floor(row / blockRows)
      const first = index * blockRows
      const { ids, bytes, count } = trace.block(index)
      const end = Math.min(to, first + count)
      runner.feed(ids, ignoreSize ? null : bytes, future?.(index) ?? null, row - first, end - first)
      row = end
    }
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

function bytesBefore(trace: RequestSource, row: number): number {
  let sum = 0
  for (let index = 0; index * blockRows < row; index++) {
    const { bytes, count } = trace.block(index)
    const end = Math.min(count, row - index * blockRows)
    for (let at = 0; at < end; at++) sum += bytes![at]!
  }
  return sum
}

/** Empty stretches whose borders are given, counted from the first request that counts. */
function stretches(count: number, borderOf: (index: number) => number): (Stretch & { end: number })[] {
  return Array.from({ length: count }, (_, index) => {
    const end = borderOf(index + 1)
    return { requests: end - borderOf(index), misses: 0, end }
  })
}

function withoutEnd({ requests, misses }: Stretch): Stretch {
  return { requests, misses }
}

function createRunner(options: ContestOptions): { runner: Runner; engine: 'kernel' | 'plain' } {
  const { trace, policy, admission, capacity, ignoreSize, kernels } = options
  const plan = admission === null && kernels !== null ? planKernel(policy.definition.name, policy.params) : undefined
  if (plan && kernels !== null) {
    const run = { capacityBytes: capacity, objects: trace.objects, requests: trace.count, unit: ignoreSize }
    if (fitsKernel(plan, run)) return { runner: createKernelRun(kernels, plan, run), engine: 'kernel' }
  }
  return { runner: createPlainRunner(options), engine: 'plain' }
}

/** The readable policy behind the one shelf that everything uses. */
function createPlainRunner({ policy, admission, capacity, seed }: ContestOptions): Runner {
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
    get metadataBytes() {
      return cache.metadataBytes
    },
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
