import type { AdmissionDefinition } from '../cache/admission.ts'
import { Cache } from '../cache/cache.ts'
import type { PolicyDefinition } from '../cache/policy.ts'
import { Verdict } from '../cache/verdict.ts'
import { planKernel } from '../kernels/catalog.ts'
import { createKernelRun, fitsKernel } from '../kernels/kernel-run.ts'
import { createRandom } from '../lib/random.ts'
import type { Choice } from '../lib/registry.ts'
import type { Trace } from '../traffic/trace.ts'
import { never, nextUses } from './next-use.ts'

export interface ContestOptions {
  trace: Trace
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
  feed(ids: Int32Array, bytes: Uint32Array, from: number, to: number): void
}

/** Runs one policy over one trace in one cache: on a miss the object is stored at once, by the accounting that all policies share. */
export function runContest(options: ContestOptions): ContestResult {
  const { trace, warmupRequests, blocks: blockCount, reportInterval = 0, ignoreSize } = options
  const { runner, engine } = createRunner(options)
  const first = Math.min(warmupRequests, trace.count)
  runner.feed(trace.ids, trace.bytes, 0, first)
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
    runner.feed(trace.ids, trace.bytes, first + done, first + end)
    if (blockCount > 0) blocks[block]!.misses += runner.misses - misses
    if (intervals > 0) series[interval]!.misses += runner.misses - misses
    done = end
  }
  let requestedBytes = counted
  if (!ignoreSize) {
    requestedBytes = 0
    for (let row = first; row < trace.count; row++) requestedBytes += trace.bytes[row]!
  }
  return {
    requests: counted,
    misses: runner.misses - before.misses,
    requestedBytes,
    missedBytes: runner.missedBytes - before.missedBytes,
    metadataBytes: runner.metadataBytes,
    engine,
    blocks: blocks.map(withoutEnd),
    series: series.map(withoutEnd),
  }
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
    if (fitsKernel(plan, run)) {
      const next = plan.needsNext ? nextUses(trace.ids, trace.count, trace.objects) : null
      return { runner: createKernelRun(kernels, plan, { ...run, next }), engine: 'kernel' }
    }
  }
  return { runner: createPlainRunner(options), engine: 'plain' }
}

/** The readable policy behind the one shelf that everything uses. */
function createPlainRunner({ trace, policy, admission, capacity, ignoreSize, seed }: ContestOptions): Runner {
  const random = createRandom(seed, 'contest')
  const future = { nextUse: Number.POSITIVE_INFINITY }
  const context = { capacityBytes: capacity, random: random.fork('policy'), future }
  const cache = new Cache({
    capacityBytes: capacity,
    policy: policy.definition.create(context, policy.params),
    admission: admission?.definition.create({ ...context, random: random.fork('admission') }, admission.params) ?? null,
  })
  const next = policy.definition.needsFuture ? nextUses(trace.ids, trace.count, trace.objects) : null
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
    feed(ids, bytes, from, to) {
      let misses = 0
      let missedBytes = 0
      for (let row = from; row < to; row++) {
        const id = ids[row]!
        if (next !== null) future.nextUse = next[row] === never ? Number.POSITIVE_INFINITY : next[row]!
        if (cache.look(id, 0) !== Verdict.miss) continue
        const size = ignoreSize ? 1 : bytes[row]!
        misses++
        missedBytes += size
        cache.store(id, size, Number.POSITIVE_INFINITY)
      }
      counts.misses += misses
      counts.missedBytes += missedBytes
    },
  }
}
