import { Piscina } from 'piscina'

/** How a cell ended: what it computed, or what went wrong with it in one line. */
export type CellEnd = { outcome: unknown } | { error: string }

export interface CellPoolOptions {
  /** A module that exports `runCell`, a function from a task to plain data. */
  worker: URL
  workers: number
  /** Heap of a worker in MiB; a cell that needs more fails alone. Typed arrays are not counted by the platform. */
  heapMiB?: number
  /** Completes a task before a worker gets it. What it throws is charged to the cell. */
  prepare?: (task: unknown) => Promise<unknown>
}

/** Worker threads that run one task each, and charge to it whatever they do. */
export interface CellPool {
  /** A task that takes longer than `timeoutMs` is stopped and has failed. One stopped by the signal has no end: undefined. */
  run(task: unknown, timeoutMs: number, signal?: AbortSignal): Promise<CellEnd | undefined>
  close(): Promise<void>
}

/** Starts worker threads. One that exits, runs out of memory or never returns is replaced. */
export function createCellPool({ worker, workers, heapMiB, prepare }: CellPoolOptions): CellPool {
  const pool = new Piscina({
    filename: worker.href,
    name: 'runCell',
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    ...(heapMiB === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMiB } }),
  })
  return {
    async run(task, timeoutMs, signal) {
      if (prepare === undefined || signal?.aborted) return runOne(pool, task, timeoutMs, signal)
      try {
        return await runOne(pool, await prepare(task), timeoutMs, signal)
      } catch (error) {
        return { error: describeFailure(error) }
      }
    },
    close: () => pool.destroy(),
  }
}

async function runOne(
  pool: Piscina,
  task: unknown,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<CellEnd | undefined> {
  if (signal?.aborted) return undefined
  const stop = new AbortController()
  const giveUp = (): void => stop.abort()
  signal?.addEventListener('abort', giveUp, { once: true })
  const timer = Number.isFinite(timeoutMs) ? setTimeout(giveUp, timeoutMs) : undefined
  try {
    const outcome: unknown = await pool.run(task, { signal: stop.signal })
    // The pool reports a thrown null as a task that ended well; a cell always gives something else.
    return outcome === undefined || outcome === null ? { error: 'gave nothing, or threw null' } : { outcome }
  } catch (error) {
    if (signal?.aborted) return undefined
    if (stop.signal.aborted) return { error: `not finished after ${timeoutMs} ms` }
    return { error: describeFailure(error) }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}

/** One line for whatever was thrown: workers may throw null, numbers and objects without a message. */
function describeFailure(error: unknown): string {
  if (typeof error !== 'object' || error === null) return `threw ${String(error)}`
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'ran out of memory'
  return typeof message === 'string' && message !== '' ? message.split('\n')[0]! : 'threw an object without a message'
}
