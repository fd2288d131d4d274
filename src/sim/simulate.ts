import type { Verdict } from '../cache/verdict.ts'
import { assert } from '../lib/assert.ts'
import type { Ms } from '../lib/clock.ts'
import type { VirtualClock } from '../lib/virtual-clock.ts'
import type { Rules } from '../scenario/rules.ts'
import type { World } from '../scenario/world.ts'
import type { Fate, MissReason, Tally } from '../stats/tally.ts'
import { type Batch, type Catalog, createBatch, type Traffic } from '../traffic/traffic.ts'
import type { Ledger } from './ledger.ts'
import { createPopOrder } from './pop-order.ts'
import { createVisits } from './visit.ts'

/** What is done at a time, before the requests of that time. */
export interface Mark {
  atMs: Ms
  act: (now: Ms) => void
}

export interface Simulation {
  world: World
  clock: VirtualClock
  rules: Rules
  catalog: Catalog
  traffic: Traffic
  edges: number
  /** Which edge each place is sent to, or -1: none is alive. Marks change it. */
  edgeOf: Int32Array
  /** The tally that counts at the moment; marks change it. */
  tally: { current: Tally }
  /** Where requests are counted when their fate is known. */
  ledger: Ledger
  /** In order of time. */
  marks: Mark[]
  /** When the object of request r is asked for next at the same edge; null unless a policy must know. */
  nextUseOf: ((request: number) => number) | null
  /** Called before a request is looked at, for whoever follows one; null costs nothing. */
  watch: Watch | null
  /** 1 for each edge that is seen to here, where others see to the rest; null: all. Only where PoPs share nothing. */
  ownEdges: Uint8Array | null
  /** Number of the last request that is made; Infinity: the traffic decides. */
  lastRequest: number
  /** Requests that are walked at once at most; small runs need no room for more. */
  rows: number
  onProgress?: (requests: number) => void
}

export interface Watch {
  seen(request: number, now: Ms, id: number, place: number, edge: number, verdict: Verdict): void
  /** `reason` says why it was no hit; '' for a hit. Also told of requests that no PoP has seen. */
  served(request: number, fate: Fate, waitMs: Ms, reason: MissReason | '', now: Ms, id: number, place: number): void
}

/** Rows that are made and walked at a time: enough that each of some hundred PoPs gets a stretch worth warming a cache for. */
export const batchRows = 1 << 21

/** Sends all requests through the world. Returns how many there were. */
export function simulate(simulation: Simulation): number {
  const { traffic, marks, clock, world, ledger, lastRequest, rows, onProgress } = simulation
  const walk = createWalk(simulation)
  const batch = createBatch(rows)
  let nextMark = 0
  let requests = 0
  while (requests <= lastRequest && traffic.next(batch)) {
    batch.count = Math.min(batch.count, lastRequest - batch.first + 1)
    for (let from = 0; from < batch.count; ) {
      while (nextMark < marks.length && marks[nextMark]!.atMs <= batch.timesMs[from]!) {
        const { atMs, act } = marks[nextMark++]!
        if (world.isShared) clock.runUntil(atMs)
        ledger.flush()
        act(atMs)
      }
      const untilMs = marks[nextMark]?.atMs ?? Number.POSITIVE_INFINITY
      const to = firstRowAt(batch, untilMs, from)
      walk(batch, from, to)
      from = to
    }
    requests += batch.count
    ledger.flush()
    onProgress?.(requests)
  }
  clock.runOut()
  ledger.flush()
  for (const { atMs, act } of marks.slice(nextMark)) act(atMs)
  return requests
}

/** First row from `from` on whose time is `untilMs` or later. */
function firstRowAt({ timesMs, count }: Batch, untilMs: Ms, from: number): number {
  if (timesMs[count - 1]! < untilMs) return count
  let low = from
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (timesMs[middle]! < untilMs) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The walk over a stretch of rows in which nobody's route changes. Where PoPs share nothing, the rows are walked PoP by PoP, so that
 * one shelf's columns stay in the processor's cache; else in order of time, each after what the clock has due before it.
 */
function createWalk(simulation: Simulation): (batch: Batch, from: number, to: number) => void {
  const { world, clock, edges, edgeOf, ownEdges } = simulation
  assert(ownEdges === null || !world.isShared, 'only PoPs that share nothing can be seen to apart')
  const { pops } = world
  const { bytesOf } = simulation.catalog
  const visits = createVisits(simulation)
  if (world.isShared)
    return (batch, from, to) => {
      for (let row = from; row < to; row++) {
        const now = batch.timesMs[row]!
        const place = batch.places[row]!
        clock.runUntil(now)
        visits.one(batch.first + row, now, batch.objects[row]!, place, edgeOf[place]!)
      }
    }
  const order = createPopOrder(edges, simulation.rows)
  const { objects } = order
  return (batch, from, to) => {
    order.sort(batch, from, to, edgeOf)
    for (let edge = -1; edge < edges; edge++) {
      // Requests that reach no PoP go with the first one.
      if (ownEdges !== null && ownEdges[Math.max(0, edge)] === 0) continue
      const end = order.endOf(edge)
      for (let start = order.startOf(edge); start < end; start += touchRows) {
        const stop = Math.min(start + touchRows, end)
        if (edge >= 0) sink[0]! ^= pops[edge]!.touch(objects, start, stop) ^ touchSizes(bytesOf, objects, start, stop)
        visits.stretch(order, batch.first, start, stop, edge)
      }
    }
  }
}

/** Requests whose memory is read ahead of them, at once: such reads overlap, where those of look-ups wait for one another. */
const touchRows = 256
/** Takes sums that mean nothing, so that the reads are not optimised away. */
const sink = new Int32Array(1)

function touchSizes(bytesOf: Float64Array, objects: Int32Array, from: number, to: number): number {
  let sum = 0
  for (let row = from; row < to; row++) sum += bytesOf[objects[row]!]!
  return sum
}
