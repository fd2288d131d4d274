import { setTimeout as pause } from 'node:timers/promises'
import type { Job } from 'bullmq'
import type { CellEnd } from './cell-pool.ts'
import type { CellTask } from './cell-task.ts'
import { type FleetCell, type FleetTerms, fleetCellOf, hashRecipe, lostRecipe, type Recipe } from './fleet-cell.ts'
import type { Cell } from './local.ts'
import type { FleetQueue } from './queue.ts'

export interface FleetOptions extends FleetTerms {
  queue: FleetQueue
  /** Takes the cells that nobody has begun out of the queue again, and ends. */
  signal: AbortSignal
  onEnd: (cell: Cell, end: CellEnd) => void
  /** No worker is there, and cells are waiting; told once. */
  onLonely: () => void
}

type Waiting = Map<string, Cell<CellTask>>

const cellsPerCall = 500
const shortestPollMs = 20
const longestPollMs = 500
/** After so long without a result, at first and at last: is anybody there, and does the queue still know the cells? */
const shortestSilenceMs = 4000
const longestSilenceMs = 60_000
const longestFarewellMs = 3000
/** Results that nobody has fetched are kept so long for a `--resume`. */
const keptSeconds = 7 * 24 * 3600

/**
 * Puts cells into the queue of a fleet and fetches their ends, whoever computed them. What the queue says is looked at again and
 * again, and never an event trusted: a server that was away, or forgot, costs time and no result. `onEnd` is called once a cell.
 */
export async function runOnFleet(cells: readonly Cell<CellTask>[], options: FleetOptions): Promise<void> {
  const { queue, signal } = options
  const waiting: Waiting = new Map(cells.map(cell => [cell.key, cell]))
  const work = submitAndCollect(waiting, options)
  await Promise.race([work, untilAborted(signal)])
  if (!signal.aborted) return
  // The server may be away, and its answers never come.
  work.catch(() => undefined)
  await Promise.race([takeBack(waiting, queue), pause(longestFarewellMs, undefined, { ref: false })])
}

async function submitAndCollect(waiting: Waiting, options: FleetOptions): Promise<void> {
  const { queue, signal, onLonely } = options
  await forgetFailures(queue, waiting)
  await submit([...waiting.values()], options)
  let pollMs = shortestPollMs
  let silenceMs = shortestSilenceMs
  let isLonely = false
  for (let heardMs = performance.now(); waiting.size > 0 && !signal.aborted; ) {
    const ended = await fetchEnds(waiting, options)
    pollMs = ended > 0 ? shortestPollMs : Math.min(longestPollMs, 2 * pollMs)
    if (ended > 0) {
      heardMs = performance.now()
      silenceMs = shortestSilenceMs
    } else if (performance.now() - heardMs > silenceMs) {
      if (!isLonely && (await queue.cells.getWorkersCount()) === 0) onLonely()
      isLonely = true
      if (await isForgotten(waiting, queue)) await submit([...waiting.values()], options)
      heardMs = performance.now()
      silenceMs = Math.min(longestSilenceMs, 2 * silenceMs)
    }
    await pause(pollMs)
  }
}

/** True where the queue holds less than what is waited for. */
async function isForgotten(waiting: Waiting, { cells }: FleetQueue): Promise<boolean> {
  const held = await cells.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'completed', 'failed')
  return Object.values(held).reduce((sum, count) => sum + count, 0) < waiting.size
}

/** What failed in an earlier sweep is tried again. */
async function forgetFailures({ cells }: FleetQueue, waiting: Waiting): Promise<void> {
  const failed = (await cells.getRanges(['failed'], 0, -1)).filter(key => waiting.has(key))
  for (const keys of inCalls(failed)) await Promise.all(keys.map(key => cells.remove(key)))
}

/** Cells that the queue has already stay as they are. */
async function submit(cells: readonly Cell<CellTask>[], options: FleetOptions): Promise<void> {
  const { queue, signal } = options
  const recipes = new Map<string, Recipe>(
    cells.map(({ task }) => [hashRecipe(task), { text: task.text, file: task.file, prices: task.prices }]),
  )
  for (const [jobId, recipe] of recipes) await queue.recipes.add('recipe', recipe, { jobId })
  for (const some of inCalls(cells)) {
    if (signal.aborted) return
    await queue.cells.addBulk(
      some.map(({ key, task }) => ({
        name: 'cell',
        data: fleetCellOf(task, options),
        opts: { jobId: key, removeOnComplete: { age: keptSeconds }, removeOnFail: { age: keptSeconds } },
      })),
    )
  }
}

/** Fetches what has ended, and takes it out of the queue once it is told. Answers how many. */
async function fetchEnds(waiting: Waiting, options: FleetOptions): Promise<number> {
  const { queue, signal, onEnd } = options
  const ended = (await queue.cells.getRanges(['completed', 'failed'], 0, -1)).filter(key => waiting.has(key))
  for (const keys of inCalls(ended)) {
    const jobs = await Promise.all(keys.map(key => queue.cells.getJob(key)))
    if (signal.aborted) return 0
    const lost: Cell<CellTask>[] = []
    for (const [index, key] of keys.entries()) {
      const end = endOf(jobs[index])
      const cell = waiting.get(key)!
      if (end === undefined) continue
      if ('error' in end && end.error === lostRecipe) lost.push(cell)
      else {
        waiting.delete(key)
        onEnd(cell, end)
      }
    }
    await Promise.all(keys.map(key => queue.cells.remove(key)))
    if (lost.length > 0) await submit(lost, options)
  }
  return ended.length
}

function endOf(job: Job<FleetCell, string> | undefined): CellEnd | undefined {
  if (job === undefined) return undefined
  if (typeof job.returnvalue === 'string') return JSON.parse(job.returnvalue) as CellEnd
  if (!job.failedReason) return undefined
  const isLost = /stalled/.test(job.failedReason)
  return { error: isLost ? 'every worker that began it was lost' : `a worker could not run it: ${job.failedReason}` }
}

/** Those that a worker has begun are left to it; their results lie in the queue for a `--resume`. */
async function takeBack(waiting: Waiting, { cells }: FleetQueue): Promise<void> {
  for (const keys of inCalls([...waiting.keys()])) await Promise.allSettled(keys.map(key => cells.remove(key)))
}

function* inCalls<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += cellsPerCall) yield items.slice(start, start + cellsPerCall)
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
