import { drawn, nextFirst, nextSecond, setWord, wordAt } from './xoroshiro'

/**
 * Draws so many indices below `count` with the weights of a table, as `lib/alias`: its column c is a threshold at 8c and the other index
 * beside it. The stream's state is read, and left as it is after the draws.
 */
export function drawWeighted(table: usize, count: u32, out: usize, rows: u32, state: usize): void {
  let first = wordAt(state)
  let second = wordAt(state + 8)
  const scale = (count as f64) / 4294967296
  for (let row: u32 = 0; row < rows; row++) {
    const column = ((drawn(first, second) as f64) * scale) as u32
    const between = nextFirst(first, second)
    second = nextSecond(first, second)
    const threshold = drawn(between, second)
    first = nextFirst(between, second)
    second = nextSecond(between, second)
    const cell = table + ((column as usize) << 3)
    // A choice without a branch: chance decides it.
    const index = select<u32>(column, load<u32>(cell, 4), threshold < load<u32>(cell))
    store<u32>(out + ((row as usize) << 2), index)
  }
  setWord(state, first)
  setWord(state + 8, second)
}
