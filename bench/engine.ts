import { loadAtlas } from '#cdnlab/cli/atlas.js'
import { parseOverride } from '#cdnlab/scenario/override.js'
import { readScenario } from '#cdnlab/scenario/parse.js'
import { planOf } from '#cdnlab/scenario/plan-of.js'
import { runPlan } from '#cdnlab/sim/run.js'
import type { Manifest } from '#cdnlab/stats/result.js'
import { type Contestant, formatRate, measure, printTable } from './measure.ts'

// Requests per CPU second of the engine, everything included: from drawing times, places and objects to the percentiles of the
// report. Worlds of 1, 20 and 300 PoPs at high and at low hit ratios; equal objects, LRU, 1,000 cities, no warm-up left out.

const requests = 3_000_000
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
  const hitRatios: number[] = []
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
        hitRatios[index] = runPlan(plan, atlas, { manifest: {} as Manifest }).headline.hit_ratio!.value
      },
    }
  })
  const [calibration, ...rows] = measure(contestants, 3)
  printTable(
    ['world', 'hit ratio', 'requests', 'ns', 'calibration steps', 'spread'],
    rows.map(({ name, perCpuSecond, ns, loops, spread }, index) => [
      name,
      `${(100 * hitRatios[index]!).toFixed(1)} %`,
      formatRate(perCpuSecond),
      ns.toFixed(0),
      loops.toFixed(0),
      `${(100 * spread).toFixed(0)} %`,
    ]),
  )
  console.log(
    `A step of the calibration loop took ${calibration!.ns.toFixed(2)} ns. Set-up is included: ${requests} requests a run.`,
  )
}
