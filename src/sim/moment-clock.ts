import type { Ms } from '../lib/clock.ts'
import { grownFloat64, grownInt32 } from '../lib/columns.ts'
import type { VirtualClock } from '../lib/virtual-clock.ts'

/**
 * A clock whose tasks of one time go in the order in which a single walk through all requests would have asked for them, even when
 * some were asked for in other threads. Each task carries the moment at which it was asked for: a time, and the number of the request
 * that was seen to, or that number and a half for what was done between it and the next.
 */
export class MomentClock implements VirtualClock {
  /** The moment that is now. */
  ms: Ms = 0
  order = -1
  /** Of entry e from 4e on: its time, the moment at which it was asked for, and its number. */
  #heap = new Float64Array(4 * 64)
  #tasks = new Int32Array(64)
  #size = 0
  #asked = 0
  #lastRowMs = -1
  #lastRow = -1
  readonly #taskOf: (((now: Ms) => void) | null)[] = []
  readonly #free: number[] = []

  at(time: Ms, task: (now: Ms) => void): void {
    this.atMoment(time, this.ms, this.order, task)
  }

  /** A task that was asked for at another moment. */
  atMoment(time: Ms, ms: Ms, order: number, task: (now: Ms) => void): void {
    const number = this.#free.pop() ?? this.#taskOf.length
    this.#taskOf[number] = task
    if (this.#size === this.#tasks.length) {
      this.#heap = grownFloat64(this.#heap, 8 * this.#size)
      this.#tasks = grownInt32(this.#tasks, 2 * this.#size)
    }
    this.#rise(this.#size++, time, ms, order, this.#asked++, number)
  }

  /** Does what is due before a request, whose moment it is from now on. */
  begin(request: number, now: Ms): void {
    this.runUntil(now)
    this.ms = now
    this.order = request
    this.#lastRowMs = now
    this.#lastRow = request
  }

  runUntil(time: Ms): void {
    while (this.#size > 0 && this.#heap[0]! <= time) {
      const now = this.#heap[0]!
      const number = this.#tasks[0]!
      this.#pop()
      const task = this.#taskOf[number]!
      this.#taskOf[number] = null
      this.#free.push(number)
      this.ms = now
      this.order = now === this.#lastRowMs ? this.#lastRow + 0.5 : -1
      task(now)
    }
  }

  runOut(): void {
    this.runUntil(Number.POSITIVE_INFINITY)
  }

  #pop(): void {
    const heap = this.#heap
    const last = 4 * --this.#size
    const task = this.#tasks[this.#size]!
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && isBefore(heap, 4 * child + 4, 4 * child)) child++
      if (!isBefore(heap, 4 * child, last)) break
      heap.copyWithin(4 * hole, 4 * child, 4 * child + 4)
      this.#tasks[hole] = this.#tasks[child]!
      hole = child
    }
    heap.copyWithin(4 * hole, last, last + 4)
    this.#tasks[hole] = task
  }

  #rise(from: number, time: Ms, ms: Ms, order: number, asked: number, task: number): void {
    const heap = this.#heap
    let hole = from
    write(heap, 4 * hole, time, ms, order, asked)
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (!isBefore(heap, 4 * hole, 4 * parent)) break
      heap.copyWithin(4 * hole, 4 * parent, 4 * parent + 4)
      write(heap, 4 * parent, time, ms, order, asked)
      this.#tasks[hole] = this.#tasks[parent]!
      hole = parent
    }
    this.#tasks[hole] = task
  }
}

function write(heap: Float64Array, at: number, time: Ms, ms: Ms, order: number, asked: number): void {
  heap[at] = time
  heap[at + 1] = ms
  heap[at + 2] = order
  heap[at + 3] = asked
}

function isBefore(heap: Float64Array, a: number, b: number): boolean {
  for (let key = 0; key < 3; key++) {
    if (heap[a + key]! !== heap[b + key]!) return heap[a + key]! < heap[b + key]!
  }
  return heap[a + 3]! < heap[b + 3]!
}
