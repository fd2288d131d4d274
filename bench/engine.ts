import { Cache } from '#cdnlab/cache/cache.js'
import { loadPlan } from '#cdnlab/cli/load-plan.js'
import { createRandom } from '#cdnlab/lib/random.js'
import { policies } from '#cdnlab/policies/index.js'
import { runPlan } from '#cdnlab/sim/run.js'

// Requests per CPU second of a world of PoPs, everything included from sampling to histograms. Rounds alternate between the worlds,
// medians are shown. The steady speed leaves out the set-up and the first batch, in which the code is still being compiled.

const rounds = 3
const requests = 6 * 2 ** 20

interface World {
  name: string
  sets: string[]
}

const sizes = [
  'traffic.sizes=fixed:bytes=1',
  'router=lowest-rtt',
  'warmup=none',
  'visitors.cities=1000',
  'traffic.rate=100000/s',
]
const low = ['traffic.objects=1000000', 'traffic.popularity=zipf:alpha=0.9', 'edge.capacity=10000']
const high = ['traffic.objects=100000', 'traffic.popularity=zipf:alpha=1.3', 'edge.capacity=20000']
const worlds: World[] = [1, 20, 300].flatMap(pops => {
  const map = `pops={map: cloudflare, take: ${pops}}`
  return [
    { name: `${pops} PoPs, few hits`, sets: [map, ...sizes, ...low, `traffic.requests=${requests}`] },
    { name: `${pops} PoPs, many hits`, sets: [map, ...sizes, ...high, `traffic.requests=${requests}`] },
  ]
})

interface Measured {
  hitRatio: number
  wholePerS: number
  steadyPerS: number
}

/** Runs the worlds and writes a table. */
export async function run(): Promise<void> {
  const results = new Map<string, Measured[]>(worlds.map(({ name }) => [name, []]))
  const calibrations: number[] = []
  for (let round = 0; round < rounds; round++) {
    calibrations.push(dependentReadNs())
    for (const world of worlds) results.get(world.name)!.push(await measure(world))
  }
  process.stdout.write(`${requests} requests a run, 1,000 cities, LRU, medians of ${rounds} rounds, CPU time\n`)
  process.stdout.write(`calibration: ${median(calibrations).toFixed(0)} ns for a dependent read in 64 MB\n\n`)
  process.stdout.write(
    `${'world'.padEnd(22)}${'hit ratio'.padStart(10)}${'M/s'.padStart(8)}${'ns'.padStart(7)}${'M/s whole run'.padStart(16)}\n`,
  )
  for (const [name, all] of results) {
    const steady = median(all.map(({ steadyPerS }) => steadyPerS))
    const whole = median(all.map(({ wholePerS }) => wholePerS))
    process.stdout.write(
      `${name.padEnd(22)}${all[0]!.hitRatio.toFixed(3).padStart(10)}${(steady / 1e6).toFixed(2).padStart(8)}${(1e9 / steady).toFixed(0).padStart(7)}${(whole / 1e6).toFixed(2).padStart(16)}\n`,
    )
  }
  process.stdout.write(`\n${bytesPerObject().toFixed(0)} bytes of memory for a cached object (LRU, 100,000 objects)\n`)
}

async function measure({ sets }: World): Promise<Measured> {
  const { plan, atlas } = await loadPlan('three-pops', { set: sets })
  const start = cpuS()
  let [firstS, lastS, first, last] = [0, 0, 0, 0]
  const onProgress = (done: number): void => {
    lastS = cpuS()
    last = done
    if (first === 0) [firstS, first] = [lastS, done]
  }
  const manifest = {
    version: '',
    command: '',
    seed: 1,
    replications: 1,
    scenario: '',
    scenarioHash: '',
    traceHash: null,
    node: '',
    os: '',
    cpu: '',
  }
  const { headline } = runPlan(plan, atlas, { manifest, onProgress })
  return {
    hitRatio: headline.hit_ratio!.value,
    wholePerS: requests / (cpuS() - start),
    steadyPerS: (last - first) / (lastS - firstS),
  }
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

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}
