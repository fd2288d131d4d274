/** What `get` answers for an id that is not in the map. */
export const absent = -1

/**
 * A map from whole numbers of 0 and more to whole numbers of 0 and more, in one typed array: key and value of an entry lie
 * side by side, so a look-up touches one cache line. Open addressing with linear probing, at most half full; deletion moves
 * later entries back, so there are no tombstones and the map does not age.
 */
export class IdMap {
  /** Entry e: key + 1 at 2e (0: free), value at 2e + 1. */
  #entries: Int32Array
  #shift: number
  #mask: number
  #size = 0

  constructor(expected = 8) {
    const bits = Math.max(4, 33 - Math.clz32(Math.max(1, expected)))
    this.#entries = new Int32Array(2 << bits)
    this.#shift = 32 - bits
    this.#mask = (1 << bits) - 1
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#entries.byteLength
  }

  /** The value of an id, or `absent`. */
  get(id: number): number {
    const entries = this.#entries
    const mask = this.#mask
    const key = id + 1
    let entry = Math.imul(id, 0x9e3779b1) >>> this.#shift
    for (;;) {
      const found = entries[entry << 1]!
      if (found === key) return entries[(entry << 1) | 1]!
      if (found === 0) return absent
      entry = (entry + 1) & mask
    }
  }

  has(id: number): boolean {
    return this.get(id) !== absent
  }

  /**
   * Reads the entry where each id of some rows is looked for first: such reads overlap, where those of look-ups wait for one another.
   * The number returned means nothing; it keeps the reads from being optimised away.
   */
  touch(ids: Int32Array, from: number, to: number): number {
    const entries = this.#entries
    const shift = this.#shift
    let touched = 0
    for (let row = from; row < to; row++) touched ^= entries[(Math.imul(ids[row]!, 0x9e3779b1) >>> shift) << 1]!
    return touched
  }

  set(id: number, value: number): void {
    if ((this.#size + 1) << 1 > this.#mask + 1) this.#grow()
    const entries = this.#entries
    const mask = this.#mask
    const key = id + 1
    let entry = Math.imul(id, 0x9e3779b1) >>> this.#shift
    for (;;) {
      const found = entries[entry << 1]!
      if (found === 0) {
        entries[entry << 1] = key
        entries[(entry << 1) | 1] = value
        this.#size++
        return
      }
      if (found === key) {
        entries[(entry << 1) | 1] = value
        return
      }
      entry = (entry + 1) & mask
    }
  }

  /** Takes an id out; false when it was not there. Source: D. Knuth, The Art of Computer Programming 3, 6.4, algorithm R. */
  delete(id: number): boolean {
    const entries = this.#entries
    const mask = this.#mask
    const shift = this.#shift
    const key = id + 1
    let hole = Math.imul(id, 0x9e3779b1) >>> shift
    for (;;) {
      const found = entries[hole << 1]!
      if (found === 0) return false
      if (found === key) break
      hole = (hole + 1) & mask
    }
    let entry = hole
    for (;;) {
      entry = (entry + 1) & mask
      const moved = entries[entry << 1]!
      if (moved === 0) break
      const home = Math.imul(moved - 1, 0x9e3779b1) >>> shift
      if (((entry - home) & mask) >= ((entry - hole) & mask)) {
        entries[hole << 1] = moved
        entries[(hole << 1) | 1] = entries[(entry << 1) | 1]!
        hole = entry
      }
    }
    entries[hole << 1] = 0
    this.#size--
    return true
  }

  clear(): void {
    this.#entries.fill(0)
    this.#size = 0
  }

  /** Calls `visit` for each entry, in no particular order. The map must not change meanwhile. */
  forEach(visit: (id: number, value: number) => void): void {
    const entries = this.#entries
    for (let entry = 0; entry < entries.length; entry += 2)
      if (entries[entry] !== 0) visit(entries[entry]! - 1, entries[entry + 1]!)
  }

  #grow(): void {
    const old = this.#entries
    this.#entries = new Int32Array(old.length * 2)
    this.#shift--
    this.#mask = (this.#mask << 1) | 1
    this.#size = 0
    for (let entry = 0; entry < old.length; entry += 2) if (old[entry] !== 0) this.set(old[entry]! - 1, old[entry + 1]!)
  }
}
