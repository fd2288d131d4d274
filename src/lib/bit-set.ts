/** A set of small whole numbers: a bit each, growing with the largest. */
export class BitSet {
  #words = new Int32Array(64)

  has(member: number): boolean {
    const word = member >>> 5
    return word < this.#words.length && (this.#words[word]! & (1 << (member & 31))) !== 0
  }

  /** Puts a number in; false when it was there already. */
  add(member: number): boolean {
    const word = member >>> 5
    if (word >= this.#words.length) this.#grow(word + 1)
    const before = this.#words[word]!
    const after = before | (1 << (member & 31))
    this.#words[word] = after
    return after !== before
  }

  /** Reads the word of each member of some rows, as `IdMap.touch` does. */
  touch(members: Int32Array, from: number, to: number): number {
    const words = this.#words
    const last = words.length - 1
    let touched = 0
    for (let row = from; row < to; row++) touched ^= words[Math.min(last, members[row]! >>> 5)]!
    return touched
  }

  delete(member: number): void {
    const word = member >>> 5
    if (word < this.#words.length) this.#words[word]! &= ~(1 << (member & 31))
  }

  clear(): void {
    this.#words.fill(0)
  }

  #grow(words: number): void {
    const grown = new Int32Array(Math.max(words, this.#words.length * 2))
    grown.set(this.#words)
    this.#words = grown
  }
}
