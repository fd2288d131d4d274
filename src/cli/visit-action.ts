import { loadPlan, type ScenarioOptions } from '../files/load-plan.ts'
import { createManifest } from '../files/manifest.ts'
import { checkOutputFile, writeOut } from '../files/output.ts'
import { openTraceSource } from '../files/trace-source.ts'
import { printWarnings } from '../files/warnings.ts'
import { parseBytes, parseRatePerSecond } from '../lib/quantity.ts'
import { createRandom } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import { visit } from '../live/visit.ts'
import { overloadNotes, wallNotes } from '../live/visit-notes.ts'
import { createGeometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { createLoad } from '../sim/load.ts'
import { runPlan } from '../sim/run.ts'
import { checkFormats, reportOf, writePage } from './run-report.ts'

export interface VisitCommandOptions extends ScenarioOptions {
  door: string
  requests: string
  rate?: string
  speed: string
  fast?: boolean
  atOnce: string
  maxBytes: string
  check: boolean
  timeScale: string
  model: boolean
  json?: boolean
  csv?: boolean
  markdown?: boolean
  html?: string
  color?: boolean
}

/** Sends the visitors and reports. Sets exit code 1 when a body was wrong or every visit failed. Throws UserError. */
export async function visitScenario(name: string, options: VisitCommandOptions): Promise<void> {
  checkFormats(options)
  if (options.html !== undefined) checkOutputFile(options.html)
  const loaded = await loadPlan(name, options)
  const { atlas, text, file, tracePath } = loaded
  const requests = readCount('--requests', options.requests)
  const plan = withRequests(loaded.plan, requests)
  const manifest = await createManifest(plan, file, tracePath)
  const trace = tracePath === undefined ? null : await openTraceSource(plan, tracePath, printWarnings)
  const geometry = createGeometry(plan, atlas)
  const { catalog, traffic } = createLoad(plan, trace, createRandom(plan.seed, 'replication 0'))
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const visited = await visit({
    door: readDoor(options.door),
    plan,
    geometry,
    catalog,
    traffic,
    requests,
    dueMs: scheduleOf(options),
    atOnce: readCount('--at-once', options.atOnce),
    timeScale: readTimeScale(options.timeScale),
    checksBodies: options.check,
    greatestBytes: readBytes(options.maxBytes),
    signal: stop.signal,
  })
  const measured = visited.log.result({ ...manifest, replications: 1 }, wallNotes(visited, options.check))
  const once = { ...plan, replications: 1, thresholds: [], warmup: { kind: 'none' as const } }
  for (const note of overloadNotes(visited)) process.stderr.write(`warning: ${note}\n`)
  const simulated = options.model ? runPlan(once, atlas, { manifest, trace, geometry }) : null
  const result = { ...measured, modelled: simulated?.cold ?? {} }
  if (options.html !== undefined) await writePage(options.html, result, text)
  await writeOut(reportOf(result, options, false))
  if (stop.signal.aborted) process.exitCode = 130
  else if (visited.wrongBodies > 0 || visited.log.errors === visited.log.requests) process.exitCode = 1
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

function readTimeScale(text: string): number {
  const scale = Number(text)
  if (text.trim() === '' || !(scale >= 0 && scale <= 1000))
    throw new UserError(`--time-scale: "${text}" is not 0 to 1000`)
  return scale
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
