import { join } from 'node:path'
import { plainManifest } from '../files/manifest.ts'
import { writeBytes, writeOut, writeOutput } from '../files/output.ts'
import { inertLines } from '../report/inert.ts'
import { failuresOf, mainMetrics, missedOf, type Sweep } from '../report/sweep.ts'
import { sweepCsv } from '../report/sweep-csv.ts'
import { sweepMarkdown } from '../report/sweep-markdown.ts'
import { differencesOf } from '../report/sweep-means.ts'
import { resultLines } from '../sweep/results.ts'

const failedExit = 1
const thresholdExit = 99
const mostTold = 20

/** File names in the folder of a sweep. */
export const resultsFile = 'results.jsonl'
export const journalFile = 'journal'
export const lockFile = 'lock'

/** Writes the files of a finished sweep, each whole or not at all. Throws UserError. */
export function writeSweep(folder: string, sweep: Sweep): void {
  const write = (name: string, text: string): void => writeBytes(join(folder, name), Buffer.from(text))
  write(resultsFile, resultLines(sweep.rows))
  write('report.csv', sweepCsv(sweep))
  write('report.md', sweepMarkdown(sweep))
}

/** Says on standard output what came of a sweep and sets the exit code: 1 where cells failed, 99 where thresholds were missed. */
export async function tellSweep(
  folder: string,
  sweep: Sweep,
  { json = false, html }: { json?: boolean; html?: string },
): Promise<void> {
  const failures = failuresOf(sweep)
  const missed = missedOf(sweep)
  await writeOut(json ? sweepJson(sweep) : sweepMarkdown(sweep))
  for (const { cell, error } of failures.slice(0, mostTold))
    process.stderr.write(`failed: cell ${cell}: ${inertLines(error!)}\n`)
  if (failures.length > mostTold) process.stderr.write(`and ${failures.length - mostTold} more\n`)
  for (const { row, text } of missed.slice(0, mostTold))
    process.stderr.write(`threshold missed: cell ${row.cell}: ${inertLines(text)}\n`)
  if (missed.length > mostTold) process.stderr.write(`and ${missed.length - mostTold} more\n`)
  process.stderr.write(`written to ${folder}\n`)
  if (html !== undefined) await writePage(html, sweep)
  if (failures.length > 0) process.exitCode = failedExit
  else if (missed.length > 0) process.exitCode = thresholdExit
}

async function writePage(path: string, sweep: Sweep): Promise<void> {
  const { sweepHtml } = await import('../report/html/sweep-page.ts')
  const { version, command, node, os, cpu } = plainManifest(sweep.title, 0)
  await writeOutput(path, sweepHtml(sweep, { version, command, node, os, cpu }))
  process.stderr.write(`written to ${path}\n`)
}

function sweepJson(sweep: Sweep): string {
  const { title, rows, isTraced } = sweep
  const differences = differencesOf(sweep, mainMetrics)
  return `${JSON.stringify({ format: 'cdnlab-sweep-1', title, isTraced, rows, differences }, null, 2)}\n`
}
