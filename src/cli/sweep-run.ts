import { existsSync, mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseBytes, parseDurationMs, parseShare } from '../lib/quantity.ts'
import { UserError } from '../lib/user-error.ts'
import type { Sweep } from '../report/sweep.ts'
import { parseAxis } from '../scenario/grid.ts'
import { createJournal, type Journal, resumeJournal } from '../sweep/journal.ts'
import { type Cell, type CellEnd, runLocally } from '../sweep/local.ts'
import { takeLock } from '../sweep/lock.ts'
import { memoryOfMachine, workersWithin } from '../sweep/memory.ts'
import { rowOf } from '../sweep/results.ts'
import { isInShard, parseShard, type Shard, wholeSweep } from '../sweep/shard.ts'
import { quoteWord } from './manifest.ts'
import type { SweepOptions } from './sweep.ts'
import { journalFile, lockFile, tellSweep, writeSweep } from './sweep-output.ts'
import { type PlannedCell, type PlannedSweep, planSweep } from './sweep-plan.ts'
import { createProgress } from './terminal.ts'
import { printWarnings } from './warnings.ts'

const interruptedExit = 130
/** Beside this module, under the name that the build gives it. */
const worker = new URL('./sweep-worker.js', import.meta.url)

interface SweepSettings {
  shard: Shard
  workers: number | undefined
  timeoutMs: number
  precision: number | undefined
  mostBytes: number
}

/** Runs a sweep from its grid to its reports. Throws UserError; sets the exit codes of failed cells, thresholds and interruption. */
export async function runSweep(scenario: string, options: SweepOptions): Promise<void> {
  const settings = readSettings(options)
  const planned = await planSweep(scenario, options.grid.map(parseAxis), { ...options, precision: settings.precision })
  printWarnings(planned.warnings)
  const { shard, workers: wanted, mostBytes } = settings
  const cells = planned.cells.filter(({ cell }) => isInShard(cell, shard))
  const processors = Math.min(availableParallelism(), Math.max(1, cells.length))
  const workers = workersWithin({ workers: wanted, processors, cellBytes: planned.cellBytes, mostBytes })
  if (planned.repeated > 0)
    process.stderr.write(`${planned.repeated} points mean the same as one before and are left out\n`)
  mkdirSync(options.out, { recursive: true })
  const lock = takeLock(join(options.out, lockFile))
  try {
    const journal = openJournal(options, planned, shard)
    const isWhole = await fillJournal(cells, journal, { ...settings, workers }, options)
    if (!isWhole) return
    const rows = cells.map(({ cell, point }) => rowOf(journal.done.get(cell)!, point))
    const sweep: Sweep = { title: planned.head.title, rows, isTraced: planned.isTraced }
    resumable(() => writeSweep(options.out, sweep))
    await tellSweep(options.out, sweep, options)
  } finally {
    lock.release()
  }
}

/** Every option in its unit. Throws UserError with every mistake. */
function readSettings({ workers, shard, cellTimeout, maxMemory, precision }: SweepOptions): SweepSettings {
  const timeoutMs = cellTimeout === undefined ? Number.POSITIVE_INFINITY : parseDurationMs(cellTimeout)
  const mostBytes = maxMemory === undefined ? memoryOfMachine() : parseBytes(maxMemory)
  const count = workers === undefined ? undefined : Number(workers)
  const share = precision === undefined ? undefined : parseShare(precision)
  const mistakes = [
    ...(precision === undefined || share
      ? []
      : [{ message: `--precision ${precision} is no share above 0`, hint: 'for instance 0.5%' }]),
    ...(timeoutMs
      ? []
      : [{ message: `--cell-timeout ${cellTimeout} is no duration`, hint: 'for instance 90s or 10m' }]),
    ...(mostBytes ? [] : [{ message: `--max-memory ${maxMemory} is no size`, hint: 'for instance 8GiB' }]),
    ...(count === undefined || (Number.isInteger(count) && count >= 1 && count <= 1024)
      ? []
      : [{ message: `--workers ${workers}: a number from 1 to 1024 is expected` }]),
  ]
  if (mistakes.length > 0) throw new UserError(mistakes)
  return {
    shard: shard === undefined ? wholeSweep : parseShard(shard),
    workers: count,
    precision: share,
    timeoutMs: timeoutMs!,
    mostBytes: mostBytes!,
  }
}

function openJournal({ out, resume = false }: SweepOptions, { head }: PlannedSweep, { index, count }: Shard): Journal {
  const path = join(out, journalFile)
  const own = { ...head, inputs: { ...head.inputs, shard: `${index}/${count}` } }
  // A sweep killed before its journal was begun has lost nothing.
  return resume && existsSync(path) ? resumeJournal(path, own) : createJournal(path, own)
}

/** Runs the cells that the journal has not. False when it was interrupted; the way on is then told on standard error. */
async function fillJournal(
  cells: readonly PlannedCell[],
  journal: Journal,
  { workers, timeoutMs }: SweepSettings & { workers: number },
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
    await runLocally(left, {
      worker,
      workers: Math.min(workers, Math.max(1, left.length)),
      timeoutMs,
      signal: stop.signal,
      onEnd,
    })
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
  return `cdnlab ${words.map(quoteWord).join(' ')} --resume`
}
