// Requests of a policy with one byte an object, looked up together: a branch for hit or miss is hard to foretell. What a block finds is noted
// first, then room is made for its misses; what was noted too soon is taken back.

/** Requests that are looked up together. */
export const blockRows: u32 = 64

/**
 * Looks up the requests of a block, the later ones as if the misses before them were held already: what is held gets the state `now`, a miss
 * 1. Keeps the states before. Answers the misses as bits, the first request's lowest.
 */
@inline
export function lookUp(states: usize, before: usize, block: usize, count: u32, now: u32): u64 {
  let missed: u64 = 0
  for (let row: u32 = 0; row < count; row++) {
    const cell = states + load<u32>(block + ((row as usize) << 2))
    const state = load<u8>(cell) as u32
    store<u8>(before + row, state)
    store<u8>(cell, state == 0 ? 1 : now)
    missed = (missed >> 1) | (((state == 0) as u64) << 63)
  }
  return missed >> ((blockRows - count) as u64)
}

/** Brings back the states that the requests from a row of the block on have found. */
@inline
export function takeBack(states: usize, before: usize, block: usize, count: u32, from: u32): void {
  for (let row = count; row-- > from; )
    store<u8>(states + load<u32>(block + ((row as usize) << 2)), load<u8>(before + row))
}
