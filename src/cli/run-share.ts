import { parentPort } from 'node:worker_threads'
import { loadKernels } from '../files/kernels.ts'
import { loadPlugins } from '../files/plugins.ts'
import { type SharedTrace, sourceOf } from '../files/trace-source.ts'
import { Post, type PostOffice } from '../lib/post.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { type RunShare, shareOf } from '../sim/catchment.ts'
import type { Partition } from '../sim/partition.ts'
import { runOnce } from '../sim/run-once.ts'

/** What a thread is given: which share it runs, and where it meets the others. */
export interface ShareTask {
  plan: Plan
  geometry: Geometry
  /** Read once, for all threads; null for synthetic traffic. */
  shared: SharedTrace | null
  replications: number
  partition: Partition
  self: number
  /** Null where nobody asks across. */
  office: PostOffice | null
}

/** What a thread tells: how far the first one is, and what each replication counted. */
export type ShareNews = { done: number; expected: number } | { share: RunShare }

parentPort!.once('message', runShare)

async function runShare(task: ShareTask): Promise<void> {
  // A thread begins with the house's own registries.
  await loadPlugins()
  const { plan, geometry, shared, replications, partition, self, office } = task
  const post = office === null ? null : new Post(office, self)
  const tell = (news: ShareNews): void => parentPort!.postMessage(news)
  try {
    const trace = shared && sourceOf(shared)
    const kernels = loadKernels() ?? null
    for (let replication = 0; replication < replications; replication++) {
      const onProgress = (done: number, expected: number): void =>
        tell({ done: replication * expected + Math.min(done, expected), expected: replications * expected })
      const news = self === 0 ? { onProgress } : {}
      const share = { partition, self, post }
      tell({ share: shareOf(runOnce({ plan, geometry, replication, trace, kernels, share, ...news })) })
    }
  } catch (error) {
    post?.leave()
    throw error
  }
}
