import { grown, takeBlock } from './blocks'
import { growLeaving, hitSlot, insertSlot, Leaving, leavingSlot, openLeaving } from './leaving'
import { areChanging, bytesColumn, bytesOf } from './rules'
import { warm } from './warm'
import { dropSlot, openSlotIndex, setSlot, SlotIndex, slotOf } from './slot-index'

// One shelf, like `cache/cache`: what is held, until when, how much. Objects never change their size, and nothing is purged.

const firstSlotBits: u32 = 6

@unmanaged
export class Shelf {
  index: SlotIndex
  leaving: Leaving
  /** Of each slot: fresh until, the object, and where they differ its bytes and its version. */
  freshUntil: usize
  ids: usize
  sizes: usize
  versions: usize
  slotBits: u32
  slotsMade: u32
  /** Slots given back, a stack. */
  free: usize
  freeCount: u32
  capacityBytes: f64
  heldBytes: f64
  evictions: f64
}

export function createShelf(policy: u32, most: u32, capacityBytes: f64, direct: usize): Shelf {
  const shelf = changetype<Shelf>(takeBlock(8))
  shelf.index = changetype<SlotIndex>(takeBlock(6))
  shelf.leaving = changetype<Leaving>(takeBlock(6))
  openSlotIndex(shelf.index, direct)
  openLeaving(shelf.leaving, policy, most, firstSlotBits)
  shelf.slotBits = firstSlotBits
  shelf.freshUntil = takeBlock(firstSlotBits + 3)
  shelf.sizes = takeBlock(firstSlotBits + 3)
  if (areChanging()) shelf.versions = takeBlock(firstSlotBits + 3)
  shelf.ids = takeBlock(firstSlotBits + 2)
  shelf.free = takeBlock(firstSlotBits + 2)
  shelf.capacityBytes = capacityBytes
  return shelf
}

/** The slot of an object, or -1. The policy is told of every ask for what is held. */
@inline
export function askShelf(shelf: Shelf, id: u32): i32 {
  const slot = slotOf(shelf.index, id)
  if (slot >= 0) hitSlot(shelf.leaving, slot)
  return slot
}

@inline
export function freshUntilOf(shelf: Shelf, slot: u32): f64 {
  return load<f64>(shelf.freshUntil + ((slot as usize) << 3))
}

/** Bytes of the object in a slot; a column keeps them where they differ. */
@inline
export function sizeOf(shelf: Shelf, slot: u32): f64 {
  return bytesColumn == 0 ? bytesOf(0) : load<f64>(shelf.sizes + ((slot as usize) << 3))
}

/** The version of the object in a slot. */
@inline
export function versionOf(shelf: Shelf, slot: u32): f64 {
  return areChanging() ? load<f64>(shelf.versions + ((slot as usize) << 3)) : 0
}

/** Reads ahead what the next asks read. */
export function warmShelf(shelf: Shelf): void {
  const slots = shelf.slotsMade as usize
  if (shelf.index.rowBits != 0) warm(shelf.index.rows, (8 as usize) << shelf.index.rowBits)
  warm(shelf.freshUntil, slots << 3)
  warm(shelf.leaving.marks, slots << 2)
  warm(shelf.ids, slots << 2)
  if (bytesColumn != 0) warm(shelf.sizes, slots << 3)
}

/** Takes an object in, or sets a new date and version on one that is held. */
export function keep(shelf: Shelf, id: u32, bytes: f64, version: f64, freshUntil: f64): void {
  const held = slotOf(shelf.index, id)
  if (held >= 0) return date(shelf, held, version, freshUntil)
  if (bytes > shelf.capacityBytes) return
  while (shelf.heldBytes + bytes > shelf.capacityBytes) evict(shelf)
  const slot = takeSlot(shelf)
  setSlot(shelf.index, id, slot)
  store<u32>(shelf.ids + ((slot as usize) << 2), id)
  if (bytesColumn != 0) store<f64>(shelf.sizes + ((slot as usize) << 3), bytes)
  date(shelf, slot, version, freshUntil)
  shelf.heldBytes += bytes
  insertSlot(shelf.leaving, slot)
}

@inline
function date(shelf: Shelf, slot: u32, version: f64, freshUntil: f64): void {
  store<f64>(shelf.freshUntil + ((slot as usize) << 3), freshUntil)
  if (areChanging()) store<f64>(shelf.versions + ((slot as usize) << 3), version)
}

function evict(shelf: Shelf): void {
  const slot = leavingSlot(shelf.leaving)
  dropSlot(shelf.index, load<u32>(shelf.ids + ((slot as usize) << 2)))
  shelf.heldBytes -= sizeOf(shelf, slot)
  store<u32>(shelf.free + ((shelf.freeCount++ as usize) << 2), slot)
  shelf.evictions++
}

function takeSlot(shelf: Shelf): u32 {
  if (shelf.freeCount > 0) return load<u32>(shelf.free + ((--shelf.freeCount as usize) << 2))
  if (shelf.slotsMade >> shelf.slotBits != 0) grow(shelf)
  return shelf.slotsMade++
}

function grow(shelf: Shelf): void {
  const bits = shelf.slotBits
  shelf.freshUntil = grown(shelf.freshUntil, bits + 3)
  shelf.sizes = grown(shelf.sizes, bits + 3)
  if (areChanging()) shelf.versions = grown(shelf.versions, bits + 3)
  shelf.ids = grown(shelf.ids, bits + 2)
  shelf.free = grown(shelf.free, bits + 2)
  growLeaving(shelf.leaving)
  shelf.slotBits = bits + 1
}
