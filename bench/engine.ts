import { Cache } from '#cdnlab/cache/cache.js'
import { loadAtlas } from '#cdnlab/files/atlas.js'
import { loadKernels } from '#cdnlab/files/kernels.js'
import { createRandom } from '#cdnlab/lib/random.js'
import { policies } from '#cdnlab/policies/index.js'
import { parseOverride } from '#cdnlab/scenario/override.js'
import { readScenario } from '#cdnlab/scenario/parse.js'
import { planOf } from '#cdnlab/scenario/plan-of.js'
import { runPlan } from '#cdnlab/sim/run.js'
import type { Manifest } from '#cdnlab/stats/result.js'
import { type Contestant, formatRate, measure, median, printTable } from './measure.ts'

// Requests per CPU second of the engine, everything included: from drawing times, places and objects to the percentiles of the
// report. The steady rate leaves out the set-up, the first batch and the report. Worlds of 1, 20 and 300 PoPs at high and at low hit ratios; equal objects, LRU, 1,000 cities, no warm-up left out.

const requests = 10_000_000
const base = `
origin: {at: us-east-1, think: 20ms}
router: lowest-rtt
warmup: none
visitors: {cities: 1000}
traffic: {requests: ${requests}, rate: 100000/s, sizes: "fixed:bytes=1"}
`
const low = ['traffic.objects=1000000', 'traffic.popularity=zipf:alpha=0.9', 'edge.capacity=10000']
const high = ['traffic.objects=100000', 'traffic.popularity=zipf:alpha=1.25', 'edge.capacity=20000']
const worlds = [1, 20, 300].flatMap(pops =>
  [low, high].map(sets => ({ pops, sets: [`pops={map: cloudflare, take: ${pops}}`, ...sets] })),
)

/** Runs the comparison and writes a table. */
export function run(): void {
  const atlas = loadAtlas()
  const kernels = loadKernels() ?? null
  const hitRatios: number[] = []
  const steadies: number[][] = worlds.map(() => [])
  const contestants = worlds.map(({ pops, sets }, index): Contestant => {
    const { plan } = planOf(
      readScenario(
        base,
        'bench.yaml',
        sets.map(set => parseOverride(set)!),
      ),
      atlas,
    )
    return {
      name: `${pops} PoPs, ${sets.includes(low[0]!) ? '1 M objects, 10 k held' : '100 k objects, 20 k held'}`,
      work: requests,
      run() {
        const marks: { done: number; s: number }[] = []
        const onProgress = (done: number): void => {
          marks.push({ done, s: cpuS() })
        }
        hitRatios[index] = runPlan(plan, atlas, { manifest: {} as Manifest, kernels, onProgress }).headline
          .hit_ratio!.value
        const [first, last] = [marks[0]!, marks.at(-1)!]
        steadies[index]!.push((last.done - first.done) / (last.s - first.s))
      },
    }
  })
  const [calibration, ...rows] = measure(contestants, 3)
  printTable(
    ['world', 'hit ratio', 'requests', 'steady', 'ns', 'calibration steps', 'spread'],
    rows.map(({ name, perCpuSecond, ns, loops, spread }, index) => [
      name,
      `${(100 * hitRatios[index]!).toFixed(1)} %`,
      formatRate(perCpuSecond),
      formatRate(median(steadies[index]!.slice(1))),
      ns.toFixed(0),
      loops.toFixed(0),
      `${(100 * spread).toFixed(0)} %`,
    ]),
  )
  console.log(`A read in 64 MB whose address depends on the one before took ${dependentReadNs().toFixed(0)} ns.`)
  console.log(`An object on a shelf of 100,000 costs ${bytesPerObject().toFixed(0)} bytes of memory (LRU).`)
  console.log(
    `A step of the calibration loop took ${calibration!.ns.toFixed(2)} ns. Set-up is included: ${requests} requests a run.`,
  )
}

function cpuS(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** How long this machine takes, at this moment, for a read whose address depends on the one before. */
function dependentReadNs(): number {
  const cells = 1 << 24
  const next = new Int32Array(cells)
  for (let cell = 0; cell < cells; cell++) next[cell] = (Math.imul(cell, 0x9e3779b1) + 12_345) & (cells - 1)
  const reads = 1 << 22
  let at = 0
  const start = cpuS()
  for (let read = 0; read < reads; read++) at = next[at]!
  const ns = ((cpuS() - start) * 1e9) / reads
  return at < 0 ? Number.NaN : ns
}

function bytesPerObject(): number {
  const objects = 100_000
  const { definition, params } = policies.choose('lru')
  const context = { capacityBytes: objects, random: createRandom(1), future: { nextUse: 0 } }
  const cache = new Cache({ capacityBytes: objects, policy: definition.create(context, params) })
  for (let id = 0; id < objects; id++) cache.store(id, 1, 1)
  return cache.metadataBytes / cache.heldObjects
}
