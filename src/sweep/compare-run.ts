import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { threadModule } from '../files/quick.ts'
import { UserError } from '../lib/user-error.ts'
import { type CompareOutcome, type CompareTask, runCell } from './compare-task.ts'

interface LabelledCell {
  /** What messages call it. */
  label: string
  task: CompareTask
}

/**
 * Runs cells over worker threads, as many as processors where nobody says; one alone is this thread. Outcomes come in the order of the cells.
 * Throws UserError with the reasons where cells failed.
 */
export async function runCells(
  cells: readonly LabelledCell[],
  workers: number | undefined,
  onCell: (done: number, cells: number) => void,
): Promise<CompareOutcome[]> {
  const threads = Math.min(workers ?? availableParallelism(), cells.length)
  const outcomes: CompareOutcome[] = []
  const failures: string[] = []
  let done = 0
  const onEnd = (cell: number, end: { outcome: unknown } | { error: string }): void => {
    if ('error' in end) failures.push(`${cells[cell]!.label}: ${end.error}`)
    else outcomes[cell] = end.outcome as CompareOutcome
    onCell(++done, cells.length)
  }
  if (threads === 1) await runHere(cells, onEnd)
  else {
    const { runLocally } = await import('./local.ts')
    await runLocally(
      cells.map(({ task }, cell) => ({ cell, key: String(cell), task })),
      {
        worker: threadModule(
          new URL(`./compare-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
        ),
        workers: threads,
        timeoutMs: Number.POSITIVE_INFINITY,
        onEnd: ({ cell }, end) => onEnd(cell, end),
      },
    )
  }
  if (failures.length > 0)
    throw new UserError(
      failures.map(message => ({ message })),
      1,
    )
  return outcomes
}

/** Runs cells one after the other in this thread, which looks up between them for signals and the progress bar. */
async function runHere(
  cells: readonly LabelledCell[],
  onEnd: (cell: number, end: { outcome: unknown } | { error: string }) => void,
): Promise<void> {
  for (const [cell, { task }] of cells.entries()) {
    try {
      onEnd(cell, { outcome: runCell(task) })
    } catch (error) {
      onEnd(cell, { error: error instanceof Error ? error.message : String(error) })
    }
    await setImmediate()
  }
}
