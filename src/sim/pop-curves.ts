import { routeAll } from '../geo/mis-routing.ts'
import { createRouter } from '../geo/routers/index.ts'
import { grownInt32 } from '../lib/columns.ts'
import { createRandom } from '../lib/random.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { createRules } from '../scenario/rules.ts'
import { sourceOf } from '../traffic/request-source.ts'
import type { Trace } from '../traffic/trace.ts'
import { type Catalog, createBatch } from '../traffic/traffic.ts'
import { createLoad, type TraceSource } from './load.ts'
import { type LruCurve, lruCurve } from './lru-curve.ts'
import { routerContextOf } from './run-once.ts'

/** What an edge is asked for, and what LRU would do with it at every size. */
export interface PopCurve {
  requests: number
  /** Of the requests for what may be stored. Nothing is said of lifetimes: an expired copy counts as a hit. */
  curve: LruCurve
}

const batchRows = 1 << 16
const noTimes = new Float64Array(0)
/** More requests say little more about the form of a curve. */
const mostRequests = 5_000_000

/**
 * The miss-ratio curve of each edge of a plan, all of them alive, from the first requests of its first replication. `onProgress`
 * is told the share that is done.
 */
export function popCurves(
  plan: Plan,
  geometry: Geometry,
  trace: TraceSource | null,
  onProgress: (share: number) => void,
): PopCurve[] {
  const random = createRandom(plan.seed, 'replication 0')
  const { catalog, traffic, classes } = createLoad(plan, trace, random)
  const { isPass } = createRules(catalog, classes, plan.behaviors, random.fork('seed').uint32())
  const context = routerContextOf(plan, geometry)
  const edgeOf = routeAll(createRouter(plan.router, context).route, context)
  const asked = Array.from({ length: geometry.edges }, () => ({ objects: new Int32Array(1024), kept: 0, requests: 0 }))
  const batch = createBatch(batchRows)
  for (let total = 0; total < mostRequests && traffic.next(batch); total += batch.count) {
    for (let row = 0; row < batch.count; row++) {
      const edge = asked[edgeOf[batch.places[row]!]!]
      if (edge === undefined) continue
      edge.requests++
      if (isPass?.(batch.objects[row]!)) continue
      if (edge.kept === edge.objects.length) edge.objects = grownInt32(edge.objects, edge.kept + 1)
      edge.objects[edge.kept++] = batch.objects[row]!
    }
  }
  const denseOf = new Int32Array(catalog.count)
  return asked.map(({ objects, kept, requests }, edge) => {
    const curve = lruCurve(sourceOf(traceOf(objects.subarray(0, kept), catalog, denseOf)))
    onProgress((edge + 1) / asked.length)
    return { requests, curve }
  })
}

/** The requests of one edge with objects numbered as they come. `denseOf` is lent: all zero before and after. */
function traceOf(objects: Int32Array, { bytesOf }: Catalog, denseOf: Int32Array): Trace {
  const ids = new Int32Array(objects.length)
  const bytes = new Uint32Array(objects.length)
  let [distinct, footprintBytes] = [0, 0]
  for (let row = 0; row < objects.length; row++) {
    const object = objects[row]!
    if (denseOf[object] === 0) {
      denseOf[object] = ++distinct
      footprintBytes += bytesOf[object]!
    }
    ids[row] = denseOf[object]! - 1
    bytes[row] = Math.max(1, bytesOf[object]!)
  }
  for (const object of objects) denseOf[object] = 0
  const summary = { name: '', count: objects.length, objects: distinct, footprintBytes, notes: {} }
  return { ...summary, ids, bytes, timesS: noTimes }
}
