import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/** A seeded source of randomness. Each purpose gets a stream of its own, so that adding a die changes no other. */
export interface Random {
  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number
  /** A real number in [0, 1) with 53 random bits. */
  unit(): number
  /** A whole number from 0 to `count` - 1, without bias. */
  below(count: number): number
  /** Fills the first `count` rows with whole numbers from 0 to 2^32 - 1: the same as so many calls of `uint32`, in less time. */
  fill(out: Uint32Array, count: number): void
  /** Lets somebody else draw: told the generator's state (high and low half of each of its two words), it answers the one after its draws. */
  through(draw: (state: readonly number[]) => readonly number[]): void
  /** An independent stream for a named purpose; the same name always gives the same stream. */
  fork(name: string): Random
}

/** The stream of a seed and a path of names, such as `createRandom(1, 'replication 3', 'arrivals')`. */
export function createRandom(seed: number, ...names: string[]): Random {
  return fromKey(names.reduce(hashText, hashNumber(seed)))
}

function fromKey(key: number): Random {
  let generator = xoroshiro128plus(key)
  const uint32 = (): number => generator.next() >>> 0
  const through: Random['through'] = draw => {
    generator = xoroshiro128plusFromState(draw(generator.getState()) as number[])
  }
  return {
    uint32,
    unit: () => ((uint32() >>> 5) * 67_108_864 + (uint32() >>> 6)) / 9_007_199_254_740_992,
    below(count) {
      const limit = 4_294_967_296 - (4_294_967_296 % count)
      let draw = uint32()
      while (draw >= limit) draw = uint32()
      return draw % count
    },
    fill: (out, count) => through(state => fillFrom(state, out, count)),
    through,
    fork: name => fromKey(hashText(key, name)),
  }
}

/**
 * Fills rows from a state of xoroshiro128+ and returns the state after them: the generator's own steps, with its state in locals
 * all along. Source: D. Blackman, S. Vigna: Scrambled linear pseudorandom number generators, ACM TOMS 47(4), 2021, table 3: 24, 16, 37.
 */
function fillFrom(state: readonly number[], out: Uint32Array, count: number): number[] {
  let high0 = state[0]! | 0
  let low0 = state[1]! | 0
  let high1 = state[2]! | 0
  let low1 = state[3]! | 0
  for (let row = 0; row < count; row++) {
    out[row] = low0 + low1
    const low = low0 ^ low1
    const high = high0 ^ high1
    const rolled = (low0 << 24) | (high0 >>> 8)
    high0 = ((high0 << 24) | (low0 >>> 8)) ^ high ^ ((high << 16) | (low >>> 16))
    low0 = rolled ^ low ^ (low << 16)
    low1 = (high << 5) | (low >>> 27)
    high1 = (low << 5) | (high >>> 27)
  }
  return [high0, low0, high1, low1]
}

/** FNV-1a over UTF-16 units, finished by `mix32`: turns a name into a stream key. */
export function hashText(start: number, text: string): number {
  let hash = (start ^ 0x811c9dc5) | 0
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return mix32(hash ^ text.length)
}

function hashNumber(value: number): number {
  return mix32((value | 0) ^ mix32(Math.floor(value / 4_294_967_296) | 0))
}

/** A bijective mixer of 32 bits: every input bit changes every output bit. Source: M. O'Neill's and C. Wellons' search for low-bias constants (lowbias32). */
export function mix32(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
