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

/**
 * The slots double where they are: as many more bytes as they took move the ids on, which double too. What lies in its own slot goes to one of
 * the two that come of it, so that the table is walked through once, from its end; what lies behind is put anew.
 */
function grow(): void {
  const end = idOf + ((8 as usize) << (slotBits - 1))
  const moved = slots + ((16 as usize) << slotBits)
  take((moved + ((8 as usize) << slotBits) - end) as u64)
  memory.copy(moved, idOf, ((known + 1) as usize) << 3)
  idOf = moved
  const behind = idOf + (((known + 1) as usize) << 3)
  const behindCount = spread(behind)
  slotBits++
  for (let next = behindCount; next > 0; next--) {
    const number = load<u32>(behind + ((next - 1) << 2))
    put(mix(load<u64>(idOf + ((number as usize) << 3))), number)
  }
}

/** Spreads the words over twice the slots; the numbers of those that lie behind go to a list. Answers how many they are. */
function spread(behind: usize): usize {
  const bits = slotBits as u64
  const isBehind = (1 as u64) << (bits - 1)
  const low = (isBehind << 1) - 1
  let count: usize = 0
  for (let slot = ((1 as usize) << slotBits) - 1; slot != -1; slot--) {
    const word = load<u64>(slots + (slot << 3))
    const pair = slots + (slot << 4)
    const stays = word & isBehind ? 0 : ((word & ~low) << 1) | (word & low)
    store<u32>(behind + (count << 2), (word & (isBehind - 1)) as u32)
    count += ((word & isBehind) != 0) as usize
    const isSecond = (word >> 63) != 0
    store<u64>(pair, isSecond ? 0 : stays)
    store<u64>(pair, isSecond ? stays : 0, 8)
  }
  return count
}

/** Spreads ids over the high bits; different ids stay different. */
@inline
export function mix(id: u64): u64 {
  return (id ^ (id >> 32)) * 0x9e3779b97f4a7c15
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

/** The number of an id; a new one gets the next. */
export function numberOf(id: u64): u32 {
  const bits = slotBits as u64
  const mask = ((1 as u64) << bits) - 1
  const limit = ((1 as u64) << (bits - 1)) - 1
  const mixed = mix(id)
  let slot = mixed >> (64 - bits)
  let word = load<u64>(cellOf(slot))
  if ((word ^ (mixed << bits)) - 1 < limit) return (word & limit) as u32
  let isBehind: u64 = 0
  while (word != 0) {
    const number = (word & limit) as u32
    if (load<u64>(idOf + ((number as usize) << 3)) == id) return number
    slot = (slot + 1) & mask
    word = load<u64>(cellOf(slot))
    isBehind = 1
  }
  store<u64>(cellOf(slot), (mixed << bits) | (isBehind << (bits - 1)) | (++known as u64))
  store<u64>(idOf + ((known as usize) << 3), id)
  return known
}
