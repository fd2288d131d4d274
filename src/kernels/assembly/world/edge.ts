import { takeBlock } from './blocks'
import { arrivalOf, Flying, land, notFlying, openFlying, setArrival } from './flying'
import { bytesOf, objects, staleMsOf, ttlMsOf } from './rules'
import { askShelf, createShelf, freshUntilOf, keep, Shelf, sizeOf, warmShelf } from './shelf'
import { idOf, timeOf } from './sorted'
import { countOriginAsk, countReason, rowBytes, rowFates, rowWaits } from './tally'
import { warm } from './warm'
import { dropTimed, firstTimed, openTimedIds, pushTimed, TimedIds } from './timed-ids'

// An edge PoP, like `network/pop` before an origin without limits that never fails and whose objects never change: whatever is asked for is
// answered, and when it arrives is known at once.

// Fates and reasons of `stats/tally`.
const hit: u8 = 0
const stale: u8 = 1
const revalidated: u8 = 2
const missed: u8 = 3
const joined: u8 = 4
const cold: u32 = 0
const lackOfRoom: u32 = 1
const expired: u32 = 2
const join: u32 = 4

@unmanaged
export class Edge {
  shelf: Shelf
  arrivals: TimedIds
  flying: Flying
  /** A bit for each object that was missed before. */
  seen: usize
  isCollapsing: bool
  oneWayMs: f64
  thinkMs: f64
  bytesPerMs: f64
  upstreamAsks: f64
  upstreamBytes: f64
}

export function createEdge(
  policy: u32,
  most: u32,
  capacityBytes: f64,
  direct: usize,
  seen: usize,
  isCollapsing: bool,
  oneWayMs: f64,
  thinkMs: f64,
  bytesPerMs: f64,
): Edge {
  const edge = changetype<Edge>(takeBlock(8))
  edge.shelf = createShelf(policy, most, capacityBytes, direct)
  edge.arrivals = changetype<TimedIds>(takeBlock(7))
  edge.flying = changetype<Flying>(takeBlock(6))
  openTimedIds(edge.arrivals)
  openFlying(edge.flying)
  edge.seen = seen
  edge.isCollapsing = isCollapsing
  edge.oneWayMs = oneWayMs
  edge.thinkMs = thinkMs
  edge.bytesPerMs = bytesPerMs
  return edge
}

/**
 * Reads ahead what the next requests may read, from one end to the other: look-ups, one after the other, would wait for each line of memory.
 */
export function warmEdge(edge: Edge): void {
  warmShelf(edge.shelf)
  warm(edge.seen, (objects >> 3) as usize)
}

/** Sees to some requests of a PoP, and writes what becomes of each into the rows of the block. */
export function serve(edge: Edge, from: u32, count: u32): void {
  const shelf = edge.shelf
  const arrivals = edge.arrivals
  for (let row: u32 = 0; row < count; row++) {
    const id = idOf(from + row)
    const now = timeOf(from + row)
    if (arrivals.nextTime <= now) settle(edge, now)
    const slot = askShelf(shelf, id)
    if (slot >= 0 && now < freshUntilOf(shelf, slot)) {
      store<u8>(rowFates + row, hit)
      store<f64>(rowWaits + ((row as usize) << 3), 0)
      store<f64>(rowBytes + ((row as usize) << 3), sizeOf(shelf, slot))
    } else fetch(edge, id, now, slot, row)
  }
}

/** Puts on the shelf what has arrived by now. */
function settle(edge: Edge, now: f64): void {
  const arrivals = edge.arrivals
  do {
    const id = firstTimed(arrivals)
    const arrival = arrivals.nextTime
    dropTimed(arrivals)
    land(edge.flying, id, arrival)
    keep(edge.shelf, id, bytesOf(id), arrival + ttlMsOf(id))
  } while (arrivals.nextTime <= now)
}

function fetch(edge: Edge, id: u32, now: f64, slot: i32, row: u32): void {
  const bytes = bytesOf(id)
  let fate: u8 = missed
  let arrival = arrivalOf(edge.flying, id)
  if (slot >= 0 && now < freshUntilOf(edge.shelf, slot) + staleMsOf(id)) {
    fate = stale
    if (arrival == notFlying) begin(edge, id, now, 0)
    arrival = now
  } else if (edge.isCollapsing && arrival != notFlying) {
    fate = joined
    countReason(join)
  } else if (slot >= 0) {
    fate = revalidated
    countReason(expired)
    arrival = begin(edge, id, now, 0)
  } else {
    fate = missed
    countReason(seeFirst(edge, id) ? cold : lackOfRoom)
    arrival = begin(edge, id, now, bytes)
  }
  store<u8>(rowFates + row, fate)
  store<f64>(rowWaits + ((row as usize) << 3), arrival - now)
  store<f64>(rowBytes + ((row as usize) << 3), bytes)
}

/** Asks the origin; returns when what it sends, of which so many bytes travel, is here. */
function begin(edge: Edge, id: u32, now: f64, bodyBytes: f64): f64 {
  const atOrigin = now + edge.oneWayMs
  countOriginAsk(atOrigin)
  edge.upstreamAsks++
  edge.upstreamBytes += bodyBytes
  const arrival = atOrigin + edge.thinkMs + edge.oneWayMs + bodyBytes / edge.bytesPerMs
  pushTimed(edge.arrivals, arrival, id)
  setArrival(edge.flying, id, arrival)
  return arrival
}

/** True for an object that was never missed before. */
function seeFirst(edge: Edge, id: u32): bool {
  const word = edge.seen + ((id >> 5) << 2)
  const before = load<u32>(word)
  const after = before | (1 << (id & 31))
  store<u32>(word, after)
  return after != before
}

export function heldBytes(edge: Edge): f64 {
  return edge.shelf.heldBytes
}

export function heldObjects(edge: Edge): u32 {
  return edge.shelf.index.size
}

export function evictions(edge: Edge): f64 {
  return edge.shelf.evictions
}

export function upstreamAsks(edge: Edge): f64 {
  return edge.upstreamAsks
}

export function upstreamBytes(edge: Edge): f64 {
  return edge.upstreamBytes
}
