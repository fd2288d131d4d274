import { type Job, WaitingError, type Worker } from 'bullmq'
import { UserError } from '../lib/user-error.ts'
import { type CellPoolOptions, createCellPool } from './cell-pool.ts'
import type { CellTask } from './cell-task.ts'
import type { FleetCell } from './fleet-cell.ts'
import { createCellRunner, type RunnerOptions } from './fleet-runner.ts'
import { createTraceSharing } from './shared-traces.ts'

export interface FleetWorkerOptions extends CellPoolOptions, Omit<RunnerOptions, 'pool'> {
  /** A worker that has said nothing for so long is taken for dead, and its cells are given to others. */
  lockMs: number
  /** Ends after so long without a cell; Infinity: never. */
  idleMs: number
  /** Takes no more cells, finishes those that it has, and ends. */
  drain: AbortSignal
}

/** So many workers in a row may be lost with one cell before it has failed: it may be what kills them. */
const mostLosses = 2
const longestFarewellMs = 3000
const longestDrainMs = 30_000
const checkMs = 200

/**
 * Runs cells of a queue until it is told to end. Each runs in a thread, so that this one is free to say that the worker is alive.
 * Answers how many it ran. Throws UserError where a cell asks for what this machine has not: another version, a trace, memory.
 * Such a cell goes back into the queue.
 */
export async function serveFleet(options: FleetWorkerOptions): Promise<number> {
  const { queue, lockMs, idleMs, workers, drain, stop } = options
  const share = createTraceSharing()
  const pool = createCellPool({ ...options, prepare: task => share(task as CellTask) })
  const runCell = createCellRunner({ ...options, pool })
  let refusal: UserError | undefined
  let [busy, ran, lastMs] = [0, 0, performance.now()]

  async function run(job: Job<FleetCell, string>, token?: string): Promise<string> {
    busy++
    try {
      const end = await runCell(job.data)
      if (end !== undefined && !(end instanceof UserError)) {
        ran++
        return JSON.stringify(end)
      }
      refusal ??= end
      await job.moveToWait(token)
      throw new WaitingError()
    } finally {
      busy--
      lastMs = performance.now()
    }
  }

  const taker = queue.createWorker(run, {
    concurrency: workers,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: mostLosses,
    runRetryDelay: Math.min(lockMs, 1000),
  })
  // That the server is away is told by the queue; a lost lock only means that another runs the cell as well.
  taker.on('error', () => undefined)
  const mayLeave = (): boolean =>
    drain.aborted || stop.aborted || refusal !== undefined || (busy === 0 && performance.now() - lastMs > idleMs)
  try {
    await until(mayLeave)
    await leave(taker, stop, () => busy === 0)
  } finally {
    await pool.close()
  }
  if (refusal) throw refusal
  return ran
}

/** Waits until something holds, as long as anything else keeps the process alive. */
function until(holds: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const timer = setInterval(() => {
      if (!holds()) return
      clearInterval(timer)
      resolve()
    }, checkMs)
    timer.unref()
  })
}

/**
 * Waits for the cells in hand, and until their ends are told. The server may be away: then not for ever, and only for a short while
 * once it is told to stop. A cell whose end is not told is run again by others.
 */
async function leave(taker: Worker, stop: AbortSignal, isIdle: () => boolean): Promise<void> {
  let leftMs = longestDrainMs
  const givenUp = until(() => {
    if (stop.aborted) leftMs = Math.min(leftMs, longestFarewellMs)
    if (stop.aborted || isIdle()) leftMs -= checkMs
    return leftMs <= 0
  })
  await Promise.race([taker.close(), givenUp])
}
