import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { UserError } from '../lib/user-error.ts'
import { reportCsv } from '../report/csv.ts'
import { reportJson } from '../report/json.ts'
import { reportMarkdown } from '../report/markdown.ts'
import { reportText } from '../report/text.ts'
import { runPlan } from '../sim/run.ts'
import type { RunResult } from '../stats/result.ts'
import { readConfigFile } from './atlas.ts'
import { loadPlan } from './load-plan.ts'
import { createManifest } from './manifest.ts'
import type { RunOptions } from './run.ts'
import { checkOutputFile, colorLevel, createProgress, terminalWidth, writeOutput } from './terminal.ts'
import { openTraceSource } from './trace-source.ts'
import { printWarnings } from './warnings.ts'

const thresholdExit = 99

/** Runs a scenario from file to report. Sets exit code 99 when a threshold is missed. Throws UserError. */
export async function runScenario(name: string, options: RunOptions): Promise<void> {
  const formats = [options.json, options.csv, options.markdown].filter(Boolean).length
  if (formats > 1) throw new UserError('--json, --csv and --markdown are three formats: choose one')
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
  const progress = await createProgress('running', 1, options)
  try {
    const onProgress = (done: number, expected: number): void => progress.update(done / expected)
    return { result: runPlan(plan, atlas, { manifest, trace, onProgress }), text }
  } finally {
    progress.stop()
  }
}

async function writePage(path: string, result: RunResult, scenario: string): Promise<void> {
  const { reportHtml } = await import('../report/html/page.ts')
  const land = readFileSync(createRequire(import.meta.url).resolve('world-atlas/land-110m.json'), 'utf8')
  await writeOutput(path, reportHtml(result, { scenario, land }))
  process.stderr.write(`written to ${path}\n`)
}

function reportOf(result: RunResult, { json, csv, markdown, color = true }: RunOptions, toFile: boolean): string {
  if (json) return reportJson(result)
  if (csv) return reportCsv(result)
  if (markdown) return reportMarkdown(result)
  const land = readConfigFile('world-braille-100x21.txt')
  const colors = toFile ? colorLevel({ color, isTerminal: false }) : colorLevel({ color })
  return reportText(result, { width: terminalWidth(), colors, land })
}
