import { Piscina } from 'piscina'

/** One unit of work: `task` is plain data for the worker; `key` is its content address. */
export interface Cell {
  cell: number
  key: string
  task: unknown
}

export type CellEnd = { outcome: unknown } | { error: string }

export interface LocalOptions {
  /** A module that exports `runCell`, a function from a task to plain data. */
  worker: URL
  workers: number
  /** A cell that has not come back after this long is stopped and charged as failed; Infinity: never. */
  timeoutMs: number
  /** Heap of a worker in MiB; a cell that needs more fails alone. Typed arrays are not counted by the platform. */
  heapMiB?: number
  /** Stops handing out cells; those in flight are abandoned. */
  signal?: AbortSignal
  onEnd: (cell: Cell, end: CellEnd) => void
}

/**
 * Runs cells over worker threads. What a worker does, whether it throws anything, exits, runs out of memory or never returns, is
 * charged to its cell; the others go on. `onEnd` is called once for each cell, in the order in which they end.
 */
export async function runLocally(cells: Iterable<Cell>, options: LocalOptions): Promise<void> {
  const { worker, workers, timeoutMs, heapMiB, signal, onEnd } = options
  const pool = new Piscina({
    filename: worker.href,
    name: 'runCell',
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    ...(heapMiB === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMiB } }),
  })
  const waiting = cells[Symbol.iterator]()
  const takeTurns = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done && !signal?.aborted; next = waiting.next()) {
      const end = await runOne(pool, next.value, timeoutMs, signal)
      if (!signal?.aborted) onEnd(next.value, end)
    }
  }
  try {
    await Promise.all(Array.from({ length: workers }, takeTurns))
  } finally {
    await pool.destroy()
  }
}

async function runOne(pool: Piscina, { task }: Cell, timeoutMs: number, signal?: AbortSignal): Promise<CellEnd> {
  const stop = new AbortController()
  const giveUp = (): void => stop.abort()
  signal?.addEventListener('abort', giveUp, { once: true })
  const timer = Number.isFinite(timeoutMs) ? setTimeout(giveUp, timeoutMs) : undefined
  try {
    const outcome: unknown = await pool.run(task, { signal: stop.signal })
    // The pool reports a thrown null as a task that ended well; a cell always gives something else.
    return outcome === undefined || outcome === null ? { error: 'gave nothing, or threw null' } : { outcome }
  } catch (error) {
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
