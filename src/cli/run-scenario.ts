import { loadKernels } from '../files/kernels.ts'
import { type LoadedPlan, loadPlan } from '../files/load-plan.ts'
import { createManifest } from '../files/manifest.ts'
import { checkOutputFile, writeOutput } from '../files/output.ts'
import { readSharedTrace, type SharedTrace, sourceOf } from '../files/trace-source.ts'
import { printWarnings } from '../files/warnings.ts'
import { UserError } from '../lib/user-error.ts'
import { whyWhole } from '../sim/catchment.ts'
import { type RunPorts, runPlan } from '../sim/run.ts'
import type { RunResult } from '../stats/result.ts'
import type { RunOptions } from './run.ts'
import { checkFormats, reportOf, writePage } from './run-report.ts'
import { createProgress } from './terminal.ts'

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
  const workers = readWorkers(options)
  const loaded = await loadPlan(name, options)
  const { plan, atlas, warnings, file, text, tracePath } = loaded
  printWarnings(warnings)
  const manifest = await createManifest(plan, file, tracePath)
  const shared = tracePath === undefined ? null : await readSharedTrace(plan, tracePath, printWarnings)
  const trace = shared && sourceOf(shared)
  const kernels = loadKernels() ?? null
  if (options.watch) {
    const { createRunWatch } = await import('./watch.ts')
    const watch = createRunWatch(plan, manifest, options)
    try {
      return { result: runPlan(plan, atlas, { manifest, trace, kernels, onLook: watch.look }), text }
    } finally {
      watch.stop()
    }
  }
  const progress = await createProgress('running', 1, options)
  try {
    const onProgress = (done: number, expected: number): void => progress.update(done / expected)
    const ports = { manifest, trace, kernels, onProgress }
    return { result: (await split(loaded, { ...ports, shared }, workers)) ?? runPlan(plan, atlas, ports), text }
  } finally {
    progress.stop()
  }
}

const mostWorkers = 1024

/** Throws UserError. */
function readWorkers({ workers = '1', watch }: RunOptions): number {
  const count = Number(workers)
  if (!(Number.isInteger(count) && count >= 1 && count <= mostWorkers))
    throw new UserError({ message: `--workers ${workers}: a number from 1 to ${mostWorkers} is expected` })
  if (count > 1 && watch) throw new UserError('--watch follows a run in one thread: leave out --workers')
  return count
}

/** The result of a run over threads; undefined where one thread does better or must do it alone, and why is told. */
async function split(
  loaded: LoadedPlan,
  ports: RunPorts & { shared: SharedTrace | null },
  workers: number,
): Promise<RunResult | undefined> {
  const { plan } = loaded
  if (workers === 1) return undefined
  const why = whyWhole(plan)
  const { runSplit } = await import('./run-split.ts')
  const result = why === undefined ? await runSplit(loaded, ports, workers) : undefined
  if (result === undefined)
    process.stderr.write(`runs in one thread: ${why ?? 'its PoPs would wait for their shared tier too often'}\n`)
  return result
}
