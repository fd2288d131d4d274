import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { loadKernels } from '#cdnlab/files/kernels.js'
import { AliasTable } from '#cdnlab/lib/alias.js'
import { createRandom } from '#cdnlab/lib/random.js'
import { policies } from '#cdnlab/policies/index.js'
import type { Trace } from '#cdnlab/traffic/trace.js'
import { withTraceFile } from './cachesim.ts'
import { printTable } from './measure.ts'
import type { PolicyJob, PolicyRow } from './policy-rounds.ts'
import { measureWholeProcesses } from './whole-process.ts'

// Eviction policies in CPU time: both engines, the LRU caches of npm, and libCacheSim's cachesim where its path is given. Every
// object counts 1; popularity is Zipf over a million objects. All rows are printed, lost ones too.

const objects = 1_000_000

/** Our policies and the names of their likes in cachesim, whose s3fifo of 2024 is the form of the paper. */
const opponents: Readonly<Record<string, string>> = {
  fifo: 'fifo',
  lru: 'lru',
  clock: 'clock',
  sieve: 'sieve',
  's3-fifo:fillMain=false': 's3fifo',
  'two-q': 'twoq',
  slru: 'slru',
  arc: 'arc',
  lfu: 'lfu',
  gdsf: 'gdsf',
  // Of the paper, where cachesim has rules and a sketch of its own: the miss ratios differ. The variant below has its rules.
  'w-tinylfu': 'wtinylfu',
  'w-tinylfu:libcachesim=true': 'wtinylfu',
  belady: 'belady',
  qdlp: 'qdlp',
  lirs: 'lirs',
  lfuda: 'lfuda',
  lecar: 'lecar',
  lhd: 'lhd',
  hyperbolic: 'hyperbolic',
  random: 'random',
}

/**
 * Runs the benchmark. Options: --cachesim PATH, --requests N, --rounds N, --policies a,b, --alpha N, --shares a,b of the objects. Where
 * policies are named, whole processes are left out.
 */
export async function run(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      cachesim: { type: 'string' },
      requests: { type: 'string', default: '5000000' },
      rounds: { type: 'string', default: '3' },
      policies: { type: 'string' },
      alpha: { type: 'string', default: '1' },
      shares: { type: 'string', default: '0.01,0.1' },
    },
  })
  const alpha = Number(values.alpha)
  const trace = createZipfTrace(Number(values.requests), alpha)
  const shares = values.shares.split(',').map(Number)
  const rounds = Number(values.rounds)
  const chosen = values.policies?.split(',') ?? Object.keys(opponents)
  for (const name of chosen) policies.choose(name)
  if (!loadKernels()) console.log('The kernels are not built: every row is of the readable policies.')
  console.log(
    `${trace.count} requests, Zipf ${alpha}, ${trace.objects} objects seen of ${objects}, every object counts 1`,
  )
  console.log(
    `CPU time, medians of ${rounds} alternating rounds after one that is not counted; "x" is how often faster\n`,
  )
  await withTraceFile(values.cachesim === undefined ? null : trace.ids, async file => {
    for (const share of shares) await measureShare(trace, share, rounds, chosen, values.cachesim, file)
    const sizes = shares.map(share => Math.floor(objects * share))
    if (values.cachesim !== undefined && values.policies === undefined)
      await measureWholeProcesses(values.cachesim, file, trace.count, sizes, rounds)
  })
}

async function measureShare(
  trace: Trace,
  share: number,
  rounds: number,
  chosen: readonly string[],
  program: string | undefined,
  file: string,
): Promise<void> {
  const capacity = Math.floor(objects * share)
  console.log(`cache of ${capacity} objects`)
  const lines: string[][] = []
  for (const policy of chosen) {
    const opponent = opponents[policy]
    const cachesim = program !== undefined && opponent ? { program, file, policy: opponent } : null
    const rows = await inWorker({ trace, policy, capacity, rounds, withNpm: policy === 'lru', cachesim })
    lines.push(...rows.map(row => lineOf(policy, row, rows, trace.count)))
  }
  printTable(['policy', 'who', 'miss ratio', 'M/s', 'kernel is', 'plain is'], lines)
  console.log('')
}

/** A row of the table, with how often faster our engines are than it. */
function lineOf(policy: string, row: PolicyRow, all: readonly PolicyRow[], requests: number): string[] {
  const times = (name: string): string => {
    const ours = all.find(other => other.name === name)
    return ours === undefined || row.name === name ? '' : `${(row.cpuS / ours.cpuS).toFixed(2)}x`
  }
  const rate = (requests / row.cpuS / 1e6).toFixed(2)
  return [policy, row.name, row.missRatio.toFixed(4), rate, times('kernel'), times('plain')]
}

function inWorker(job: PolicyJob): Promise<PolicyRow[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./policy-rounds.js', import.meta.url), { workerData: job })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** Draws a trace with ids in order of first appearance, as a loader gives them, in memory that workers share. */
function createZipfTrace(count: number, alpha: number): Trace {
  const table = new AliasTable(Float64Array.from({ length: objects }, (_, rank) => (rank + 1) ** -alpha))
  const ids = new Int32Array(new SharedArrayBuffer(4 * count))
  table.fill(ids, 0, count, createRandom(1, 'bench'))
  const numberOf = new Int32Array(objects).fill(-1)
  let seen = 0
  for (let row = 0; row < count; row++) {
    const rank = ids[row]!
    if (numberOf[rank]! < 0) numberOf[rank] = seen++
    ids[row] = numberOf[rank]!
  }
  const bytes = new Uint32Array(new SharedArrayBuffer(4 * count)).fill(1)
  const timesS = new Float64Array(new SharedArrayBuffer(8 * count))
  return { name: 'zipf', count, objects: seen, ids, bytes, timesS, footprintBytes: seen, notes: {} }
}
