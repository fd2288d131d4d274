import { mix32 } from './random.ts'

/**
 * A Bloom filter of numbers: it never forgets one that was added, and takes others for added with a known probability.
 * Source: B. H. Bloom, Space/time trade-offs in hash coding with allowable errors, CACM 1970; two hashes as in A. Kirsch and
 * M. Mitzenmacher, Less hashing, same performance, 2008.
 */
export class BloomFilter {
  readonly #words: Uint32Array
  readonly #probes: number
  readonly #mask: number

  /** For so many members, with at most this share of others taken for members. */
  constructor(members: number, falsePositives: number) {
    const bitsPerMember = -Math.log(falsePositives) / Math.LN2 ** 2
    const bits = 2 ** Math.max(6, Math.ceil(Math.log2(Math.max(1, members) * bitsPerMember)))
    this.#words = new Uint32Array(bits / 32)
    this.#mask = bits - 1
    this.#probes = Math.max(1, Math.round(bitsPerMember * Math.LN2))
  }

  get bytes(): number {
    return this.#words.byteLength
  }

  /** Adds a number; true when it was there already, as far as the filter can tell. */
  add(value: number): boolean {
    const start = mix32(value)
    const step = mix32(value ^ 0x5bd1e995) | 1
    let there = true
    for (let probe = 0; probe < this.#probes; probe++) {
      const bit = (start + Math.imul(probe, step)) & this.#mask
      const word = bit >>> 5
      const flag = 1 << (bit & 31)
      if ((this.#words[word]! & flag) === 0) {
        there = false
        this.#words[word]! |= flag
      }
    }
    return there
  }

  has(value: number): boolean {
    const start = mix32(value)
    const step = mix32(value ^ 0x5bd1e995) | 1
    for (let probe = 0; probe < this.#probes; probe++) {
      const bit = (start + Math.imul(probe, step)) & this.#mask
      if ((this.#words[bit >>> 5]! & (1 << (bit & 31))) === 0) return false
    }
    return true
  }

  clear(): void {
    this.#words.fill(0)
  }
}
