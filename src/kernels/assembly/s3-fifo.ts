import { LazyQueue, openEntries, openQueue, openRows, queueBytes, rowOf, sizeAt } from './lazy-queue'
import { aheadBytes, capacity, discard, ids, mostHeld, objects, ringRows, sized, sizes, take, tell } from './run'

// S3-FIFO as two rings and a queue of ghosts, with one byte an object: 0, held with 1 + its hits, or a ghost. Which queue holds an
// object need not be known: only tails ask, and they know their ring.

const ghost: u32 = 255
/** The state of an object with three hits, where counting ends. */
const most: u32 = 4

let states: usize = 0
let small: usize = 0
let main: usize = 0
let mask: u32 = 0
/** Their tags say where they are, and of all objects the rows have the size. */
const ghosts = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
let smallLimit: i64 = 0
let mainLimit: i64 = 0
let ghostLimit: i64 = 0
/** States up to this one leave the small queue for good. */
let lastLeaving: u32 = 0
let fillsMain: bool = false
let strict: bool = false

let smallHead: u32 = 0
let smallTail: u32 = 0
let mainHead: u32 = 0
let mainTail: u32 = 0
let smallHeld: i64 = 0
let mainHeld: i64 = 0
let hasEvicted: bool = false

export function openS3Fifo(smallShare: f64, ghostShare: f64, threshold: u32, fillMain: bool, libcachesim: bool): void {
  const least: i64 = libcachesim ? 0 : 1
  smallLimit = max<i64>(least, floor((capacity as f64) * smallShare) as i64)
  mainLimit = capacity - smallLimit
  ghostLimit = max<i64>(least, floor((capacity as f64) * ghostShare) as i64)
  lastLeaving = threshold
  fillsMain = fillMain
  strict = libcachesim
  states = take(objects)
  const rows = ringRows(mostHeld())
  small = take((rows as u64) << 2)
  main = take((rows as u64) << 2)
  mask = rows - 1
  openRows()
  openQueue(ghosts, 1, min<i64>(ghostLimit, objects) as u32, 2)
  openEntries()
}

export function runS3Fifo(count: u32): u32 {
  return sized ? run(count, true) : run(count, false)
}

@inline
function run(count: u32, withSizes: bool): u32 {
  const column = states
  const rows = mask
  let smallFirst = smallHead
  let smallLast = smallTail
  let mainFirst = mainHead
  let mainLast = mainTail
  let inSmall = smallHeld
  let inMain = mainHeld
  let misses: u32 = 0
  let read: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    const id = load<u32>(ids + at)
    read |= load<u8>(column + load<u32>(ids + at, aheadBytes))
    const size: u32 = withSizes ? load<u32>(sizes + at) : 1
    if (withSizes && size == 0) {
      skipped++
      continue
    }
    const cell = column + id
    const state = load<u8>(cell) as u32
    if (state - 1 < most) {
      if (state < most) store<u8>(cell, state + 1)
      continue
    }
    misses++
    if (withSizes) missedBytes += size
    const comesBack = state == ghost
    if (comesBack) {
      ghosts.forget(rowOf(id, withSizes), withSizes)
      store<u8>(cell, 0)
    }
    if ((size as i64) > capacity || (strict && (size as i64) > smallLimit)) continue
    while (inSmall + inMain + size > capacity) {
      hasEvicted = true
      let leaves = false
      if (inMain <= mainLimit)
        while (!leaves && smallLast != smallFirst) {
          const oldest = load<u32>(small + (((smallLast++ & rows) as usize) << 2))
          const bytes = sizeAt(rowOf(oldest, withSizes), withSizes)
          inSmall -= bytes
          leaves = (load<u8>(column + oldest) as u32) <= lastLeaving
          if (leaves) leaveSmall(oldest, bytes, withSizes)
          else {
            store<u8>(column + oldest, 1)
            store<u32>(main + (((mainFirst++ & rows) as usize) << 2), oldest)
            inMain += bytes
          }
        }
      while (!leaves) {
        const oldest = load<u32>(main + (((mainLast++ & rows) as usize) << 2))
        const left = (load<u8>(column + oldest) as u32) - 1
        store<u8>(column + oldest, left)
        leaves = left == 0
        if (leaves) inMain -= sizeAt(rowOf(oldest, withSizes), withSizes)
        else store<u32>(main + (((mainFirst++ & rows) as usize) << 2), oldest)
      }
    }
    // The program that `strict` follows makes room for an object as large as the small queue, and then refuses it.
    if (strict && !comesBack && (size as i64) == smallLimit) continue
    store<u8>(cell, 1)
    if (withSizes) store<u32>(rowOf(id, withSizes), size, 4)
    if (comesBack || (fillsMain && !hasEvicted && inSmall >= smallLimit)) {
      store<u32>(main + (((mainFirst++ & rows) as usize) << 2), id)
      inMain += size
    } else {
      store<u32>(small + (((smallFirst++ & rows) as usize) << 2), id)
      inSmall += size
    }
  }
  smallHead = smallFirst
  smallTail = smallLast
  mainHead = mainFirst
  mainTail = mainLast
  smallHeld = inSmall
  mainHeld = inMain
  tell(missedBytes, skipped)
  discard(read)
  return misses
}

/** Makes a ghost of an object that leaves the small queue; the oldest ghosts go for it. */
@inline
function leaveSmall(id: u32, bytes: u32, withSizes: bool): void {
  const remembered = (bytes as i64) <= ghostLimit
  store<u8>(states + id, remembered ? ghost : 0)
  if (!remembered) return
  while (ghosts.bytes + bytes > ghostLimit) {
    const oldest = ghosts.pop()
    ghosts.bytes -= sizeAt(rowOf(oldest, withSizes), withSizes)
    store<u8>(states + oldest, 0)
  }
  ghosts.bytes += bytes
  ghosts.push(id, rowOf(id, withSizes), withSizes)
}
