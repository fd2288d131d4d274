import { LazyQueue, listMask, openEntries, openQueue, openRows, queueBytes, rowOf, sizeAt, tagAhead } from './lazy-queue'
import { capacity, discard, ids, mostHeld, objects, sized, sizes, tell } from './run'

// ARC: T1 and T2 with their ghosts B1 and B2 as four lists.

const onceList: u32 = 1
const oftenList: u32 = 2
const onceGhosts: u32 = 3
const oftenGhosts: u32 = 4

const once = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const often = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const onceLeft = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
const oftenLeft = changetype<LazyQueue>(memory.data(queueBytes, queueBytes))
/** The paper's p. */
let target: f64 = 0
/** The last object that was found anywhere was found in B2. */
let foundInOftenGhosts: bool = false

export function openArc(): void {
  openRows()
  openQueue(once, onceList, mostHeld())
  openQueue(often, oftenList, mostHeld())
  openQueue(onceLeft, onceGhosts, objects, 2)
  openQueue(oftenLeft, oftenGhosts, objects, 2)
  openEntries()
}

export function runArc(count: u32): u32 {
  if (sized) return run(count, true)
  return capacity == 0 ? count : runUnit(count)
}

/** At unit size: the residents are as many as the capacity from the first eviction on, and at most one ghost leaves for another. */
@inline
function runUnit(count: u32): u32 {
  const most = capacity
  let misses: u32 = 0
  let read: u32 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    const id = load<u32>(ids + at)
    read |= tagAhead(ids + at, false)
    const row = rowOf(id, false)
    const list = load<u32>(row) & listMask
    if (list == oftenList) often.renew(id, row, false)
    else if (list == onceList) once.moveTo(often, id, row, false)
    else {
      misses++
      if (once.bytes + often.bytes == most) replace(row, list)
      if (list == 0) enter(once, id, row)
      else enter(often, id, row)
    }
  }
  discard(read)
  return misses
}

/** Lets one resident go for an object that was found in a list of ghosts, or in none. */
@inline
function replace(row: usize, list: u32): void {
  const inOnce = once.bytes
  if (list != 0) adapt(row, list, false)
  else {
    if (inOnce == capacity) {
      once.forgetOldest(false)
      return
    }
    const seenOnce = inOnce + onceLeft.bytes
    if (seenOnce >= capacity) onceLeft.forgetOldest(false)
    else if (seenOnce + often.bytes + oftenLeft.bytes >= 2 * capacity) oftenLeft.forgetOldest(false)
  }
  // Neither half of this is easy to foretell: they are not asked one after the other.
  const held = inOnce as f64
  const isOver = ((held > target) as u32) | (((held == target) as u32) & ((list == oftenGhosts) as u32))
  if (((often.bytes == 0) as u32) | (((inOnce > 0) as u32) & isOver)) leave(once, onceLeft)
  else leave(often, oftenLeft)
}

@inline
function enter(queue: LazyQueue, id: u32, row: usize): void {
  queue.bytes++
  queue.push(id, row, false)
}

@inline
function leave(queue: LazyQueue, ghosts: LazyQueue): void {
  const id = queue.pop()
  queue.bytes--
  enter(ghosts, id, rowOf(id, false))
}

@inline
function run(count: u32, withSizes: bool): u32 {
  let misses: u32 = 0
  let read: u32 = 0
  let skipped: u32 = 0
  let missedBytes: i64 = 0
  for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 4) {
    read |= tagAhead(ids + at, withSizes)
    const id = load<u32>(ids + at)
    const size: u32 = withSizes ? load<u32>(sizes + at) : 1
    if (withSizes && size == 0) {
      skipped++
      continue
    }
    const row = rowOf(id, withSizes)
    const list = load<u32>(row) & listMask
    if (list - 1 < oftenList) {
      foundInOftenGhosts = false
      if (list == onceList) once.moveTo(often, id, row, withSizes)
      else often.renew(id, row, withSizes)
    } else {
      misses++
      if (withSizes) missedBytes += size
      if (list != 0) adapt(row, list, withSizes)
      if ((size as i64) > capacity) continue
      while (once.bytes + often.bytes + size > capacity) makeRoom(size, list != 0, withSizes)
      if (list != 0) foundInOftenGhosts = false
      const queue = list == 0 ? once : often
      if (withSizes) store<u32>(row, size, 4)
      queue.bytes += size
      queue.push(id, row, withSizes)
    }
  }
  tell(missedBytes, skipped)
  discard(read)
  return misses
}

/** A ghost was asked for: moves the target by the ratio of the ghosts' bytes, and forgets the ghost. */
@inline
function adapt(row: usize, list: u32, withSizes: bool): void {
  const ofOnce = onceLeft.bytes as f64
  const ofOften = oftenLeft.bytes as f64
  if (list == onceGhosts) target = min<f64>(target + max<f64>(ofOften / max<f64>(ofOnce, 1), 1), capacity as f64)
  else target = max<f64>(target - max<f64>(ofOnce / max<f64>(ofOften, 1), 1), 0)
  foundInOftenGhosts = list == oftenGhosts
  const ghosts = list == onceGhosts ? onceLeft : oftenLeft
  ghosts.forget(row, withSizes)
}

/** Case IV of the paper, and REPLACE: lets one resident go. */
@inline
function makeRoom(size: u32, comesBack: bool, withSizes: bool): void {
  let leavesGhost = true
  let fromOnce = false
  if (!comesBack) {
    const seenOnce = once.bytes + onceLeft.bytes
    if (seenOnce + size > capacity) {
      if (onceLeft.bytes == 0) {
        leavesGhost = false
        fromOnce = true
      } else onceLeft.forgetOldest(withSizes)
    } else if (oftenLeft.bytes > 0 && seenOnce + often.bytes + oftenLeft.bytes >= 2 * capacity)
      oftenLeft.forgetOldest(withSizes)
  }
  const inOnce = once.bytes as f64
  fromOnce =
    fromOnce || often.bytes == 0 || (inOnce > 0 && (inOnce > target || (inOnce == target && foundInOftenGhosts)))
  const queue = fromOnce ? once : often
  const id = queue.forgetOldest(withSizes)
  if (!leavesGhost) return
  const row = rowOf(id, withSizes)
  const bytes = sizeAt(row, withSizes)
  const ghosts = fromOnce ? onceLeft : oftenLeft
  ghosts.bytes += bytes
  ghosts.push(id, row, withSizes)
}
