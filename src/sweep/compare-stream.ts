import { basename } from 'node:path'
import type { KeptRequests } from '../files/kept-requests.ts'
import { foreseenRequests, readNumbered, type TraceLoadOptions } from '../files/trace-load.ts'
import { type Contest, createContest, runsKernel } from '../sim/contest.ts'
import type { TraceSummary } from '../traffic/request-source.ts'
import { type CompareOutcome, type CompareTask, contestOf } from './compare-task.ts'

/** Rows that are handed on together; those of a piece of a file are fewer. */
const batchRows = 2 ** 17

/** What a trace must be by the length of its file, before it is read; undefined where nobody can say. */
export function foreseenTrace(name: string, options: TraceLoadOptions): KeptRequests | undefined {
  const count = foreseenRequests(name, options)
  if (count === undefined || !Number.isSafeInteger(count) || count === 0) return undefined
  const unknown = { objects: count, footprintBytes: 0, requestedBytes: 0, notes: {} }
  return { name: basename(name), count, ...unknown, ids: [], bytes: null, timesS: null, nextUses: null, file: -1 }
}

/**
 * Runs a cell while its trace is read, so that nothing of it is kept. Undefined when that cannot be: the cell reads the trace twice or needs the
 * future, its kernel has no room for as many objects as there are requests, or the file held other requests than its length promised.
 */
export async function runWhileReading(
  file: string,
  options: TraceLoadOptions,
  task: CompareTask,
): Promise<{ trace: TraceSummary; outcome: CompareOutcome } | undefined> {
  const { kernels, rounds, ignoreSize, trace: foreseen } = task
  const settings = { ...contestOf(task), count: foreseen.count, mostObjects: foreseen.objects }
  if (kernels === null || rounds > 1 || settings.policy.definition.needsFuture) return undefined
  if (!runsKernel(settings)) return undefined
  const contest = createContest(settings)
  const batch = createBatch(!ignoreSize, foreseen.count, contest.feed)
  const facts = await readNumbered(file, options, kernels, { sizes: !ignoreSize, times: false, take: batch.take })
  if (batch.end() !== foreseen.count) return undefined
  return {
    trace: { ...facts, count: foreseen.count },
    outcome: { ...contest.result(facts), elapsedMs: Number(batch.feedingNs()) / 1e6 },
  }
}

/**
 * Collects rows and hands many on at a time: numbering and policy push each other's tables out of the processor's cache. What is
 * more than `most` is not handed on.
 */
function createBatch(sizes: boolean, most: number, feed: Contest['feed']) {
  const ids = new Int32Array(batchRows)
  const bytes = sizes ? new Uint32Array(batchRows) : null
  let [filled, count, feedingNs] = [0, 0, 0n]
  const handOn = (): void => {
    count += filled
    const begin = process.hrtime.bigint()
    if (count <= most) feed(ids.subarray(0, filled), bytes?.subarray(0, filled) ?? null, null)
    feedingNs += process.hrtime.bigint() - begin
    filled = 0
  }
  return {
    take(newIds: Int32Array, newBytes: Uint32Array): void {
      if (filled + newIds.length > batchRows) handOn()
      ids.set(newIds, filled)
      bytes?.set(newBytes, filled)
      filled += newIds.length
    },
    /** Hands on the last rows and answers how many there were. */
    end(): number {
      handOn()
      return count
    },
    feedingNs: () => feedingNs,
  }
}
