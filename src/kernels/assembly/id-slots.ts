import { take } from './run'

// A table of ids of 64 bits and their numbers. A slot is a single word. The bits of an id are mixed in a way that can be undone: the first
// ones choose the slot, and all others are kept in it, above the number, for which as many bits are left as the table needs. So a word tells
// exactly whether it is the id's. Only an id whose slot was taken, and that lies in one behind it, is compared with the list of all ids.

/** Words: the id's other bits, a bit that says that it lies behind its slot, and its number from 1. The ids by number follow and end the memory. */
export let slots: usize = 0
export let slotBits: u32 = 0
let idOf: usize = 0
/** Ids that have a number. */
export let known: u32 = 0

export function openSlots(likelyObjects: u32): void {
  slotBits = max<u32>(12, 33 - (clz<u32>(likelyObjects) as u32))
  slots = take((8 as u64) << slotBits)
  idOf = take((8 as u64) << (slotBits - 1))
}

/** Makes sure that so many new ids find room: at most every other slot is taken. Views of the memory may end here. */
export function prepareNumbering(more: u32): void {
  while ((((known + more + 1) as u64) << 1) > ((1 as u64) << slotBits)) grow()
}

function grow(): void {
  const behind = idOf + ((8 as usize) << (slotBits - 1))
  slotBits++
  // The slots double where they are: as many more bytes as they took move the ids on, which double too.
  const moved = slots + ((8 as usize) << slotBits)
  take((moved + ((8 as usize) << (slotBits - 1)) - behind) as u64)
  memory.copy(moved, idOf, ((known + 1) as usize) << 3)
  idOf = moved
  memory.fill(slots, 0, (8 as usize) << slotBits)
  for (let number: u32 = 1; number <= known; number++) put(mix(load<u64>(idOf + ((number as usize) << 3))), number)
}

/** Spreads ids over the high bits, however regular they are; different ids stay different. The steps are murmur3's last ones. */
@inline
export function mix(id: u64): u64 {
  const once = (id ^ (id >> 33)) * 0xff51afd7ed558ccd
  return (once ^ (once >> 33)) * 0xc4ceb9fe1a85ec53
}

@inline
function cellOf(slot: u64): usize {
  return slots + ((slot as usize) << 3)
}

/** Puts a number into the first free slot from its id's own on. */
@inline
function put(mixed: u64, number: u32): void {
  const bits = slotBits as u64
  const home = mixed >> (64 - bits)
  const mask = ((1 as u64) << bits) - 1
  let slot = home
  while (load<u64>(cellOf(slot)) != 0) slot = (slot + 1) & mask
  const isBehind = slot != home
  store<u64>(cellOf(slot), (mixed << bits) | ((isBehind as u64) << (bits - 1)) | (number as u64))
}

/** The number of an id, from 1; a new one gets the next. */
export function numberOf(id: u64): u32 {
  const bits = slotBits as u64
  const mask = ((1 as u64) << bits) - 1
  const limit = ((1 as u64) << (bits - 1)) - 1
  const mixed = mix(id)
  let slot = mixed >> (64 - bits)
  let word = load<u64>(cellOf(slot))
  if ((word ^ (mixed << bits)) - 1 < limit) return (word & limit) as u32
  while (word != 0) {
    const number = (word & limit) as u32
    if (load<u64>(idOf + ((number as usize) << 3)) == id) return number
    slot = (slot + 1) & mask
    word = load<u64>(cellOf(slot))
  }
  put(mixed, ++known)
  store<u64>(idOf + ((known as usize) << 3), id)
  return known
}
