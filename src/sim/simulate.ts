import type { Verdict } from '../cache/verdict.ts'
import type { Ms } from '../lib/clock.ts'
import type { VirtualClock } from '../lib/virtual-clock.ts'
import type { Rules } from '../scenario/rules.ts'
import type { World } from '../scenario/world.ts'
import type { Fate, MissReason, Tally } from '../stats/tally.ts'
import { type Batch, type Catalog, createBatch, firstRowAt, type Traffic } from '../traffic/traffic.ts'
import type { Book } from './ordered-ledger.ts'
import type { PlainWalk } from './plain-walk.ts'
import { createPopOrder } from './pop-order.ts'
import { createVisits } from './visit.ts'
import { createWindowWalk, type Windows } from './window-walk.ts'

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
  ledger: Book
  /** In order of time. */
  marks: Mark[]
  /** When the object of request r is asked for next at the same edge; null unless a policy must know. */
  nextUseOf: ((request: number) => number) | null
  /** Bytes that visitors get of parts: see `TraceSource`. Null: all get all. */
  sentBytes: Float64Array | null
  /** Called before a request is looked at, for whoever follows one; null costs nothing. */
  watch: Watch | null
  /** 1 for each PoP that is seen to here, where others see to the rest; null: all. */
  own: Uint8Array | null
  /** How this thread keeps in step with others whose PoPs ask ours, or are asked; null where nobody asks across. */
  windows: Windows | null
  /** Who walks in the place of the readable walk and counts; null: nobody. */
  plain: PlainWalk | null
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
  const { traffic, marks, plain, lastRequest, rows, onProgress } = simulation
  const walk = plain ?? createWalk(simulation)
  const batch = plain?.batch ?? createBatch(rows)
  const book = plain ?? simulation.ledger
  let nextMark = 0
  let requests = 0
  while (requests <= lastRequest && traffic.next(batch)) {
    batch.count = Math.min(batch.count, lastRequest - batch.first + 1)
    for (let from = 0; from < batch.count; ) {
      while (nextMark < marks.length && marks[nextMark]!.atMs <= batch.timesMs[from]!) {
        const { atMs, act } = marks[nextMark++]!
        walk.until(atMs)
        book.flush()
        act(atMs)
      }
      const untilMs = marks[nextMark]?.atMs ?? Number.POSITIVE_INFINITY
      const to = firstRowAt(batch, untilMs, from)
      walk.rows(batch, from, to)
      from = to
    }
    requests += batch.count
    book.flush()
    onProgress?.(requests)
  }
  walk.out()
  book.flush()
  for (const { atMs, act } of marks.slice(nextMark)) act(atMs)
  return requests
}

/** The way through the requests of a run. */
export interface Walk {
  /** Sees to rows `from` to `to` - 1, in which nobody's route changes. */
  rows(batch: Batch, from: number, to: number): void
  /** Sees to everything else that is due by a time. */
  until(ms: Ms): void
  /** Sees to everything that is left. */
  out(): void
}

/**
 * Where PoPs share nothing, rows are walked PoP by PoP, so that one shelf's columns stay in the processor's cache; else in order of time,
 * each after what the clock has due before it.
 */
function createWalk(simulation: Simulation): Walk {
  if (simulation.windows !== null) return createWindowWalk(simulation, simulation.windows)
  return simulation.world.isShared ? createWalkInTime(simulation) : createWalkByPop(simulation)
}

function createWalkInTime(simulation: Simulation): Walk {
  const { clock, edgeOf, own } = simulation
  const visits = createVisits(simulation)
  return {
    rows({ first, timesMs, objects, places }, from, to) {
      for (let row = from; row < to; row++) {
        const place = places[row]!
        const edge = edgeOf[place]!
        if (own !== null && own[Math.max(0, edge)] === 0) continue
        const now = timesMs[row]!
        clock.runUntil(now)
        visits.one(first + row, now, objects[row]!, place, edge)
      }
    },
    until: ms => clock.runUntil(ms),
    out: () => clock.runOut(),
  }
}

function createWalkByPop(simulation: Simulation): Walk {
  const { world, clock, edges, edgeOf, own } = simulation
  const { pops } = world
  const { bytesOf } = simulation.catalog
  const visits = createVisits(simulation)
  const order = createPopOrder(edges, simulation.rows)
  const { objects } = order
  return {
    rows(batch, from, to) {
      order.sort(batch, from, to, edgeOf)
      for (let edge = -1; edge < edges; edge++) {
        // Requests that reach no PoP go with the first one.
        if (own !== null && own[Math.max(0, edge)] === 0) continue
        const end = order.endOf(edge)
        for (let start = order.startOf(edge); start < end; start += touchRows) {
          const stop = Math.min(start + touchRows, end)
          if (edge >= 0) sink[0]! ^= pops[edge]!.touch(objects, start, stop) ^ touchSizes(bytesOf, objects, start, stop)
          visits.stretch(order, batch.first, start, stop, edge)
        }
      }
    },
    until: () => undefined,
    out: () => clock.runOut(),
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
