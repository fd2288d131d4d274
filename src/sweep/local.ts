import { type CellEnd, type CellPoolOptions, createCellPool } from './cell-pool.ts'

/** One unit of work: `task` is plain data for the worker; `key` is its content address. */
export interface Cell<Task = unknown> {
  cell: number
  key: string
  task: Task
}

export interface LocalOptions extends CellPoolOptions {
  /** A cell that has not come back after this long is stopped and charged as failed; Infinity: never. */
  timeoutMs: number
  /** Stops handing out cells; those in flight are abandoned. */
  signal?: AbortSignal
  onEnd: (cell: Cell, end: CellEnd) => void
}

/**
 * Runs cells over worker threads. What a worker does, whether it throws anything, exits, runs out of memory or never returns, is
 * charged to its cell; the others go on. `onEnd` is called once for each cell, in the order in which they end.
 */
export async function runLocally(cells: Iterable<Cell>, options: LocalOptions): Promise<void> {
  const { workers, timeoutMs, signal, onEnd } = options
  const pool = createCellPool(options)
  const waiting = cells[Symbol.iterator]()
  const takeTurns = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done && !signal?.aborted; next = waiting.next()) {
      const end = await pool.run(next.value.task, timeoutMs, signal)
      if (end && !signal?.aborted) onEnd(next.value, end)
    }
  }
  try {
    await Promise.all(Array.from({ length: workers }, takeTurns))
  } finally {
    await pool.close()
  }
}
