import { runPlan } from '../sim/run.ts'
import type { RunResult } from '../stats/result.ts'
import { loadPlan } from './load-plan.ts'
import { createManifest } from './manifest.ts'
import type { RunOptions } from './run.ts'
import { checkFormats, reportOf, writePage } from './run-report.ts'
import { checkOutputFile, createProgress, writeOutput } from './terminal.ts'
import { openTraceSource } from './trace-source.ts'
import { printWarnings } from './warnings.ts'

const thresholdExit = 99

/** Runs a scenario from file to report. Sets exit code 99 when a threshold is missed. Throws UserError. */
export async function runScenario(name: string, options: RunOptions): Promise<void> {
  checkFormats(options)
  const output = options.output ?? '-'
  const toFile = output !== '-'
  if (toFile) checkOutputFile(output)
  if (options.html !== undefined) checkOutputFile(options.html)
  const { result, text } = await runFile(name, options)
  if (options.html !== undefined) await writePage(options.html, result, text)
  await writeOutput(output, reportOf(result, options, toFile))
  if (toFile) process.stderr.write(`written to ${output}\n`)
  const missed = result.thresholds.filter(({ passed }) => !passed)
  for (const { text, value } of missed)
    process.stderr.write(`threshold missed: ${text}, it is ${value.toPrecision(4)}\n`)
  if (missed.length > 0) process.exitCode = thresholdExit
}

/** The result of a scenario's run, with a progress bar on the way and its warnings on standard error. */
async function runFile(name: string, options: RunOptions): Promise<{ result: RunResult; text: string }> {
  const { plan, atlas, warnings, file, text, tracePath } = await loadPlan(name, options)
  printWarnings(warnings)
  const manifest = await createManifest(plan, file, tracePath)
  const trace = tracePath === undefined ? null : await openTraceSource(plan, tracePath)
  if (options.watch) {
    const { createRunWatch } = await import('./watch.ts')
    const watch = createRunWatch(plan, manifest, options)
    try {
      return { result: runPlan(plan, atlas, { manifest, trace, onLook: watch.look }), text }
    } finally {
      watch.stop()
    }
  }
  const progress = await createProgress('running', 1, options)
  try {
    const onProgress = (done: number, expected: number): void => progress.update(done / expected)
    return { result: runPlan(plan, atlas, { manifest, trace, onProgress }), text }
  } finally {
    progress.stop()
  }
}
