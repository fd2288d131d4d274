import { type KeptRequests, sampleOf, withNextUses } from '../files/kept-requests.ts'
import { loadKernels } from '../files/kernels.ts'
import { plainManifest } from '../files/manifest.ts'
import { loadOptionsOf, loadRequests, type TraceLoadOptions } from '../files/trace-load.ts'
import type { Spec } from '../lib/registry.ts'
import { UserError } from '../lib/user-error.ts'
import { admissions } from '../policies/admission/index.ts'
import { policies } from '../policies/index.ts'
import type { CompareResult, CompareRow } from '../report/compare.ts'
import { adjusted } from '../sim/sample.ts'
import type { TraceSummary } from '../traffic/request-source.ts'
import { type Contender, parseContenders, sizesFor, sizesNeedTrace } from './compare-cells.ts'
import { runCells } from './compare-run.ts'
import { foreseenTrace, runWhileReading } from './compare-stream.ts'
import { type CompareOutcome, type CompareTask, kernelMemory } from './compare-task.ts'

/** What is compared, as the command line has it: numbers are texts that are checked here. */
export interface CompareQuestion {
  policy: string
  admission?: string
  size: string
  format: string
  column?: string[]
  delimiter?: string
  ignoreSize?: boolean
  compat?: string
  reference: string
  engine: string
  workers?: string
  warmup: string
  rounds?: string
  blocks: string
  reportInterval: string
  sampleRatio: string
  seed: string
  bound: boolean
  lenient?: boolean
}

/** What is known of a row before its cell has run. */
type Asked = Pick<
  CompareRow,
  'trace' | 'policy' | 'params' | 'admission' | 'size' | 'sizeUnit' | 'sizeAsked' | 'knowsFuture'
>
/**
 * What a cell is for: a row that was asked for, the reference where it was not, Belady's bound, or LRU on the whole trace and on its sample to measure the
 * sampling.
 */
type Role = 'row' | 'reference' | 'bound' | 'whole' | 'sampled'
interface Entry {
  asked: Asked
  role: Role
  task: CompareTask
}

/** Compares policies on traces, cell by cell over worker threads. Throws UserError, also when a cell failed. */
export async function compareTraces(
  names: readonly string[],
  options: CompareQuestion,
  onCell: (done: number, cells: number) => void = () => undefined,
): Promise<CompareResult> {
  const contenders = parseContenders(options.policy, options.compat)
  if (options.admission !== undefined) admissions.choose(options.admission)
  const sampleRatio = shareOf(options)
  const engine = engineOf(options)
  const module = loadKernels()
  const references = parseContenders(options.reference, options.compat).filter(
    ({ label }) => !contenders.some(contender => contender.label === label),
  )
  const kernels = engine === 'plain' ? null : (module ?? null)
  const entriesOf = (trace: KeptRequests): Entry[] => entriesFor(trace, contenders, references, options, kernels)
  const workers = options.workers === undefined ? undefined : count(options.workers, '--workers', 1)
  const job = { names, load: loadOptionsOf(options), entriesOf, onCell }
  const isStream = names.length === 1 && !options.bound && sampleRatio === 1 && !sizesNeedTrace(options.size)
  const { traces, entries, outcomes } =
    (isStream ? await runAlone(job) : undefined) ?? (await runAll(job, !options.ignoreSize, module, workers))
  const rowsOf = (wanted: Role): CompareRow[] =>
    entries.flatMap(({ asked, role, task }, index) =>
      role === wanted ? [rowOf(asked, outcomes[index]!, role === 'whole' ? 1 : sampleRatio, task.wholeRequests)] : [],
    )
  const sampled = rowsOf('sampled')
  return {
    format: 'cdnlab-compare-1',
    manifest: plainManifest('compare', Number(options.seed)),
    traces: traces.map(({ name, count, objects, footprintBytes, notes }) => ({
      name,
      requests: count,
      objects,
      footprintBytes,
      notes,
    })),
    reference: options.reference,
    rows: rowsOf('row'),
    references: rowsOf('reference'),
    bounds: rowsOf('bound'),
    sampling: rowsOf('whole').map(({ trace, sizeAsked, missRatio }, index) => ({
      trace,
      sizeAsked,
      sampleRatio,
      wholeMissRatio: missRatio,
      sampledMissRatio: sampled[index]!.missRatio,
    })),
  }
}

function engineOf({ engine }: CompareQuestion): 'auto' | 'plain' {
  if (engine === 'auto' || engine === 'plain') return engine
  throw new UserError({ message: `--engine ${engine}`, hint: 'auto or plain' })
}

interface Job {
  names: readonly string[]
  load: TraceLoadOptions
  entriesOf: (trace: KeptRequests) => Entry[]
  onCell: (done: number, cells: number) => void
}

interface Run {
  traces: readonly TraceSummary[]
  entries: readonly Entry[]
  outcomes: readonly CompareOutcome[]
}

/** Runs a single cell while its trace is read; undefined where there are more, or where it needs the trace before. */
async function runAlone({ names: [name = ''], load, entriesOf, onCell }: Job): Promise<Run | undefined> {
  const foreseen = foreseenTrace(name, load)
  const entries = foreseen === undefined ? [] : entriesOf(foreseen)
  if (entries.length !== 1) return undefined
  onCell(0, 1)
  const run = await runWhileReading(name, load, entries[0]!.task)
  if (run === undefined) return undefined
  onCell(1, 1)
  return { traces: [run.trace], entries, outcomes: [run.outcome] }
}

/** Runs all cells when their traces are read. */
async function runAll(
  { names, load, entriesOf, onCell }: Job,
  sizes: boolean,
  module: WebAssembly.Module | undefined,
  workers: number | undefined,
): Promise<Run> {
  const loaded: KeptRequests[] = []
  for (const name of names) loaded.push(await loadRequests(name, load, { sizes }, module, kernelMemory))
  const traces = withOwnNames(loaded)
  const entries = traces.flatMap(entriesOf)
  onCell(0, entries.length)
  return { traces, entries, outcomes: await runCells(entries.map(cellOf), workers, onCell) }
}

/** Traces of one name get their places in the list before it, so that none is taken for another. */
function withOwnNames(traces: readonly KeptRequests[]): KeptRequests[] {
  return traces.map((trace, index) => {
    const isOnly = traces.filter(({ name }) => name === trace.name).length === 1
    return isOnly ? trace : { ...trace, name: `${index + 1}: ${trace.name}` }
  })
}

function shareOf({ sampleRatio }: CompareQuestion): number {
  const share = Number(sampleRatio)
  if (share > 0 && share <= 1) return share
  throw new UserError(`--sample-ratio ${sampleRatio}: a share above 0, up to 1`)
}

function count(text: string, option: string, least = 0): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new UserError(`${option} ${text}: a whole number from ${least}`)
}

/** The cells of a trace: policies and sizes in their order, each size's bound behind them. */
function entriesFor(
  trace: KeptRequests,
  contenders: readonly Contender[],
  references: readonly Contender[],
  options: CompareQuestion,
  kernels: WebAssembly.Module | null,
): Entry[] {
  const ignoreSize = options.ignoreSize === true
  const ratio = shareOf(options)
  const seed = count(options.seed, '--seed')
  const needsFuture =
    options.bound || [...contenders, ...references].some(({ spec }) => policies.choose(spec).definition.needsFuture)
  const sampled = ratio === 1 ? trace : sampleOf(trace, ratio, seed)
  const sample = needsFuture ? withNextUses(sampled) : sampled
  if (sample.count === 0) throw new UserError(`--sample-ratio ${ratio}: no object of ${trace.name} is in the sample`)
  const common = {
    ignoreSize,
    seed,
    blocks: count(options.blocks, '--blocks', 1),
    reportInterval: count(options.reportInterval, '--report-interval'),
    kernels,
    rounds: count(options.rounds ?? '1', '--rounds', 1),
  }
  const sizes = sizesFor(options.size, trace, ignoreSize)
  const entry = (
    label: string,
    spec: Spec,
    admission: string | null,
    { asked, size }: (typeof sizes)[number],
    role: Role,
    replayed = sample,
  ): Entry => ({
    asked: {
      trace: trace.name,
      policy: label,
      params: policies.choose(spec).params as Record<string, unknown>,
      admission: admission ?? 'always',
      size,
      sizeUnit: ignoreSize ? 'objects' : 'bytes',
      sizeAsked: asked,
      knowsFuture: policies.choose(spec).definition.needsFuture,
    },
    role,
    task: {
      ...common,
      trace: replayed,
      wholeRequests: trace.count - warmupOf(trace, options),
      warmupRequests: warmupOf(replayed, options),
      policy: spec,
      admission,
      capacity: ratio === 1 || role === 'whole' ? size : Math.max(1, Math.floor(size * ratio)),
    },
  })
  const of = (wanted: readonly Contender[], role: Role): Entry[] =>
    wanted.flatMap(({ label, spec }) => sizes.map(size => entry(label, spec, options.admission ?? null, size, role)))
  const rows = [...of(contenders, 'row'), ...of(references, 'reference')]
  const hasBelady = contenders.some(({ label }) => label === 'belady')
  if (options.bound && !hasBelady) rows.push(...sizes.map(size => entry('belady', 'belady', null, size, 'bound')))
  if (ratio < 1)
    for (const [role, replayed] of [
      ['whole', trace],
      ['sampled', sample],
    ] as const)
      rows.push(...sizes.map(size => entry('lru', 'lru', null, size, role, replayed)))
  return rows
}

/** Requests at the beginning that are not counted: a share of the trace, or a number. */
function warmupOf({ name, count: requests }: KeptRequests, { warmup }: CompareQuestion): number {
  const given = Number(warmup)
  if (!(given >= 0)) throw new UserError(`--warmup ${warmup}: a share below 1 or a number of requests`)
  const skipped = given < 1 ? Math.floor(given * requests) : Math.floor(given)
  if (skipped >= requests)
    throw new UserError(`--warmup ${warmup}: ${name} has ${requests} requests: none is left to count`)
  return skipped
}

/** A cell with what messages call it. */
function cellOf({ asked: { policy, sizeAsked }, task }: Entry): { label: string; task: CompareTask } {
  return { label: `${policy} at ${sizeAsked}`, task }
}

function rowOf(
  asked: Asked,
  { requests, misses, requestedBytes, missedBytes, metadataBytes, engine, blocks, series, elapsedMs }: CompareOutcome,
  sampleRatio: number,
  wholeRequests: number,
): CompareRow {
  const adjust = (ratio: number): number =>
    sampleRatio === 1 ? ratio : adjusted(ratio, requests, wholeRequests, sampleRatio)
  return {
    ...asked,
    requests,
    misses,
    missRatio: adjust(misses / requests),
    requestedBytes,
    missedBytes,
    byteMissRatio: adjust(missedBytes / requestedBytes),
    nsPerRequest: (elapsedMs * 1e6) / requests,
    requestsPerSecond: requests / (elapsedMs / 1000),
    metadataBytes,
    engine,
    blocks: blocks.map(block => block.misses / block.requests),
    series,
  }
}
