import type { Atlas } from '../geo/atlas.ts'
import { routeAll, routingCost } from '../geo/mis-routing.ts'
import { leastCost } from '../geo/router.ts'
import { createRouter } from '../geo/routers/index.ts'
import { createGeometry, type Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Manifest, RunResult } from '../stats/result.ts'
import type { TraceSource } from './load.ts'
import { type OneRun, routerContextOf, runOnce, type SoFar } from './run-once.ts'
import { createResult, type Routes } from './run-result.ts'
import type { Watch } from './simulate.ts'

export interface RunPorts {
  manifest: Manifest
  /** The requests, where the plan replays a trace. */
  trace?: TraceSource | null
  /** Requests done of so many expected, over all replications. */
  onProgress?: (done: number, expected: number) => void
  /** Called now and then with the share of all replications' time that is over, and what the one under way has come to. */
  onLook?: (share: number, soFar: SoFar) => void
  /** Told of every request of the first replication, for whoever compares. */
  watch?: Watch
  /** Compiled kernels; without them, or where a world is not plain, the readable engine runs. The result is the same. */
  kernels?: WebAssembly.Module | null
  /** That of the plan, where it is known from a run before. */
  geometry?: Geometry
}

/**
 * Runs a plan, all its replications one after the other, and says what came of it. Pure: the same plan, atlas and trace give the
 * same result. Throws UserError where the plan asks for what cannot be.
 */
export function runPlan(
  plan: Plan,
  atlas: Atlas,
  {
    manifest,
    trace = null,
    onProgress,
    onLook,
    watch,
    kernels = null,
    geometry = createGeometry(plan, atlas),
  }: RunPorts,
): RunResult {
  const runs: OneRun[] = []
  // A replayed trace is one sample: chance would only decide who asks from where.
  const replications = plan.traffic.kind === 'trace' ? 1 : plan.replications
  for (let replication = 0; replication < replications; replication++) {
    const report = (done: number, expected: number): void =>
      onProgress?.(replication * expected + Math.min(done, expected), replications * expected)
    const look = (share: number, soFar: SoFar): void => onLook?.((replication + share) / replications, soFar)
    const looks = onLook ? { onLook: look } : {}
    const seen = watch && replication === 0 ? { watch } : {}
    runs.push(
      runOnce({
        plan,
        geometry,
        replication,
        trace,
        kernels,
        ...seen,
        ...looks,
        ...(onProgress ? { onProgress: report } : {}),
      }),
    )
  }
  return createResult(plan, manifest, runs, routesOf(plan, geometry))
}

/** What the router makes of the world, and what nearest by distance would. `alive` has 1 for each edge that answers; all do when left out. */
export function routesOf(
  plan: Plan,
  geometry: Geometry,
  alive: Uint8Array = new Uint8Array(geometry.edges).fill(1),
): Routes {
  const { visitors, router } = plan
  const context = routerContextOf(plan, geometry)
  const edgeOf = routeAll(createRouter(router, context).route, context, alive)
  const fastest = Int32Array.from(visitors.places.keys(), place => leastCost(geometry.rttMs, place, alive))
  const nearest = Int32Array.from(visitors.places.keys(), place => leastCost(geometry.distanceKm, place, alive))
  return {
    edgeOf,
    fastest,
    rttMs: geometry.rttMs,
    edges: geometry.edges,
    chosen: routingCost(context, edgeOf),
    nearest: routingCost(context, nearest),
  }
}
