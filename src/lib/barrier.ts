/** How often a thread looks before it lies down: about as long as waking one takes. */
const looks = 1024

/**
 * A point at which threads wait until all of them have come, again and again, in memory that they share. What one wrote before it came,
 * all can read afterwards. Source: sense-reversing barrier; J. Mellor-Crummey, M. Scott, 1991, section 3.1.
 */
export class Barrier {
  /** Words of shared memory that a barrier takes. */
  static readonly words = 3
  readonly #words: Int32Array
  readonly #parties: number

  constructor(words: Int32Array, parties: number) {
    this.#words = words
    this.#parties = parties
  }

  /** Comes back when all have come. Throws when one of them never will. */
  wait(): void {
    const words = this.#words
    const round = Atomics.load(words, 1)
    if (Atomics.load(words, 2) === 0) {
      if (Atomics.add(words, 0, 1) === this.#parties - 1) {
        Atomics.store(words, 0, 0)
        Atomics.add(words, 1, 1)
        Atomics.notify(words, 1)
      } else {
        for (let look = 0; look < looks && Atomics.load(words, 1) === round; look++);
        while (Atomics.load(words, 1) === round) Atomics.wait(words, 1, round)
      }
    }
    if (Atomics.load(words, 2) !== 0) throw new Error('a thread that others wait for has failed')
  }

  /** Lets everybody know that this thread will not come any more. */
  leave(): void {
    Atomics.store(this.#words, 2, 1)
    Atomics.add(this.#words, 1, 1)
    Atomics.notify(this.#words, 1)
  }
}
