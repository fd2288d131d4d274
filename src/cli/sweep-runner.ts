import { availableParallelism } from 'node:os'
import { threadModule } from '../files/quick.ts'
import { printWarnings } from '../files/warnings.ts'
import type { CellEnd } from '../sweep/cell-pool.ts'
import type { CellTask } from '../sweep/cell-task.ts'
import { type Cell, runLocally } from '../sweep/local.ts'
import { workersWithin } from '../sweep/memory.ts'
import { createTraceSharing } from '../sweep/shared-traces.ts'
import { tellQueueNews } from './fleet-news.ts'
import type { PlannedCell, PlannedSweep } from './sweep-plan.ts'
import type { SweepSettings } from './sweep-settings.ts'

/** Beside this module, under the name that the build gives it. */
const worker = threadModule(new URL('./sweep-worker.js', import.meta.url))

/** Who runs the cells of a sweep: the threads of this machine, or a fleet. */
export interface SweepRunner {
  /** Calls `onEnd` once for each cell, in the order in which they end. Throws what the machine refuses. */
  run(cells: readonly PlannedCell[], signal: AbortSignal, onEnd: (cell: Cell, end: CellEnd) => void): Promise<void>
  close(): Promise<void>
}

/** Gets ready for so many cells. Throws UserError where they do not fit into this machine, or the queue cannot be reached. */
export async function openRunner(settings: SweepSettings, planned: PlannedSweep, cells: number): Promise<SweepRunner> {
  return settings.address === undefined ? localRunner(settings, planned, cells) : await fleetRunner(settings, planned)
}

function localRunner(
  { workers, mostBytes, timeoutMs }: SweepSettings,
  { cellBytes, traceBytes }: PlannedSweep,
  cells: number,
) {
  const processors = Math.min(availableParallelism(), Math.max(1, cells))
  const threads = workersWithin({ workers, processors, cellBytes, sharedBytes: traceBytes, mostBytes })
  const share = createTraceSharing(printWarnings)
  return {
    async run(left, signal, onEnd) {
      await runLocally(byTrace(left), {
        worker,
        prepare: task => share(task as CellTask),
        workers: Math.min(threads, Math.max(1, left.length)),
        timeoutMs,
        signal,
        onEnd,
      })
    },
    close: async () => undefined,
  } satisfies SweepRunner
}

/** Cells of one trace after the other, so that each trace is read once. The journal puts the results in order. */
function byTrace(cells: readonly PlannedCell[]): PlannedCell[] {
  const readings = [...new Set(cells.map(({ task }) => task.trace?.reading))]
  return readings.flatMap(reading => cells.filter(({ task }) => task.trace?.reading === reading))
}

async function fleetRunner({ address, timeoutMs }: SweepSettings, { head, cellBytes, traceBytes }: PlannedSweep) {
  const [{ openQueue, withQueue }, { runOnFleet }] = [
    await import('../sweep/queue.ts'),
    await import('../sweep/submit.ts'),
  ]
  const { shown } = address!
  const queue = await openQueue(address!, tellQueueNews(address!))
  const onLonely = (): void => {
    const lead = `no worker has joined; on any machine: cdnlab worker --queue ${shown}`
    process.stderr.write(`${lead} (version ${head.version})\n`)
  }
  return {
    async run(left, signal, onEnd) {
      const terms = { version: head.version, timeoutMs, needBytes: cellBytes + traceBytes }
      await withQueue(address!, () => runOnFleet(byTrace(left), { ...terms, queue, signal, onEnd, onLonely }))
    },
    close: () => queue.close(),
  } satisfies SweepRunner
}
