import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { shownWord } from '../files/manifest.ts'
import { checkOutputFile } from '../files/output.ts'
import { printWarnings } from '../files/warnings.ts'
import { UserError } from '../lib/user-error.ts'
import type { Sweep } from '../report/sweep.ts'
import { parseAxis } from '../scenario/grid.ts'
import type { CellEnd } from '../sweep/cell-pool.ts'
import { createJournal, type Journal, resumeJournal } from '../sweep/journal.ts'
import type { Cell } from '../sweep/local.ts'
import { takeLock } from '../sweep/lock.ts'
import { rowOf } from '../sweep/results.ts'
import { isInShard } from '../sweep/shard.ts'
import type { SweepOptions } from './sweep.ts'
import { journalFile, lockFile, tellSweep, writeSweep } from './sweep-output.ts'
import { type PlannedCell, type PlannedSweep, planSweep } from './sweep-plan.ts'
import { openRunner, type SweepRunner } from './sweep-runner.ts'
import { readSweepSettings } from './sweep-settings.ts'
import { createProgress } from './terminal.ts'

const interruptedExit = 130

/** Runs a sweep from its grid to its reports. Throws UserError; sets the exit codes of failed cells, thresholds and interruption. */
export async function runSweep(scenario: string, options: SweepOptions): Promise<void> {
  const settings = readSweepSettings(options)
  const planned = await planSweep(scenario, options.grid.map(parseAxis), { ...options, precision: settings.precision })
  printWarnings(planned.warnings)
  const cells = planned.cells.filter(({ cell }) => isInShard(cell, settings.shard))
  const runner = await openRunner(settings, planned, cells.length)
  if (planned.repeated > 0)
    process.stderr.write(`${planned.repeated} points mean the same as one before and are left out\n`)
  try {
    await fillFolder(planned, cells, runner, options)
  } finally {
    await runner.close()
  }
}

/** Runs what is left of the cells, and writes and tells what came of all. */
async function fillFolder(
  planned: PlannedSweep,
  cells: readonly PlannedCell[],
  runner: SweepRunner,
  options: SweepOptions,
): Promise<void> {
  if (options.html !== undefined) checkOutputFile(options.html)
  mkdirSync(options.out, { recursive: true })
  const lock = takeLock(join(options.out, lockFile))
  try {
    const journal = openJournal(options, planned)
    const isWhole = await fillJournal(cells, journal, runner, options)
    if (!isWhole) return
    const rows = cells.map(({ cell, point }) => rowOf(journal.done.get(cell)!, point))
    const sweep: Sweep = { title: planned.head.title, rows, isTraced: planned.isTraced }
    resumable(() => writeSweep(options.out, sweep))
    await tellSweep(options.out, sweep, options)
  } finally {
    lock.release()
  }
}

function openJournal({ out, resume = false, shard = '0/1' }: SweepOptions, { head }: PlannedSweep): Journal {
  const path = join(out, journalFile)
  const own = { ...head, inputs: { ...head.inputs, shard } }
  // A sweep killed before its journal was begun has lost nothing.
  return resume && existsSync(path) ? resumeJournal(path, own) : createJournal(path, own)
}

/** Runs the cells that the journal has not. False when it was interrupted; the way on is then told on standard error. */
async function fillJournal(
  cells: readonly PlannedCell[],
  journal: Journal,
  runner: SweepRunner,
  options: SweepOptions,
): Promise<boolean> {
  const left = cells.filter(({ cell, key }) => journal.done.get(cell)?.key !== key)
  const progress = await createProgress('sweeping', cells.length, options)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  let failure: unknown
  let done = cells.length - left.length
  const onEnd = ({ cell, key }: Cell, end: CellEnd): void => {
    try {
      journal.append({ cell, key, ...end })
      progress.update(++done)
    } catch (error) {
      // Nothing may follow a half-written line.
      failure = error
      stop.abort()
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt)
  try {
    await runner.run(left, stop.signal, onEnd)
    resumable(() => {
      if (failure !== undefined) throw failure
      journal.close()
    })
  } finally {
    progress.stop()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
  }
  if (!stop.signal.aborted) return true
  process.stderr.write(`interrupted after ${done} of ${cells.length} cells; go on with\n  ${resumeCommand()}\n`)
  process.exitCode = interruptedExit
  return false
}

/** Runs what needs room on the disk. Throws UserError, with the way on, where the system refuses. */
function resumable(write: () => void): void {
  try {
    write()
  } catch (error) {
    const { message } = error as Error
    throw new UserError(
      { message: `cannot write the results: ${message}`, hint: `then go on with ${resumeCommand()}` },
      1,
    )
  }
}

/** The command that goes on with this sweep. */
function resumeCommand(): string {
  const words = process.argv.slice(2).filter(word => word !== '--resume')
  return `cdnlab ${words.map(shownWord).join(' ')} --resume`
}
