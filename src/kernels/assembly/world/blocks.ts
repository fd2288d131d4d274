import { take } from '../run'

// Memory for columns that grow: blocks of a power of two bytes. A column that outgrows its block gives it back, for a column of another PoP.

/** The first free block of each power; a free block begins with the address of the next one. */
const firstFree = memory.data(32 << 2, 4)

/** Takes a block of 2^bits bytes; it is zero. */
export function takeBlock(bits: u32): usize {
  const list = firstFree + (bits << 2)
  const block = load<u32>(list) as usize
  if (block == 0) return take((1 as u64) << bits)
  store<u32>(list, load<u32>(block))
  memory.fill(block, 0, (1 as usize) << bits)
  return block
}

export function giveBlock(block: usize, bits: u32): void {
  const list = firstFree + (bits << 2)
  store<u32>(block, load<u32>(list))
  store<u32>(list, block as u32)
}

/** A block of twice the size that begins with what stood in one of 2^bits bytes, which is given back. */
export function grown(block: usize, bits: u32): usize {
  const wider = takeBlock(bits + 1)
  memory.copy(wider, block, (1 as usize) << bits)
  giveBlock(block, bits)
  return wider
}
