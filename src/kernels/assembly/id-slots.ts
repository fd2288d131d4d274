import { take } from './run'

// A table of ids of 64 bits and their numbers, made small so that much of it stays near the processor. A slot is a word of 32 bits: a number,
// and in the bits that it leaves some more of the id's hash. The list of all ids, of which the often asked ones stand together at the beginning,
// says whether a number is the id's: always that of the slot that the hash names, and of those behind it where the hash agrees.

/** Words; 0 is a free slot, and numbers begin with 1. The ids by number follow and end the memory. */
export let slots: usize = 0
export let slotBits: u32 = 0
export let idOf: usize = 0
/** Ids that have a number. */
export let known: u32 = 0

/** Three of four slots are taken at most. */
@inline
function mostKnown(bits: u32): u64 {
  return (3 as u64) << ((bits as u64) - 2)
}

export function openSlots(likelyObjects: u32): void {
  slotBits = 12
  while (mostKnown(slotBits) <= (likelyObjects as u64)) slotBits++
  slots = take((4 as u64) << slotBits)
  idOf = take(mostKnown(slotBits) << 3)
}

/** Makes sure that so many new ids find room. Views of the memory may end here. */
export function prepareNumbering(more: u32): void {
  while (((known + more + 1) as u64) > mostKnown(slotBits)) grow()
}

function grow(): void {
  const before = mostKnown(slotBits) << 3
  slotBits++
  // The slots double where they are: as many more bytes as they took move the ids on.
  const moved = slots + ((4 as usize) << slotBits)
  take(((moved - idOf) as u64) + (mostKnown(slotBits) << 3) - before)
  memory.copy(moved, idOf, ((known + 1) as usize) << 3)
  idOf = moved
  memory.fill(slots, 0, (4 as usize) << slotBits)
  // In their order: what came first, which is what is asked for most, gets the slot that its hash names.
  for (let number: u32 = 1; number <= known; number++) put(hashOf(load<u64>(idOf + ((number as usize) << 3))), number)
}

/** Spreads ids over 32 bits, the first of which are the best. */
@inline
export function hashOf(id: u64): u32 {
  return (((id ^ (id >> 32)) * 0x9e3779b97f4a7c15) >> 32) as u32
}

/** Where the slot lies that a hash names. */
@inline
export function cellOf(hash: u32, table: usize, bits: u32): usize {
  return table + (((hash >> (32 - bits)) as usize) << 2)
}

/** Puts a number into the first free slot from the one on that its hash names. */
@inline
function put(hash: u32, number: u32): void {
  const bits = slotBits
  const mask = ((1 as u32) << bits) - 1
  let slot = hash >> (32 - bits)
  while (load<u32>(slots + ((slot as usize) << 2)) != 0) slot = (slot + 1) & mask
  store<u32>(slots + ((slot as usize) << 2), (hash << bits) | number)
}

/** The number of an id; a new one gets the next. */
export function numberOf(id: u64): u32 {
  const bits = slotBits
  const mask = ((1 as u32) << bits) - 1
  const hash = hashOf(id)
  const tag = hash << bits
  let slot = hash >> (32 - bits)
  let cell = slots + ((slot as usize) << 2)
  for (let word = load<u32>(cell); word != 0; word = load<u32>(cell)) {
    const number = word ^ tag
    if (number <= mask && load<u64>(idOf + ((number as usize) << 3)) == id) return number
    slot = (slot + 1) & mask
    cell = slots + ((slot as usize) << 2)
  }
  store<u32>(cell, tag | ++known)
  store<u64>(idOf + ((known as usize) << 3), id)
  return known
}
