import { giveBlock, takeBlock } from './blocks'

// Which objects are on their way to a PoP, and when the last fetch of each arrives. Open addressing, at most half full; deletion moves later
// entries back, as in `lib/id-map`.

/** An entry: id + 1 (0: free), and the arrival. */
const entryBits: u32 = 4
const arrivalOffset: usize = 8
const firstRowBits: u32 = 6
/** What `arrivalOf` answers for an object that is not on its way. */
export const notFlying: f64 = -1

@unmanaged
export class Flying {
  entries: usize
  rowBits: u32
  size: u32
}

export function openFlying(flying: Flying): void {
  flying.rowBits = firstRowBits
  flying.entries = takeBlock(firstRowBits + entryBits)
}

@inline
function homeOf(flying: Flying, id: u32): u32 {
  return (id * 0x9e3779b1) >> (32 - flying.rowBits)
}

@inline
function entryAt(flying: Flying, row: u32): usize {
  return flying.entries + ((row as usize) << entryBits)
}

/** The entry of an id, or the free one where it would stand. */
@inline
function find(flying: Flying, id: u32): usize {
  const mask: u32 = (1 << flying.rowBits) - 1
  let row = homeOf(flying, id)
  while (true) {
    const entry = entryAt(flying, row)
    const key = load<u32>(entry)
    if (key == id + 1 || key == 0) return entry
    row = (row + 1) & mask
  }
}

export function arrivalOf(flying: Flying, id: u32): f64 {
  const entry = find(flying, id)
  return load<u32>(entry) == 0 ? notFlying : load<f64>(entry, arrivalOffset)
}

export function setArrival(flying: Flying, id: u32, arrival: f64): void {
  if ((flying.size + 1) >> (flying.rowBits - 1) != 0) grow(flying)
  const entry = find(flying, id)
  flying.size += (load<u32>(entry) == 0) as u32
  store<u32>(entry, id + 1)
  store<f64>(entry, arrival, arrivalOffset)
}

/** Forgets the fetch of an object that arrives at a time, unless a later one has taken its place. */
export function land(flying: Flying, id: u32, arrival: f64): void {
  const found = find(flying, id)
  if (load<u32>(found) == 0 || load<f64>(found, arrivalOffset) != arrival) return
  const mask: u32 = (1 << flying.rowBits) - 1
  let hole = ((found - flying.entries) >> entryBits) as u32
  let row = hole
  while (true) {
    row = (row + 1) & mask
    const key = load<u32>(entryAt(flying, row))
    if (key == 0) break
    const home = homeOf(flying, key - 1)
    if (((row - home) & mask) < ((row - hole) & mask)) continue
    store<u32>(entryAt(flying, hole), key)
    store<f64>(entryAt(flying, hole), load<f64>(entryAt(flying, row), arrivalOffset), arrivalOffset)
    hole = row
  }
  store<u32>(entryAt(flying, hole), 0)
  flying.size--
}

function grow(flying: Flying): void {
  const old = flying.entries
  const rows: u32 = 1 << flying.rowBits
  flying.entries = takeBlock(flying.rowBits + 1 + entryBits)
  flying.rowBits++
  for (let row: u32 = 0; row < rows; row++) {
    const from = old + ((row as usize) << entryBits)
    const key = load<u32>(from)
    if (key == 0) continue
    const entry = find(flying, key - 1)
    store<u32>(entry, key)
    store<f64>(entry, load<f64>(from, arrivalOffset), arrivalOffset)
  }
  giveBlock(old, flying.rowBits - 1 + entryBits)
}
