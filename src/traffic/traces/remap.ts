/**
 * Gives ids of 64 bits dense numbers in order of first appearance: hot objects get low numbers and stand together in every column
 * that is indexed by them. Open addressing, at most half full; key and number of an entry lie side by side.
 */
export class Remap {
  /** Entry e: low half at 4e, high half at 4e + 1, number + 1 at 4e + 2 (0: free). */
  #entries = new Int32Array(4 << 16)
  #mask = (1 << 16) - 1
  #count = 0
  /** Indices of a block that the first look did not find. */
  #left = new Int32Array(0)

  get count(): number {
    return this.#count
  }

  /** The number of an id; a new one is `count - 1` afterwards. */
  numberOf(low: number, high: number): number {
    const entries = this.#entries
    const mask = this.#mask
    const [a, b] = [low | 0, high | 0]
    let entry = hash(a, b) & mask
    for (;;) {
      const found = entries[4 * entry + 2]!
      if (found === 0) break
      if (entries[4 * entry] === a && entries[4 * entry + 1] === b) return found - 1
      entry = (entry + 1) & mask
    }
    entries[4 * entry] = a
    entries[4 * entry + 1] = b
    entries[4 * entry + 2] = ++this.#count
    if (2 * this.#count > mask) this.#grow()
    return this.#count - 1
  }

  /**
   * Puts the numbers of `count` ids in place of their low halves, from row `from` on; `highs` holds the high halves from 0 on. The first
   * pass numbers what is found at once, all of it independent, so that the processor waits for memory together and not for each id.
   */
  numberAll(lows: Int32Array, highs: Int32Array, from: number, count: number): void {
    while (2 * (this.#count + count) > this.#mask) this.#grow()
    if (this.#left.length < count) this.#left = new Int32Array(count)
    const left = this.#left
    const entries = this.#entries
    const mask = this.#mask
    let leftCount = 0
    for (let index = 0; index < count; index++) {
      const low = lows[from + index]!
      const high = highs[index]!
      const at = (hash(low, high) & mask) << 2
      const found = entries[at + 2]!
      if (found !== 0 && entries[at] === low && entries[at + 1] === high) lows[from + index] = found - 1
      else left[leftCount++] = index
    }
    for (let next = 0; next < leftCount; next++) {
      const index = left[next]!
      lows[from + index] = this.numberOf(lows[from + index]!, highs[index]!)
    }
  }

  #grow(): void {
    const old = this.#entries
    const mask = 2 * this.#mask + 1
    const entries = new Int32Array(4 * (mask + 1))
    for (let from = 0; from < old.length; from += 4) {
      if (old[from + 2] === 0) continue
      let entry = hash(old[from]!, old[from + 1]!) & mask
      while (entries[4 * entry + 2] !== 0) entry = (entry + 1) & mask
      entries[4 * entry] = old[from]!
      entries[4 * entry + 1] = old[from + 1]!
      entries[4 * entry + 2] = old[from + 2]!
    }
    this.#entries = entries
    this.#mask = mask
  }
}

function hash(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}
