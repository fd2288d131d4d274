import { grownFloat64, grownInt32 } from './columns.ts'

/**
 * Whole numbers waiting for their time: a binary heap in columns, least time first and among equal times first come, first out.
 * Nothing is allocated for an entry.
 */
export class TimedQueue {
  #times = new Float64Array(64)
  #orders = new Float64Array(64)
  #values = new Int32Array(64)
  #size = 0
  #arrivals = 0

  get size(): number {
    return this.#size
  }

  /** Time of the first entry; Infinity when there is none. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!
  }

  push(time: number, value: number): void {
    if (this.#size === this.#times.length) this.#grow()
    const order = this.#arrivals++
    let hole = this.#size++
    const times = this.#times
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (times[parent]! <= time) break
      this.#move(parent, hole)
      hole = parent
    }
    this.#put(hole, time, order, value)
  }

  /** Takes the first entry out. The queue must not be empty. */
  pop(): number {
    const first = this.#values[0]!
    const last = --this.#size
    const time = this.#times[last]!
    const order = this.#orders[last]!
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= last) break
      if (child + 1 < last && this.#isBefore(child + 1, this.#times[child]!, this.#orders[child]!)) child++
      if (!this.#isBefore(child, time, order)) break
      this.#move(child, hole)
      hole = child
    }
    this.#put(hole, time, order, this.#values[last]!)
    return first
  }

  clear(): void {
    this.#size = 0
  }

  #isBefore(entry: number, time: number, order: number): boolean {
    const own = this.#times[entry]!
    return own < time || (own === time && this.#orders[entry]! < order)
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!
    this.#orders[to] = this.#orders[from]!
    this.#values[to] = this.#values[from]!
  }

  #put(entry: number, time: number, order: number, value: number): void {
    this.#times[entry] = time
    this.#orders[entry] = order
    this.#values[entry] = value
  }

  #grow(): void {
    const rows = this.#times.length * 2
    this.#times = grownFloat64(this.#times, rows)
    this.#orders = grownFloat64(this.#orders, rows)
    this.#values = grownInt32(this.#values, rows)
  }
}
