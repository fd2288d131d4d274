import { formatBytes, parseBytes, parseRatePerSecond } from '../lib/quantity.ts'
import { createRandom } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import { type VisitResult, type VisitTally, visit } from '../live/visit.ts'
import type { Plan } from '../scenario/plan.ts'
import { createLoad } from '../sim/load.ts'
import { runPlan } from '../sim/run.ts'
import { loadPlan, type ScenarioOptions } from './load-plan.ts'
import { createManifest } from './manifest.ts'
import { writeOut } from './terminal.ts'
import { openTraceSource } from './trace-source.ts'

export interface VisitCommandOptions extends ScenarioOptions {
  door: string
  requests: string
  rate?: string
  speed: string
  fast?: boolean
  atOnce: string
  maxBytes: string
  check: boolean
  model: boolean
  json?: boolean
}

/** Figures of visits in the terms of `run`; times in ms. */
interface Figures {
  requests: number
  hitRatio: number
  byteHitRatio: number
  errors: number
  wrongBodies: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  servedP50Ms: number
  bytes: number
}

/** Sends the visitors and reports. Sets exit code 1 when a body was wrong or every visit failed. Throws UserError. */
export async function visitScenario(name: string, options: VisitCommandOptions): Promise<void> {
  const loaded = await loadPlan(name, options)
  const requests = readCount('--requests', options.requests)
  const plan = withRequests(loaded.plan, requests)
  const trace = loaded.tracePath === undefined ? null : await openTraceSource(plan, loaded.tracePath)
  const { catalog, traffic } = createLoad(plan, trace, createRandom(plan.seed, 'replication 0'))
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const result = await visit({
    door: readDoor(options.door),
    places: plan.visitors.places,
    catalog,
    traffic,
    requests,
    dueMs: scheduleOf(options),
    atOnce: readCount('--at-once', options.atOnce),
    checksBodies: options.check,
    greatestBytes: readBytes(options.maxBytes),
    signal: stop.signal,
  })
  const modelled = options.model ? await simulated(plan, loaded, trace) : undefined
  await writeOut(options.json ? json(result, modelled) : table(result, modelled))
  if (stop.signal.aborted) process.exitCode = 130
  else if (result.all.wrongBodies > 0 || result.all.errors === result.all.requests) process.exitCode = 1
}

type Modelled = Record<string, number>

async function simulated(
  plan: Plan,
  { atlas, file, tracePath }: Awaited<ReturnType<typeof loadPlan>>,
  trace: Parameters<typeof runPlan>[2]['trace'],
): Promise<Modelled> {
  const manifest = await createManifest(plan, file, tracePath)
  const once = { ...plan, replications: 1, warmup: { kind: 'none' as const } }
  return runPlan(once, atlas, { manifest, trace: trace ?? null }).cold
}

function withRequests(plan: Plan, requests: number): Plan {
  if (plan.traffic.kind !== 'synthetic') return plan
  return { ...plan, traffic: { ...plan.traffic, requests: Math.min(requests, plan.traffic.requests) } }
}

function scheduleOf({
  rate,
  speed,
  fast,
}: VisitCommandOptions): ((number: number, scenarioMs: number) => number) | undefined {
  if (fast) return undefined
  if (rate !== undefined) {
    const perSecond = parseRatePerSecond(rate)
    if (perSecond === undefined || perSecond <= 0)
      throw new UserError({ message: `--rate: "${rate}" is no rate`, hint: '200/s' })
    return number => (number / perSecond) * 1000
  }
  const factor = Number(speed)
  if (!(factor > 0)) throw new UserError(`--speed: "${speed}" is no factor`)
  return (_, scenarioMs) => scenarioMs / factor
}

function figuresOf({ latency, service, ...counts }: VisitTally): Figures {
  const at = (histogram: typeof latency, percentile: number): number =>
    histogram.getValueAtPercentile(percentile) / 1000
  const { requests, hits, bytes, hitBytes, errors, wrongBodies } = counts
  return {
    requests,
    hitRatio: requests === 0 ? 0 : hits / requests,
    byteHitRatio: bytes === 0 ? 0 : hitBytes / bytes,
    errors,
    wrongBodies,
    p50Ms: at(latency, 50),
    p95Ms: at(latency, 95),
    p99Ms: at(latency, 99),
    servedP50Ms: at(service, 50),
    bytes,
  }
}

function json({ all, byPop, originRequests, tookMs }: VisitResult, modelled: Modelled | undefined): string {
  const pops = [...byPop].sort().map(([pop, tally]) => ({ pop, ...figuresOf(tally) }))
  return `${JSON.stringify({ format: 'cdnlab-visit-1', ...figuresOf(all), originRequests, tookMs, pops, modelled }, null, 2)}\n`
}

function table({ all, byPop, originRequests, tookMs }: VisitResult, modelled: Modelled | undefined): string {
  const figures = figuresOf(all)
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`
  const ms = (value: number): string => `${value.toFixed(1)} ms`
  const rows: [string, string, string][] = [
    ['Requests', String(figures.requests), shown(modelled, 'requests', String)],
    ['Hit ratio', percent(figures.hitRatio), shown(modelled, 'hit_ratio', percent)],
    ['Byte hit ratio', percent(figures.byteHitRatio), shown(modelled, 'byte_hit_ratio', percent)],
    ['Origin requests', String(originRequests), shown(modelled, 'origin_requests', String)],
    ['Latency, p50', ms(figures.p50Ms), shown(modelled, 'p50_ms', ms)],
    ['Latency, p95', ms(figures.p95Ms), shown(modelled, 'p95_ms', ms)],
    ['Latency, p99', ms(figures.p99Ms), shown(modelled, 'p99_ms', ms)],
    ['Errors', String(figures.errors), shown(modelled, 'errors', String)],
    ['Wrong bodies', String(figures.wrongBodies), ''],
    ['Received', formatBytes(figures.bytes), shown(modelled, 'egress_bytes', formatBytes)],
  ]
  let text = `${''.padEnd(18)}${'by the wall'.padStart(14)}${modelled ? 'modelled'.padStart(14) : ''}\n`
  for (const [title, wall, model] of rows)
    text += `${title.padEnd(18)}${wall.padStart(14)}${modelled ? model.padStart(14) : ''}\n`
  text += `\n${'PoP'.padEnd(12)}${['requests', 'hits', 'p50', 'p95', 'errors'].map(word => word.padStart(11)).join('')}\n`
  for (const [pop, tally] of [...byPop].sort()) {
    const { requests, hitRatio, p50Ms, p95Ms, errors } = figuresOf(tally)
    const cells = [String(requests), percent(hitRatio), ms(p50Ms), ms(p95Ms), String(errors)]
    text += `${pop.padEnd(12)}${cells.map(cell => cell.padStart(11)).join('')}\n`
  }
  const rate = (figures.requests / tookMs) * 1000
  return `${text}\n${(tookMs / 1000).toFixed(1)} s, ${rate.toFixed(0)} visits a second. Latency runs from when a visit was due; from when it was sent, p50 is ${ms(figures.servedP50Ms)}.\n`
}

function shown(modelled: Modelled | undefined, id: string, format: (value: number) => string): string {
  const value = modelled?.[id]
  return value === undefined || !Number.isFinite(value) ? '' : format(value)
}

function readDoor(text: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new UserError(`--door: "${text}" is no http URL`)
  return new URL(text)
}

function readCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UserError(`${name}: "${text}" is no count`)
  return Number(text)
}

function readBytes(text: string): number {
  const bytes = parseBytes(text)
  if (!bytes) throw new UserError(`--max-bytes: "${text}" is no size`)
  return bytes
}
