/**
 * Gives ids of 64 bits dense numbers in order of first appearance: hot objects get low numbers and stand together in every column
 * that is indexed by them. Open addressing, at most half full; key and number of an entry lie side by side.
 */
export class Remap {
  /** Entry e: low half at 4e, high half at 4e + 1, number + 1 at 4e + 2 (0: free). */
  #entries = new Int32Array(4 << 16)
  #mask = (1 << 16) - 1
  #count = 0

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

  #grow(): void {
    const old = this.#entries
    const mask = 2 * this.#mask + 1
    const entries = new Int32Array(4 * (mask + 1))
    for (let from = 0; from < old.length; from += 4) {
      if (old[from + 2] === 0) continue
      let entry = hash(old[from]!, old[from + 1]!) & mask
      while (entries[4 * entry + 2] !== 0) entry = (entry + 1) & mask
      entries.set(old.subarray(from, from + 4), 4 * entry)
    }
    this.#entries = entries
    this.#mask = mask
  }
}

function hash(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}
