import { takeBlock } from './blocks'
import { arrivalOf, Flying, land, notFlying, openFlying, setArrival } from './flying'
import { bytesOf, isPass, objects, staleMsOf, ttlMsOf, versionAt } from './rules'
import { askShelf, createShelf, freshUntilOf, keep, Shelf, sizeOf, versionOf, warmShelf } from './shelf'
import { idOf, timeOf } from './sorted'
import { countOriginAsk, countReason, rowBytes, rowFates, rowWaits } from './tally'
import { warm } from './warm'
import { dropTimed, firstTimed, idOfTimed, openTimedIds, pushTimed, TimedIds, versionOfTimed } from './timed-ids'

// An edge PoP, like `network/pop` before an origin without limits that never fails: whatever is asked for is answered, and when it arrives
// is known at once.

// Fates and reasons of `stats/tally`.
const hit: u8 = 0
const stale: u8 = 1
const revalidated: u8 = 2
const missed: u8 = 3
const joined: u8 = 4
const passed: u8 = 5
const cold: u32 = 0
const lackOfRoom: u32 = 1
const expired: u32 = 2
const join: u32 = 4
const uncacheable: u32 = 5
/** The version that an asker holds who holds nothing. */
const nothing: f64 = -1

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
    if (isPass(id)) {
      pass(edge, id, now, row)
      continue
    }
    const slot = askShelf(shelf, id)
    if (slot >= 0 && now < freshUntilOf(shelf, slot)) {
      write(row, hit, 0, sizeOf(shelf, slot))
    } else fetch(edge, id, now, slot, row)
  }
}

@inline
function write(row: u32, fate: u8, waitMs: f64, bytes: f64): void {
  store<u8>(rowFates + row, fate)
  store<f64>(rowWaits + ((row as usize) << 3), waitMs)
  store<f64>(rowBytes + ((row as usize) << 3), bytes)
}

/** Puts on the shelf what has arrived by now. */
function settle(edge: Edge, now: f64): void {
  const arrivals = edge.arrivals
  do {
    const first = firstTimed(arrivals)
    const id = idOfTimed(first)
    const version = versionOfTimed(first)
    const arrival = arrivals.nextTime
    dropTimed(arrivals)
    land(edge.flying, id, arrival)
    keep(edge.shelf, id, bytesOf(id), version, arrival + ttlMsOf(id))
  } while (arrivals.nextTime <= now)
}

function fetch(edge: Edge, id: u32, now: f64, slot: i32, row: u32): void {
  let fate: u8 = missed
  let arrival = arrivalOf(edge.flying, id)
  const version = versionAt(id, now + edge.oneWayMs)
  if (slot >= 0 && now < freshUntilOf(edge.shelf, slot) + staleMsOf(id)) {
    fate = stale
    if (arrival == notFlying) begin(edge, id, now, version, versionOf(edge.shelf, slot))
    arrival = now
  } else if (edge.isCollapsing && arrival != notFlying) {
    fate = joined
    countReason(join)
  } else if (slot >= 0) {
    const held = versionOf(edge.shelf, slot)
    if (held == version) fate = revalidated
    countReason(expired)
    arrival = begin(edge, id, now, version, held)
  } else {
    countReason(seeFirst(edge, id) ? cold : lackOfRoom)
    arrival = begin(edge, id, now, version, nothing)
  }
  write(row, fate, arrival - now, bytesOf(id))
}

/** Fetches what must not be stored, for one asker alone. */
function pass(edge: Edge, id: u32, now: f64, row: u32): void {
  const bytes = bytesOf(id)
  countReason(uncacheable)
  write(row, passed, ask(edge, now, bytes) - now, bytes)
}

/** Begins to fetch an object for the shelf, of which it holds a version; returns when it is here. */
function begin(edge: Edge, id: u32, now: f64, version: f64, held: f64): f64 {
  const arrival = ask(edge, now, version == held ? 0 : bytesOf(id))
  pushTimed(edge.arrivals, arrival, id, version)
  setArrival(edge.flying, id, arrival)
  return arrival
}

/** Asks the origin; returns when what it sends, of which so many bytes travel, is here. */
function ask(edge: Edge, now: f64, bodyBytes: f64): f64 {
  const atOrigin = now + edge.oneWayMs
  countOriginAsk(atOrigin)
  edge.upstreamAsks++
  edge.upstreamBytes += bodyBytes
  return atOrigin + edge.thinkMs + edge.oneWayMs + bodyBytes / edge.bytesPerMs
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
