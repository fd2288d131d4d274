import { readConfigFile } from './files/atlas.ts'
import { loadKernels } from './files/kernels.ts'
import { type LoadedPlan, loadPlan, planFrom } from './files/load-plan.ts'
import { createManifest } from './files/manifest.ts'
import { openTraceSource } from './files/trace-source.ts'
import type { CompareResult } from './report/compare.ts'
import { reportText as textOf } from './report/text.ts'
import { runPlan } from './sim/run.ts'
import type { RunResult } from './stats/result.ts'

export { type MeterKind, meterKinds } from './backend/account.ts'
export type { Admission, AdmissionContext, AdmissionDefinition } from './cache/admission.ts'
export type { Future, Policy, PolicyContext, PolicyDefinition, Slot } from './cache/policy.ts'
export type { Plugin, PluginApi } from './files/plugins.ts'
export type { AccessProfile } from './geo/access.ts'
export type { Atlas, City, CloudRegion } from './geo/atlas.ts'
export type { UnitVectors } from './geo/distance.ts'
export type { Corridor, Hub, HubGraph } from './geo/hub-graph.ts'
export type { Place } from './geo/place.ts'
export type { PopSite } from './geo/pop-map.ts'
export type { Router, RouterContext, RouterDefinition } from './geo/router.ts'
export type { PairRtt, RttModel, RttModelDefinition, RttModelSource } from './geo/rtt.ts'
export type { RegionFactors, RttParameterSet, RttParameters } from './geo/rtt-parameters.ts'
export type { Sites } from './geo/sites.ts'
export type { RecordLayout, RowColumns, RowsTaken } from './kernels/numbering.ts'
export type { Ms } from './lib/clock.ts'
export type { Random } from './lib/random.ts'
export type { Mistake, Position } from './lib/user-error.ts'
export type { CompareResult, CompareRow, SamplingError } from './report/compare.ts'
export { reportCsv } from './report/csv.ts'
export { reportJson } from './report/json.ts'
export { reportMarkdown } from './report/markdown.ts'
export { type Extensions, extend } from './scenario/extend.ts'
export * from './scenario/plugin-api.ts'
export type { BackendResult, BackendRow, FunctionRow } from './stats/backend-result.ts'
export type { Cost, CostLine } from './stats/cost.ts'
export type { CityRow, Estimate, Manifest, PopRow, RunResult, VisitorRow } from './stats/result.ts'
export type { ArrivalDefinition } from './traffic/arrivals.ts'
export type { Popularity, PopularityContext, PopularityDefinition } from './traffic/popularity.ts'
export type { SizeDefinition } from './traffic/sizes.ts'
export type { BulkSink, RowSink, TraceFormat, TraceOptions, TraceParser } from './traffic/traces/format.ts'

/** A scenario: the name of a shipped one, the path of a file, or the scenario itself as an object. */
export type ScenarioInput = string | Readonly<Record<string, unknown>>

export interface SimulateOptions {
  /** Keys to change before the run, as `--set` does: `['edge.policy=sieve']`. */
  set?: readonly string[]
  seed?: number
  replications?: number
  /** Folder that file references of a scenario object stay in; the current one when left out. */
  folder?: string
  /** Told how far the run is: requests done, of so many expected. */
  onProgress?: (done: number, expected: number) => void
}

/**
 * Simulates a scenario and answers its result. The same scenario, seed and version give the same result, its manifest's machine
 * apart. Throws UserError with every mistake of the scenario.
 */
export async function simulate(scenario: ScenarioInput, options: SimulateOptions = {}): Promise<RunResult> {
  const { plan, atlas, file, tracePath } = await planOfInput(scenario, options)
  const manifest = await createManifest(plan, file, tracePath)
  const trace = tracePath === undefined ? null : await openTraceSource(plan, tracePath)
  const kernels = loadKernels() ?? null
  return runPlan(plan, atlas, {
    manifest,
    trace,
    kernels,
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  })
}

export interface CompareSettings {
  /** Policies with their parameters, such as `slru:segments=5`; fifo, lru, sieve and s3-fifo when left out. */
  policies?: readonly string[]
  /** Sizes of the cache: shares of the footprint below 1, bytes (or objects where sizes are ignored), or texts such as `1GiB`. */
  sizes?: readonly (number | string)[]
  /** Every object counts 1. */
  ignoreSize?: boolean
  /** The policy that others are held against. */
  reference?: string
  /** Format of the traces, or `auto`. */
  format?: string
  /** Share or number of requests at the beginning that are not counted. */
  warmup?: number
  seed?: number
  /** Worker threads; as many as processors when left out. */
  workers?: number
}

/**
 * Compares eviction policies on traces: files, or workloads such as `zipf:alpha=1,objects=1e5,requests=1e6,seed=1`. The counts are the
 * same on every machine and with any number of workers; times are of this one. Throws UserError.
 */
export async function compare(traces: readonly string[], settings: CompareSettings = {}): Promise<CompareResult> {
  const { compareTraces } = await import('./sweep/compare-traces.ts')
  const { policies, sizes, ignoreSize = false, reference = 'fifo', format = 'auto' } = settings
  const { warmup = 0, seed = 1, workers } = settings
  return compareTraces(traces, {
    policy: (policies ?? ['fifo', 'lru', 'sieve', 's3-fifo']).join(','),
    size: (sizes ?? [0.01, 0.1]).join(','),
    ignoreSize,
    reference,
    format,
    warmup: String(warmup),
    seed: String(seed),
    engine: 'auto',
    blocks: '30',
    reportInterval: '0',
    sampleRatio: '1',
    bound: true,
    ...(workers === undefined ? {} : { workers: String(workers) }),
  })
}

export interface ServeSettings extends Omit<SimulateOptions, 'onProgress' | 'replications'> {
  /** Somebody else's origin; the built-in one when left out. */
  origin?: URL
  /** What the PoPs keep to: RFC 9111 to the letter, or what CDNs do. */
  mode?: 'conformant' | 'cdn'
  /** The address of all ports; 127.0.0.1 when left out. */
  host?: string
  /** The front door's port; any free one when left out. */
  port?: number
  /** Makes the control API's changes possible; nobody can make them when left out. */
  token?: string
}

/** Something that listens: where, and on which port. */
export interface Listening {
  url: string
  port: number
}

/** A scenario's PoPs while they serve. */
export interface ServedNetwork {
  /** Where visitors ask: each is sent to one of the PoPs. */
  door: Listening
  /** The control API and the dashboard. */
  control: Listening
  /** Edges and shields, in the order of the plan. */
  pops: readonly { id: string; isEdge: boolean; live: Listening }[]
  /** Ends what is under way and listens no more; `isHard` cuts it off. */
  close(isHard?: boolean): Promise<void>
}

/**
 * Starts the scenario's PoPs as real HTTP caches on this machine, with a front door that sends each visitor to one of them. `close()`
 * ends it. Throws UserError; then nothing is left open.
 */
export async function serve(scenario: ScenarioInput, settings: ServeSettings = {}): Promise<ServedNetwork> {
  const { plan, atlas } = await planOfInput(scenario, settings)
  const { startNetwork } = await import('./live/network.ts')
  const { randomUUID } = await import('node:crypto')
  const { origin, mode = 'conformant', host = '127.0.0.1', port = 0, token = randomUUID() } = settings
  return startNetwork({
    plan,
    atlas,
    origin,
    mode,
    host,
    port,
    popPort: 0,
    controlPort: 0,
    manner: 'proxy',
    timeScale: 1,
    keepsHost: false,
    token,
    now: Date.now,
  })
}

/** The report of a result as plain text, `width` letters wide. */
export function reportText(result: RunResult, width = 100): string {
  return textOf(result, { width, colors: 0, land: readConfigFile('world-braille-100x21.txt') })
}

/** The report of a result as one HTML page that needs nothing else. */
export async function reportHtml(result: RunResult, scenario = ''): Promise<string> {
  const page = await import('./report/html/page.ts')
  const { readLand } = await import('./live/land.ts')
  return page.reportHtml(result, { scenario, land: readLand() })
}

async function planOfInput(
  scenario: ScenarioInput,
  { set = [], seed, replications, folder = '.' }: SimulateOptions,
): Promise<LoadedPlan> {
  const options = {
    set,
    ...(seed === undefined ? {} : { seed: String(seed) }),
    ...(replications === undefined ? {} : { replications: String(replications) }),
  }
  if (typeof scenario === 'string') return loadPlan(scenario, options)
  return planFrom({ text: JSON.stringify(scenario), file: 'scenario', folder }, options)
}
