// One step of xoroshiro128+ with its two words in locals of whoever draws, as `lib/random` does it.
// Source: D. Blackman, S. Vigna: Scrambled linear pseudorandom number generators, ACM TOMS 47(4), 2021, table 3: 24, 16, 37.

/** A state lies in memory as four words of 32 bits: the high half and the low half of the first word, then those of the second. */
@inline
export function wordAt(state: usize): u64 {
  return ((load<u32>(state) as u64) << 32) | (load<u32>(state, 4) as u64)
}

@inline
export function setWord(state: usize, word: u64): void {
  store<u32>(state, (word >> 32) as u32)
  store<u32>(state, word as u32, 4)
}

/** The 32 bits that a state gives. */
@inline
export function drawn(first: u64, second: u64): u32 {
  return (first + second) as u32
}

/** The first word of the state that comes next. */
@inline
export function nextFirst(first: u64, second: u64): u64 {
  const both = first ^ second
  return rotl<u64>(first, 24) ^ both ^ (both << 16)
}

/** The second word of the state that comes next. */
@inline
export function nextSecond(first: u64, second: u64): u64 {
  return rotl<u64>(first ^ second, 37)
}
