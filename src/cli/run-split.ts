import { Worker } from 'node:worker_threads'
import type { LoadedPlan } from '../files/load-plan.ts'
import { threadModule } from '../files/quick.ts'
import type { SharedTrace } from '../files/trace-source.ts'
import { createPostOffice } from '../lib/post.ts'
import { createGeometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { joinShares, type RunShare } from '../sim/catchment.ts'
import { partitionOf, waysOf } from '../sim/partition.ts'
import { type RunPorts, routesOf } from '../sim/run.ts'
import { createResult } from '../sim/run-result.ts'
import type { RunResult } from '../stats/result.ts'
import type { ShareNews, ShareTask } from './run-share.ts'

/** Beside this module, under the name that the build gives it. */
const shareModule = threadModule(new URL('./run-share.js', import.meta.url))

type SplitPorts = Pick<RunPorts, 'manifest' | 'onProgress'> & { shared: SharedTrace | null }

/**
 * Runs a plan over threads, each of which sees to some PoPs. Only for plans that can be split (`sim/catchment`): then the result is that of
 * one thread, to the last bit. Undefined where its PoPs are so near to each other that one thread alone is faster. Throws UserError.
 */
export async function runSplit(
  { plan, atlas }: LoadedPlan,
  { manifest, shared, onProgress }: SplitPorts,
  count: number,
): Promise<RunResult | undefined> {
  const replications = plan.traffic.kind === 'trace' ? 1 : plan.replications
  // Threads load their modules while this one finds out what they are to do.
  const threads = Array.from({ length: Math.min(count, plan.pops.length) }, () => new Worker(shareModule))
  try {
    const geometry = createGeometry(plan, atlas)
    const partition = partitionOf(plan, geometry, threads.length, requestsPerMs(plan, shared))
    if (partition.count === 1) return undefined
    const ways = waysOf(plan, partition)
    const office = ways.length === 0 ? null : createPostOffice(partition.count, ways)
    const tasks = Array.from({ length: partition.count }, (_, self): ShareTask => {
      return { plan, geometry, shared, replications, partition, self, office }
    })
    const ended = Promise.all(tasks.map((task, self) => give(threads[self]!, task, onProgress)))
    const routes = routesOf(plan, geometry)
    const shares = await ended
    const runs = Array.from({ length: replications }, (_, replication) =>
      joinShares(
        shares.map(share => share[replication]!),
        partition,
      ),
    )
    return createResult(plan, manifest, runs, routes)
  } finally {
    for (const thread of threads) await thread.terminate()
  }
}

function requestsPerMs({ traffic }: Plan, trace: SharedTrace | null): number {
  if (traffic.kind === 'synthetic') return traffic.ratePerSecond / 1000
  return trace === null ? 0 : trace.requests / trace.durationMs
}

/** Has a thread run its share: what each replication counted. */
function give(thread: Worker, task: ShareTask, onProgress: RunPorts['onProgress']): Promise<RunShare[]> {
  return new Promise((resolve, reject) => {
    const shares: RunShare[] = []
    thread.on('message', (news: ShareNews) => {
      if ('done' in news) onProgress?.(news.done, news.expected)
      else if (shares.push(news.share) === task.replications) resolve(shares)
    })
    thread.on('error', reject)
    thread.on('exit', code => reject(new Error(`a thread ended with ${code}`)))
    thread.postMessage(task)
  })
}
