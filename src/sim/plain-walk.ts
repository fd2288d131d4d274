import { copyColumn, type KernelColumn, type TakeColumn } from '../kernels/columns.ts'
import { createWorldKernel, type WorldKernel } from '../kernels/world-kernel.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Rules } from '../scenario/rules.ts'
import type { World } from '../scenario/world.ts'
import type { Tally } from '../stats/tally.ts'
import type { Timeline } from '../stats/timeline.ts'
import type { Batch } from '../traffic/traffic.ts'
import { createKernelTally } from './kernel-tally.ts'
import type { Load } from './load.ts'
import { type PlainWorld, plainWorldOf } from './plain-world.ts'
import type { CountedPop } from './run-once.ts'
import type { Walk } from './simulate.ts'
import type { Timing } from './timing.ts'

export interface PlainWalkOptions {
  plan: Plan
  geometry: Geometry
  rules: Rules
  load: Load
  /** What is asked of the world when all is over: the figures of the edges are put there. */
  counted: { origin: World['origin']; pops: CountedPop[] }
  edgeOf: Int32Array
  timing: Timing
  timeline: Timeline
  tally: { current: Tally }
  /** 1 for each edge that is seen to here; null: all. */
  own: Uint8Array | null
  /** Requests that are walked at once at most. */
  rows: number
}

/** A walk that makes room for its requests and counts them. */
export interface PlainWalk extends Walk {
  batch: Batch
  /** Brings what was counted into the tally, the timeline and the figures of the world. */
  flush(): void
}

/** Rows of a batch for each edge, and the least of a batch: what is made, sorted and walked stays in the processor's cache where it can. */
const rowsAnEdge = 8192
const leastRows = 1 << 18
/** All tables with a row for each object together take no more than this. */
const mostDirectBytes = 2 ** 26

/**
 * The walk through a plain world by kernels: the same counts, and the same sums to the last bit, as the readable walk. Null where the world
 * is not plain.
 */
export function createPlainWalk(module: WebAssembly.Module, options: PlainWalkOptions): PlainWalk | null {
  const { plan, geometry, load, counted, edgeOf, own } = options
  const plain = plainWorldOf(plan, geometry, load.catalog, load.requests)
  if (plain === null) return null
  const kernel = createWorldKernel(module)
  const { edges } = geometry
  const rows = Math.min(options.rows, Math.max(leastRows, rowsAnEdge * edges))
  const columns = createBatchColumns(kernel.column, rows)
  const records = kernel.column(Float64Array, 2 * rows)
  const endOf = kernel.column(Uint32Array, edges)
  const edgeColumn = copyColumn(kernel.column, Int32Array, edgeOf)
  const { placeBits, objectBits } = plain
  const { timesMs, objects, places } = columns
  kernel.setSorting(
    timesMs.at,
    objects.at,
    places.at,
    edgeColumn.at,
    edges,
    records.at,
    endOf.at,
    placeBits,
    objectBits,
  )
  setRules(kernel, plain, options)
  setTiming(kernel, options)
  const counts = createKernelTally(kernel, options.tally, options.timeline)
  const addresses = createEdges(kernel, plan, geometry, plain, load.catalog.count)
  const batch: Batch = { count: 0, first: 0, ...viewsOf(columns) }
  const figures = addresses.map((_, edge) => figuresOf(counted.pops[edge]!))
  counted.pops.splice(0, edges, ...figures)

  return {
    batch,
    rows(_, from, to) {
      counts.countIn()
      kernel.sortRows(from, to)
      for (let edge = 0, start = 0; edge < edges; edge++) {
        const end = endOf.view[edge]!
        if (own === null || own[edge] === 1) kernel.serveTurn(addresses[edge]!, edge, batch.first, start, end)
        start = end
      }
      Object.assign(batch, viewsOf(columns))
    },
    until() {},
    out() {},
    flush() {
      counts.publish()
      counted.origin.asks = 0
      counted.origin.bytes = 0
      for (const [edge, { cache, totals }] of figures.entries()) {
        const address = addresses[edge]!
        cache.heldBytes = kernel.heldBytes(address)
        cache.heldObjects = kernel.heldObjects(address)
        figures[edge]!.evictions = kernel.evictions(address)
        totals.upstreamAsks = kernel.upstreamAsks(address)
        totals.upstreamBytes = kernel.upstreamBytes(address)
        counted.origin.asks += totals.upstreamAsks
        counted.origin.bytes += totals.upstreamBytes
      }
    },
  }
}

/** What is asked of a PoP that a kernel plays: what its shelf says, and what went through it. */
function figuresOf({ totals }: CountedPop) {
  return { cache: { heldBytes: 0, heldObjects: 0 }, evictions: 0, totals }
}

interface BatchColumns {
  timesMs: KernelColumn<Float64Array>
  objects: KernelColumn<Int32Array>
  places: KernelColumn<Uint16Array>
}

function createBatchColumns(column: TakeColumn, rows: number): BatchColumns {
  return { timesMs: column(Float64Array, rows), objects: column(Int32Array, rows), places: column(Uint16Array, rows) }
}

function viewsOf({ timesMs, objects, places }: BatchColumns): Pick<Batch, 'timesMs' | 'objects' | 'places'> {
  return { timesMs: timesMs.view, objects: objects.view, places: places.view }
}

function setRules(kernel: WorldKernel, plain: PlainWorld, { plan, rules, load: { catalog } }: PlainWalkOptions): void {
  const { behaviors } = plan
  const take = kernel.column
  const bytesOf = plain.sameBytes === undefined ? copyColumn(take, Float64Array, catalog.bytesOf).at : 0
  const behaviorOf = rules.hasOne ? 0 : copyColumn(take, Uint8Array, rules.behaviorOf).at
  const ttlMs = Float64Array.from(behaviors, behavior => behavior.ttlMs)
  const staleMs = Float64Array.from(behaviors, behavior => behavior.staleWhileRevalidateMs)
  kernel.setRules(
    catalog.count,
    bytesOf,
    plain.sameBytes ?? 0,
    behaviorOf,
    behaviors.length,
    copyColumn(take, Float64Array, ttlMs).at,
    copyColumn(take, Float64Array, staleMs).at,
    passBitsOf(take, rules, catalog.count),
    copyColumn(take, Float64Array, rules.changeMs).at,
    phasesOf(take, rules, catalog.count),
  )
}

/** A bit for each object that must not be stored; 0 where all may be. */
function passBitsOf(take: TakeColumn, { isPass }: Rules, objects: number): number {
  if (isPass === null) return 0
  const { at, view } = take(Uint32Array, Math.ceil(objects / 32))
  for (let id = 0; id < objects; id++) if (isPass(id)) view[id >>> 5]! |= 1 << (id & 31)
  return at
}

/** Where in its time each object begins; 0 where none changes. */
function phasesOf(take: TakeColumn, { changeMs, phaseOf }: Rules, objects: number): number {
  if (changeMs.every(ms => ms === Number.POSITIVE_INFINITY)) return 0
  const { at, view } = take(Float64Array, objects)
  for (let id = 0; id < objects; id++) view[id] = phaseOf(id)
  return at
}

function setTiming(kernel: WorldKernel, { plan, geometry, timing }: PlainWalkOptions): void {
  const { tableOf, accessMs, jitterMs, newBelow, newTrips, newDnsMs, edgeThinkMs, originThinkMs, key } = timing.tables()
  const { edges, rttMs, directRttMs } = geometry
  const places = plan.visitors.places.length
  const take = kernel.column
  const byEdge = take(Float64Array, edges * places)
  const cells = byEdge.view
  for (let place = 0; place < places; place++)
    for (let edge = 0; edge < edges; edge++) cells[edge * places + place] = rttMs[place * edges + edge]!
  kernel.setTiming(
    places,
    copyColumn(take, Uint8Array, tableOf).at,
    copyColumn(take, Float64Array, accessMs).at,
    copyColumn(take, Float64Array, jitterMs).at,
    byEdge.at,
    copyColumn(take, Float64Array, directRttMs).at,
    newBelow,
    newTrips,
    newDnsMs,
    edgeThinkMs,
    originThinkMs,
    key,
  )
}

/** Makes the edges; returns their addresses. */
function createEdges(
  kernel: WorldKernel,
  { pops, origin }: Plan,
  { originLegs }: Geometry,
  plain: PlainWorld,
  objects: number,
): number[] {
  const isDirect = 4 * objects * pops.length <= mostDirectBytes
  return pops.map(({ capacityBytes, collapse }, pop) => {
    const { policy, most } = plain.policies[pop]!
    const { oneWayMs, bytesPerMs } = originLegs[pop]!
    const direct = isDirect ? kernel.column(Int32Array, objects).at : 0
    const seen = kernel.column(Int32Array, Math.ceil(objects / 32)).at
    const isCollapsing = collapse ? 1 : 0
    const { thinkMs } = origin
    return kernel.createEdge(policy, most, capacityBytes, direct, seen, isCollapsing, oneWayMs, thinkMs, bytesPerMs)
  })
}
