import type { Ms } from '../lib/clock.ts'
import { hashText } from '../lib/random.ts'

const rows = 8192

/**
 * Keys whose answers lately could not be shared, so that asks for them go alone instead of waiting in line behind each other
 * (hit-for-miss). A fixed table of hashes: a newer key takes the row of an older one, and forgetting costs only one wait.
 */
export class Markers {
  readonly #hashes = new Int32Array(rows)
  readonly #until = new Float64Array(rows)
  readonly #lifeMs: Ms

  constructor(lifeMs: Ms) {
    this.#lifeMs = lifeMs
  }

  mark(key: string, now: Ms): void {
    const hash = hashText(0, key)
    this.#hashes[hash & (rows - 1)] = hash
    this.#until[hash & (rows - 1)] = now + this.#lifeMs
  }

  clear(key: string): void {
    const hash = hashText(0, key)
    if (this.#hashes[hash & (rows - 1)] === hash) this.#until[hash & (rows - 1)] = 0
  }

  isMarked(key: string, now: Ms): boolean {
    const hash = hashText(0, key)
    const row = hash & (rows - 1)
    return this.#hashes[row] === hash && now < this.#until[row]!
  }
}
