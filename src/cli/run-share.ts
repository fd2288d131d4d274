import { parentPort, workerData } from 'node:worker_threads'
import { loadAtlas } from '../files/atlas.ts'
import { loadPlugins } from '../files/plugins.ts'
import { openTraceSource } from '../files/trace-source.ts'
import { createGeometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { shareOf, sharesOf } from '../sim/catchment.ts'
import { runOnce } from '../sim/run-once.ts'

/** What a thread is given: which share of how many it runs. */
export interface ShareTask {
  plan: Plan
  tracePath: string | undefined
  share: number
  count: number
  replications: number
}

// A worker thread begins with the house's own registries.
await loadPlugins()
const { plan, tracePath, share, count, replications } = workerData as ShareTask
const geometry = createGeometry(plan, loadAtlas())
const trace = tracePath === undefined ? null : await openTraceSource(plan, tracePath)
const ownEdges = sharesOf(plan, geometry, count)[share]!
for (let replication = 0; replication < replications; replication++)
  parentPort!.postMessage(shareOf(runOnce({ plan, geometry, replication, trace, ownEdges })))
