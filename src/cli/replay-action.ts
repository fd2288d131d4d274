import { stringify } from 'yaml'
import type { Atlas } from '../geo/atlas.ts'
import { UserError } from '../lib/user-error.ts'
import { type ReplayReport, replayText } from '../report/replay.ts'
import type { Override } from '../scenario/override.ts'
import { readScenario } from '../scenario/parse.ts'
import type { Plan } from '../scenario/plan.ts'
import { planOf } from '../scenario/plan-of.ts'
import { compareVerdicts, createFates } from '../sim/replay-compare.ts'
import { replaySource } from '../sim/replay-source.ts'
import { runPlan } from '../sim/run.ts'
import type { Watch } from '../sim/simulate.ts'
import type { RunResult } from '../stats/result.ts'
import { estimateLifetime } from '../traffic/logs/lifetime.ts'
import { loadAtlas } from './atlas.ts'
import { overridesOf, pricesOf } from './load-plan.ts'
import { createManifest } from './manifest.ts'
import type { ReplayOptions } from './replay.ts'
import { checkReplayOutput, traceNameOf, writeReplay } from './replay-files.ts'
import { type LoadedLogs, loadLogs } from './replay-load.ts'
import { buildScenario, type ReplayScenario, whatIf } from './replay-scenario.ts'
import { reportOf, writePage } from './run-report.ts'
import { createSpillingStore } from './spill.ts'
import { checkOutputFile, colorLevel, createProgress, terminalWidth, writeOutput } from './terminal.ts'
import { printWarnings } from './warnings.ts'

const scenarioName = 'replay.yaml'

/** Reads logs, runs what they say through the simulator, and reports. Throws UserError. */
export async function replayLogs(files: readonly string[], options: ReplayOptions): Promise<void> {
  const output = options.output ?? '-'
  if (output !== '-') checkOutputFile(output)
  if (options.html !== undefined) checkOutputFile(options.html)
  if (options.scenarioOut !== undefined) checkReplayOutput(options.scenarioOut)
  const atlas = loadAtlas()
  const progress = await createProgress('replaying', files.length + 2, options)
  try {
    const logs = await loadLogs(files, options, atlas, file => progress.update(file))
    const lifetime = estimateLifetime(logs.record)
    const built = buildScenario(logs, options, traceNameOf(options.scenarioOut), lifetime)
    const base = overridesOf({ set: options.base })
    const changes = whatIf(options)
    progress.update(files.length)
    const fates = createFates(logs.record.count)
    const first = await run({ logs, built, overrides: base, atlas, watch: fates.watch })
    progress.update(files.length + 1)
    const second =
      changes.length === 0
        ? null
        : await run({ logs, built, overrides: [...base, sameWarmup(first.result, logs), ...changes], atlas })
    const comparison = compareVerdicts(
      logs.record,
      fates,
      first.plan.pops.filter(({ isEdge }) => isEdge).map(({ id }) => id),
      first.result.warmup.requests,
    )
    progress.stop()
    const last = second ?? first
    const report: ReplayReport = {
      format: 'cdnlab-replay-1',
      log: { ...factsOf(logs, built), lifetime },
      comparison,
      base: first.result,
      whatIf: second && { changes: changes.map(({ key, value }) => `${key}=${value}`), result: second.result },
    }
    if (options.scenarioOut !== undefined) await writeReplay(options.scenarioOut, last.text, logs.record, built)
    if (options.html !== undefined) await writePage(options.html, last.result, last.text)
    await writeOutput(output, textOf(report, last.result, options, output !== '-'))
  } finally {
    progress.stop()
  }
}

/** Both runs leave out the same requests, so that their figures are of the same ones. */
function sameWarmup({ warmup }: RunResult, { record }: LoadedLogs): Override {
  return { key: 'warmup', value: warmup.requests === 0 ? 'none' : `${record.timesMs[warmup.requests] ?? 0}ms` }
}

interface RunInput {
  logs: LoadedLogs
  built: ReplayScenario
  overrides: Override[]
  atlas: Atlas
  watch?: Watch
}

interface Ran {
  plan: Plan
  result: RunResult
  /** The scenario with what was changed. */
  text: string
}

/** Runs the scenario of the logs as `cdnlab run` runs one: the same reader, plan and engine, with the requests in memory. */
async function run({ logs, built, overrides, atlas, watch }: RunInput): Promise<Ran> {
  const parsed = readScenario(built.text, scenarioName, overrides)
  const { plan, warnings } = planOf(parsed, atlas, await pricesOf(parsed, '.'))
  printWarnings(warnings)
  const trace = replaySource(logs.record, built, plan.visitors.places, createSpillingStore())
  if (trace.requests !== logs.record.count) throw new UserError('the scenario of these logs must keep all requests')
  const manifest = await createManifest(plan, scenarioName, undefined)
  const result = runPlan(plan, atlas, { manifest, trace, ...(watch ? { watch } : {}) })
  return { plan, result, text: stringify(parsed.value, { lineWidth: 0 }) }
}

function factsOf(
  { record, located, formats, files, broken }: LoadedLogs,
  built: ReplayScenario,
): Omit<ReplayReport['log'], 'lifetime'> {
  const { facts, count, bytesOf, passObjects, inferredPassObjects, unknownSizes } = record
  const { movedRequests } = built
  return {
    ...facts,
    files,
    formats,
    requests: count,
    objects: bytesOf.length,
    passObjects,
    inferredPassObjects,
    unknownSizes,
    located: [...located],
    movedRequests,
    broken,
  }
}

function textOf(report: ReplayReport, last: RunResult, { json, color = true }: ReplayOptions, toFile: boolean): string {
  if (json) return `${JSON.stringify(report, null, 2)}\n`
  const colors = toFile ? colorLevel({ color, isTerminal: false }) : colorLevel({ color })
  return `${replayText(report, { width: terminalWidth(), colors })}\n${reportOf(last, { color }, toFile)}`
}
