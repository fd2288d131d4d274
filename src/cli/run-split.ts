import { Worker } from 'node:worker_threads'
import type { LoadedPlan } from '../files/load-plan.ts'
import { createGeometry } from '../scenario/geometry.ts'
import { joinShares, type RunShare, sharesOf } from '../sim/catchment.ts'
import { type RunPorts, routesOf } from '../sim/run.ts'
import { type OneRun, runOnce } from '../sim/run-once.ts'
import { createResult } from '../sim/run-result.ts'
import type { RunResult } from '../stats/result.ts'
import type { ShareTask } from './run-share.ts'

/** Beside this module, under the name that the build gives it. */
const shareModule = new URL('./run-share.js', import.meta.url)

/**
 * Runs a plan over threads, each of which sees to the visitors of some PoPs; this thread is one of them. Only for plans that can be split
 * (`sim/catchment`): then the result is that of one thread, to the last bit. Throws UserError.
 */
export async function runSplit(
  { plan, atlas, tracePath }: LoadedPlan,
  { manifest, trace = null, onProgress }: Pick<RunPorts, 'manifest' | 'trace' | 'onProgress'>,
  count: number,
): Promise<RunResult> {
  const replications = plan.traffic.kind === 'trace' ? 1 : plan.replications
  const tasks = Array.from(
    { length: count - 1 },
    (_, other): ShareTask => ({
      ...{ plan, tracePath, count, replications },
      share: other + 1,
    }),
  )
  const threads = tasks.map(startShare)
  try {
    const geometry = createGeometry(plan, atlas)
    const [ownEdges, ...others] = sharesOf(plan, geometry, count)
    const runs: OneRun[] = []
    for (let replication = 0; replication < replications; replication++) {
      const report = (done: number, expected: number): void =>
        onProgress?.(replication * expected + Math.min(done, expected), replications * expected)
      runs.push(runOnce({ plan, geometry, replication, trace, ownEdges: ownEdges!, onProgress: report }))
    }
    const shares = await Promise.all(threads.map(({ ended }) => ended))
    const joined = runs.map((run, replication) =>
      joinShares(
        run,
        others.map((own, other) => ({ own, share: shares[other]![replication]! })),
      ),
    )
    return createResult(plan, manifest, joined, routesOf(plan, geometry))
  } finally {
    for (const { thread } of threads) await thread.terminate()
  }
}

/** Starts a thread, which goes to work although this one is busy. `ended` gives what each of its replications counted. */
function startShare(task: ShareTask): { thread: Worker; ended: Promise<RunShare[]> } {
  const thread = new Worker(shareModule, { workerData: task })
  const ended = new Promise<RunShare[]>((resolve, reject) => {
    const shares: RunShare[] = []
    thread.on('message', (share: RunShare) => shares.push(share))
    thread.on('error', reject)
    thread.on('exit', code =>
      shares.length === task.replications ? resolve(shares) : reject(new Error(`a thread ended with ${code}`)),
    )
  })
  // When this thread fails first, nobody waits for the others any more.
  ended.catch(() => undefined)
  return { thread, ended }
}
