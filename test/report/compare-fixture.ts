import type { CompareResult, CompareRow } from '../../src/report/compare.ts'
import type { MrcResult } from '../../src/report/mrc.ts'
import type { Manifest } from '../../src/stats/result.ts'

export const manifest: Manifest = {
  version: '1.2.3', command: 'cdnlab compare t --html page.html', seed: 1, replications: 1, scenario: 'compare',
  scenarioHash: '', traceHash: null, node: 'v20', os: 'linux', cpu: 'a processor',
} // biome-ignore format: a list

/** Miss ratios of each policy at sizes 10, 100, 1000 ...; sieve is ahead everywhere, fifo and lru cannot be told apart. */
const ratiosOf: Record<string, number[]> = {
  fifo: [0.9, 0.7, 0.4],
  lru: [0.88, 0.68, 0.39],
  sieve: [0.6, 0.5, 0.3],
  belady: [0.5, 0.35, 0.2],
}

function rowOf(trace: string, policy: string, step: number): CompareRow {
  const missRatio = ratiosOf[policy]![step]!
  const wobble = policy === 'lru' ? 0.1 : 0
  return {
    trace, policy, params: {}, admission: 'always', size: 10 ** (step + 1), sizeUnit: 'bytes', sizeAsked: `${10 ** (step + 1)}`, requests: 100_000,
    misses: 100_000 * missRatio, missRatio, requestedBytes: 1e9, missedBytes: 1e9 * missRatio, byteMissRatio: missRatio, nsPerRequest: 50, requestsPerSecond: 2e7,
    metadataBytes: 24_000, engine: 'kernel', knowsFuture: policy === 'belady',
    blocks: Array.from({ length: 30 }, (_, block) => missRatio + (block % 2 ? wobble : -wobble)), series: [],
  } // biome-ignore format: a row
}

/** A comparison of three policies at so many sizes on one trace. */
export function createCompareFixture(name = 'a trace', steps = 3): CompareResult {
  const rows = (policies: string[]): CompareRow[] =>
    policies.flatMap(policy => Array.from({ length: steps }, (_, step) => rowOf(name, policy, step)))
  return {
    format: 'cdnlab-compare-1',
    manifest,
    traces: [{ name, requests: 100_000, objects: 5000, footprintBytes: 1e6, notes: { 'of no size': 3 } }],
    reference: 'fifo',
    rows: rows(['lru', 'sieve']),
    references: rows(['fifo']),
    bounds: rows(['belady']),
    sampling: [],
  }
}

/** Two curves over four sizes. */
export function createMrcFixture(trace = 'a trace', second = 'sieve'): MrcResult {
  return {
    format: 'cdnlab-mrc-1',
    trace,
    requests: 100_000,
    objects: 5000,
    sizeUnit: 'bytes',
    sizes: [1000, 10_000, 100_000, 1_000_000],
    sampleRatio: 0.1,
    sampledRequests: 9000,
    notes: {},
    curves: [
      { policy: 'lru', method: 'SHARDS', missRatios: [0.9, 0.7, 0.4, 0.1], byteMissRatios: [0.95, 0.8, 0.5, 0.1] },
      { policy: second, method: 'MiniSim', missRatios: [0.7, 0.5, 0.3, 0.1], byteMissRatios: [0.75, 0.6, 0.4, 0.1] },
    ],
  }
}
