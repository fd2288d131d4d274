import { giveBlock, takeBlock } from './blocks'

// Who leaves a shelf. The policies are those of `policies/`, as rings of slots: newcomers enter at the head, and who leaves is taken at the tail.
//
// LRU's hits enter the ring again, which leaves their earlier entries stale: a slot's mark is its newest position. SIEVE has two rings: what
// the hand has yet to pass, and the survivors that it has passed; when the first is empty the hand goes back to the tail: they change places.

export const lru: u32 = 0
export const fifo: u32 = 1
export const clock: u32 = 2
export const sieve: u32 = 3

/** A ring has twice as many rows as the shelf has slots: LRU closes it up when it is full, and half of it is stale then. */
const extraBits: u32 = 1

@unmanaged
export class Leaving {
  policy: u32
  /** Where CLOCK's counters stop. */
  most: u32
  slotBits: u32
  /** Of each slot: its newest position (LRU), its counter (CLOCK), or whether it was visited (SIEVE). */
  marks: usize
  ring: usize
  head: u32
  tail: u32
  survivors: usize
  survivorsHead: u32
  survivorsTail: u32
}

export function openLeaving(leaving: Leaving, policy: u32, most: u32, slotBits: u32): void {
  leaving.policy = policy
  leaving.most = most
  leaving.slotBits = slotBits
  leaving.marks = takeBlock(slotBits + 2)
  leaving.ring = takeBlock(slotBits + extraBits + 2)
  if (policy == sieve) leaving.survivors = takeBlock(slotBits + extraBits + 2)
}

@inline
function markOf(leaving: Leaving, slot: u32): usize {
  return leaving.marks + ((slot as usize) << 2)
}

@inline
function cell(leaving: Leaving, ring: usize, position: u32): usize {
  return ring + (((position & ((1 << (leaving.slotBits + extraBits)) - 1)) as usize) << 2)
}

/** The object in a slot was asked for. */
@inline
export function hitSlot(leaving: Leaving, slot: u32): void {
  const policy = leaving.policy
  if (policy == lru) enter(leaving, slot)
  else if (policy == sieve) store<u32>(markOf(leaving, slot), 1)
  else if (policy == clock) {
    const mark = markOf(leaving, slot)
    const counter = load<u32>(mark)
    if (counter < leaving.most) store<u32>(mark, counter + 1)
  }
}

/** A newcomer is in a slot. */
export function insertSlot(leaving: Leaving, slot: u32): void {
  if (leaving.policy == lru) return enter(leaving, slot)
  store<u32>(markOf(leaving, slot), 0)
  store<u32>(cell(leaving, leaving.ring, leaving.head++), slot)
}

/** LRU's newest one. */
function enter(leaving: Leaving, slot: u32): void {
  if ((leaving.head - leaving.tail) >> (leaving.slotBits + extraBits) != 0) closeUp(leaving)
  const position = leaving.head++
  store<u32>(cell(leaving, leaving.ring, position), slot)
  store<u32>(markOf(leaving, slot), position)
}

/** Drops the stale entries of LRU's ring. */
function closeUp(leaving: Leaving): void {
  const head = leaving.head
  let kept = leaving.tail
  for (let position = kept; position != head; position++) {
    const slot = load<u32>(cell(leaving, leaving.ring, position))
    const mark = markOf(leaving, slot)
    const isNewest = load<u32>(mark) == position
    store<u32>(cell(leaving, leaving.ring, kept), slot)
    store<u32>(mark, isNewest ? kept : load<u32>(mark))
    kept += isNewest as u32
  }
  leaving.head = kept
}

/** Chooses who leaves, and forgets it; the shelf must not be empty. */
export function leavingSlot(leaving: Leaving): u32 {
  const policy = leaving.policy
  while (true) {
    const position = leaving.tail++
    const slot = load<u32>(cell(leaving, leaving.ring, position))
    const mark = markOf(leaving, slot)
    if (policy == fifo) return slot
    if (policy == lru) {
      if (load<u32>(mark) == position) return slot
    } else if (policy == clock) {
      const counter = load<u32>(mark)
      if (counter == 0) return slot
      store<u32>(mark, counter - 1)
      store<u32>(cell(leaving, leaving.ring, leaving.head++), slot)
    } else {
      const survives = load<u32>(mark) != 0
      if (survives) {
        store<u32>(mark, 0)
        store<u32>(cell(leaving, leaving.survivors, leaving.survivorsHead++), slot)
      }
      if (leaving.tail == leaving.head) changeRings(leaving)
      if (!survives) return slot
    }
  }
}

function changeRings(leaving: Leaving): void {
  const ring = leaving.ring
  leaving.ring = leaving.survivors
  leaving.head = leaving.survivorsHead
  leaving.tail = leaving.survivorsTail
  leaving.survivors = ring
  leaving.survivorsHead = leaving.survivorsTail = 0
}

/** Makes room for twice as many slots. */
export function growLeaving(leaving: Leaving): void {
  const before = leaving.slotBits
  const marks = takeBlock(before + 3)
  memory.copy(marks, leaving.marks, (4 as usize) << before)
  giveBlock(leaving.marks, before + 2)
  leaving.marks = marks
  leaving.ring = wider(leaving, leaving.ring, leaving.tail, leaving.head)
  if (leaving.policy == sieve)
    leaving.survivors = wider(leaving, leaving.survivors, leaving.survivorsTail, leaving.survivorsHead)
  leaving.slotBits = before + 1
}

function wider(leaving: Leaving, ring: usize, tail: u32, head: u32): usize {
  const bits = leaving.slotBits + extraBits
  const block = takeBlock(bits + 3)
  const mask: u32 = (2 << bits) - 1
  for (let position = tail; position != head; position++)
    store<u32>(block + (((position & mask) as usize) << 2), load<u32>(cell(leaving, ring, position)))
  giveBlock(ring, bits + 2)
  return block
}
