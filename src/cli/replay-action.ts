import { loadAtlas } from '../files/atlas.ts'
import { overridesOf } from '../files/load-plan.ts'
import { checkOutputFile, writeOutput } from '../files/output.ts'
import { formatCount, formatValue } from '../report/figures.ts'
import { type ReplayReport, replayText } from '../report/replay.ts'
import type { Override } from '../scenario/override.ts'
import type { Comparison } from '../sim/replay-compare.ts'
import type { RunResult } from '../stats/result.ts'
import { estimateLifetime } from '../traffic/logs/lifetime.ts'
import type { ReplayOptions } from './replay.ts'
import { checkReplayOutput, traceNameOf, writeReplay } from './replay-files.ts'
import { fitCapacity } from './replay-fit.ts'
import { type LoadedLogs, loadLogs } from './replay-load.ts'
import { runAndCompare, runReplay } from './replay-run.ts'
import { buildScenario, type ReplayScenario, whatIf } from './replay-scenario.ts'
import { reportOf, writePage } from './run-report.ts'
import { colorLevel, createProgress, terminalWidth } from './terminal.ts'

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
    const fitted = options.fit ? await fitCapacity({ logs, built, overrides: base, atlas }) : []
    const { ran: first, comparison } = await runAndCompare({ logs, built, overrides: [...fitted, ...base], atlas })
    progress.update(files.length + 1)
    const second =
      changes.length === 0
        ? null
        : await runReplay({
            logs,
            built,
            overrides: [...fitted, ...base, sameWarmup(first.result, logs), ...changes],
            atlas,
          })
    progress.stop()
    const last = second === null ? first : { ...second, result: titledWhatIf(second.result, changes) }
    const page = { ...last.result, notes: [besideLog(comparison), ...last.result.notes] }
    const report: ReplayReport = {
      format: 'cdnlab-replay-1',
      log: { ...factsOf(logs, built), lifetime, fittedCapacity: fitted[0]?.value ?? null },
      comparison,
      base: first.result,
      whatIf: second && { changes: changes.map(({ key, value }) => `${key}=${value}`), result: second.result },
    }
    if (options.scenarioOut !== undefined) await writeReplay(options.scenarioOut, last.text, logs.record, built)
    if (options.html !== undefined) await writePage(options.html, page, last.text)
    await writeOutput(output, textOf(report, last.result, options, output !== '-'))
  } finally {
    progress.stop()
  }
}

/** Nobody may take the figures of a change for those of the log. */
function titledWhatIf(result: RunResult, changes: readonly Override[]): RunResult {
  return {
    ...result,
    title: `${result.title}: what if ${changes.map(({ key, value }) => `${key}=${value}`).join(', ')}`,
  }
}

/** How far the page may be trusted: what the log says of the same requests. */
function besideLog({ compared, logged, simulated, agreeing }: Comparison): string {
  const share = (part: number): string => formatValue(part / compared, '%')
  return `This is the model. Of ${formatCount(compared)} requests ${share(logged.hits)} are hits in the log and ${share(simulated.hits)} in the model as the log tells it; ${share(agreeing)} end alike.`
}

/** Both runs leave out the same requests, so that their figures are of the same ones. */
function sameWarmup({ warmup }: RunResult, { record }: LoadedLogs): Override {
  return { key: 'warmup', value: warmup.requests === 0 ? 'none' : `${record.timesMs[warmup.requests] ?? 0}ms` }
}

function factsOf(
  { record, located, formats, files, broken }: LoadedLogs,
  built: ReplayScenario,
): Omit<ReplayReport['log'], 'lifetime' | 'fittedCapacity'> {
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
