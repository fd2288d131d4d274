import { logOf } from './log'
import { drawn, nextFirst, nextSecond, setWord, wordAt } from './xoroshiro'

/** Draws so many exponential numbers of mean 1, as `lib/draws`. The stream's state is read, and left as it is after the draws. */
export function drawExponential(out: usize, rows: u32, state: usize): void {
  let first = wordAt(state)
  let second = wordAt(state + 8)
  for (let row: u32 = 0; row < rows; row++) {
    // The quotient by a power of two is exact, and so is the product.
    const unit = ((drawn(first, second) as f64) + 0.5) * (1.0 / 4294967296.0)
    const between = nextFirst(first, second)
    second = nextSecond(first, second)
    first = between
    store<f64>(out + ((row as usize) << 3), -logOf(unit))
  }
  setWord(state, first)
  setWord(state + 8, second)
}
