import { giveBlock, takeBlock } from './blocks'

// Which slot of a shelf holds an object: a row for each object of the world where that takes little room, else a table by hash as
// `lib/id-map`: at most half full, key and slot in one word.

const firstRowBits: u32 = 6

@unmanaged
export class SlotIndex {
  /** Of object i: its slot + 1 at 4i; or of row r of the table: id + 1 and slot at 8r. */
  rows: usize
  /** 0: a row for each object. */
  rowBits: u32
  size: u32
}

/** `direct` is a column of zeros with 4 bytes for each object, or 0. */
export function openSlotIndex(index: SlotIndex, direct: usize): void {
  index.rowBits = direct == 0 ? firstRowBits : 0
  index.rows = direct == 0 ? takeBlock(firstRowBits + 3) : direct
}

@inline
function homeOf(id: u32, rowBits: u32): u32 {
  return (id * 0x9e3779b1) >> (32 - rowBits)
}

/** The slot of an object, or -1. */
@inline
export function slotOf(index: SlotIndex, id: u32): i32 {
  const rows = index.rows
  const rowBits = index.rowBits
  if (rowBits == 0) return load<i32>(rows + ((id as usize) << 2)) - 1
  const mask: u32 = (1 << rowBits) - 1
  let row = homeOf(id, rowBits)
  while (true) {
    const entry = load<u64>(rows + ((row as usize) << 3))
    if ((entry as u32) == id + 1) return (entry >> 32) as i32
    if (entry == 0) return -1
    row = (row + 1) & mask
  }
}

/** Puts in an object that is not there. */
export function setSlot(index: SlotIndex, id: u32, slot: u32): void {
  index.size++
  if (index.rowBits == 0) return store<u32>(index.rows + ((id as usize) << 2), slot + 1)
  if (index.size >> (index.rowBits - 1) != 0) grow(index)
  put(index, ((id + 1) as u64) | ((slot as u64) << 32))
}

@inline
function put(index: SlotIndex, entry: u64): void {
  const mask: u32 = (1 << index.rowBits) - 1
  let row = homeOf((entry as u32) - 1, index.rowBits)
  while (load<u64>(index.rows + ((row as usize) << 3)) != 0) row = (row + 1) & mask
  store<u64>(index.rows + ((row as usize) << 3), entry)
}

/** Takes out an object that is there. */
export function dropSlot(index: SlotIndex, id: u32): void {
  const rows = index.rows
  const rowBits = index.rowBits
  index.size--
  if (rowBits == 0) return store<u32>(rows + ((id as usize) << 2), 0)
  const mask: u32 = (1 << rowBits) - 1
  let hole = homeOf(id, rowBits)
  while (load<u32>(rows + ((hole as usize) << 3)) != id + 1) hole = (hole + 1) & mask
  let row = hole
  while (true) {
    row = (row + 1) & mask
    const moved = load<u64>(rows + ((row as usize) << 3))
    if (moved == 0) break
    const home = homeOf((moved as u32) - 1, rowBits)
    if (((row - home) & mask) < ((row - hole) & mask)) continue
    store<u64>(rows + ((hole as usize) << 3), moved)
    hole = row
  }
  store<u64>(rows + ((hole as usize) << 3), 0)
}

function grow(index: SlotIndex): void {
  const old = index.rows
  const rows: u32 = 1 << index.rowBits
  index.rows = takeBlock(index.rowBits + 1 + 3)
  index.rowBits++
  for (let row: u32 = 0; row < rows; row++) {
    const entry = load<u64>(old + ((row as usize) << 3))
    if (entry != 0) put(index, entry)
  }
  giveBlock(old, index.rowBits - 1 + 3)
}
