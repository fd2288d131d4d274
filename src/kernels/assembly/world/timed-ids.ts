import { giveBlock, grown, takeBlock } from './blocks'

// Ids, each with its version, waiting for their time, like `lib/timed-queue`: what comes in order of time stands in line, what must go before others that came
// earlier goes into a binary heap beside it. Among equal times the first to come goes first.

/** An entry: time, order of arrival, id, version. */
const entryBits: u32 = 5
const orderOffset: usize = 8
const idOffset: usize = 16
const versionOffset: usize = 24
const firstRowBits: u32 = 5

@unmanaged
export class TimedIds {
  /** Time of the first entry; Infinity when there is none. */
  nextTime: f64
  /** A ring: from lineHead on, lineSize entries. */
  line: usize
  lineRowBits: u32
  lineHead: u32
  lineSize: u32
  heapSize: u32
  /** Time of the last one in line. */
  lineTime: f64
  heap: usize
  heapRowBits: u32
  arrivals: u64
}

export function openTimedIds(queue: TimedIds): void {
  queue.nextTime = Infinity
  queue.lineRowBits = firstRowBits
  queue.line = takeBlock(firstRowBits + entryBits)
  queue.heapRowBits = firstRowBits
  queue.heap = takeBlock(firstRowBits + entryBits)
}

@inline
function put(entry: usize, time: f64, order: u64, id: u32, version: f64): void {
  store<f64>(entry, time)
  store<u64>(entry, order, orderOffset)
  store<u32>(entry, id, idOffset)
  store<f64>(entry, version, versionOffset)
}

@inline
function move(from: usize, to: usize): void {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
}

@inline
function isBefore(entry: usize, other: usize): bool {
  const time = load<f64>(entry)
  const otherTime = load<f64>(other)
  return time < otherTime || (time == otherTime && load<u64>(entry, orderOffset) < load<u64>(other, orderOffset))
}

@inline
function lineEntry(queue: TimedIds, row: u32): usize {
  return queue.line + (((row & ((1 << queue.lineRowBits) - 1)) as usize) << entryBits)
}

@inline
function heapEntry(queue: TimedIds, row: u32): usize {
  return queue.heap + ((row as usize) << entryBits)
}

export function pushTimed(queue: TimedIds, time: f64, id: u32, version: f64): void {
  if (time < queue.nextTime) queue.nextTime = time
  if (queue.lineSize > 0 && time < queue.lineTime) return pushHeap(queue, time, id, version)
  if (queue.lineSize >> queue.lineRowBits != 0) growLine(queue)
  put(lineEntry(queue, queue.lineHead + queue.lineSize++), time, queue.arrivals++, id, version)
  queue.lineTime = time
}

/** The first entry, which must be there, and which `dropTimed` takes out; good until then. */
export function firstTimed(queue: TimedIds): usize {
  return isHeapFirst(queue) ? queue.heap : lineEntry(queue, queue.lineHead)
}

@inline
export function idOfTimed(entry: usize): u32 {
  return load<u32>(entry, idOffset)
}

@inline
export function versionOfTimed(entry: usize): f64 {
  return load<f64>(entry, versionOffset)
}

export function dropTimed(queue: TimedIds): void {
  if (isHeapFirst(queue)) dropHeap(queue)
  else {
    queue.lineHead++
    queue.lineSize--
  }
  const next = queue.lineSize > 0 ? load<f64>(lineEntry(queue, queue.lineHead)) : Infinity
  queue.nextTime = queue.heapSize > 0 ? min<f64>(next, load<f64>(queue.heap)) : next
}

@inline
function isHeapFirst(queue: TimedIds): bool {
  if (queue.heapSize == 0) return false
  return queue.lineSize == 0 || isBefore(queue.heap, lineEntry(queue, queue.lineHead))
}

function growLine(queue: TimedIds): void {
  const wider = takeBlock(queue.lineRowBits + 1 + entryBits)
  for (let row: u32 = 0; row < queue.lineSize; row++)
    move(lineEntry(queue, queue.lineHead + row), wider + ((row as usize) << entryBits))
  giveBlock(queue.line, queue.lineRowBits + entryBits)
  queue.line = wider
  queue.lineRowBits++
  queue.lineHead = 0
}

function pushHeap(queue: TimedIds, time: f64, id: u32, version: f64): void {
  if (queue.heapSize >> queue.heapRowBits != 0) {
    queue.heap = grown(queue.heap, queue.heapRowBits + entryBits)
    queue.heapRowBits++
  }
  let hole = queue.heapSize++
  while (hole > 0) {
    const parent = (hole - 1) >> 1
    if (load<f64>(heapEntry(queue, parent)) <= time) break
    move(heapEntry(queue, parent), heapEntry(queue, hole))
    hole = parent
  }
  put(heapEntry(queue, hole), time, queue.arrivals++, id, version)
}

function dropHeap(queue: TimedIds): void {
  const last = --queue.heapSize
  const moved = heapEntry(queue, last)
  let hole: u32 = 0
  while (true) {
    let child: u32 = 2 * hole + 1
    if (child >= last) break
    if (child + 1 < last && isBefore(heapEntry(queue, child + 1), heapEntry(queue, child))) child++
    if (!isBefore(heapEntry(queue, child), moved)) break
    move(heapEntry(queue, child), heapEntry(queue, hole))
    hole = child
  }
  move(moved, heapEntry(queue, hole))
}
