import { grownFloat64, grownInt32 } from './columns.ts'

/**
 * Whole numbers waiting for their time, least time first and among equal times first come, first out. What comes in order of time
 * stands in line, and costs a constant; what must go before others that came earlier goes into a binary heap beside it. Both are
 * columns: nothing is allocated for an entry.
 */
export class TimedQueue {
  /** Time of the first entry; Infinity when there is none. */
  nextTime = Number.POSITIVE_INFINITY
  /** Time and number of arrival of the heap's entry e at 2e and 2e + 1: smaller pairs come first. */
  #heap = new Float64Array(2 * firstRows)
  #heapValues = new Int32Array(firstRows)
  #heapSize = 0
  /** The line is a ring whose length is a power of two: from #lineHead on, #lineSize entries. */
  #line = new Float64Array(2 * firstRows)
  #lineValues = new Int32Array(firstRows)
  #lineHead = 0
  #lineSize = 0
  /** Time of the last one in line. */
  #lineTime = Number.NEGATIVE_INFINITY
  #arrivals = 0

  get size(): number {
    return this.#heapSize + this.#lineSize
  }

  push(time: number, value: number): void {
    if (time < this.nextTime) this.nextTime = time
    if (this.#lineSize > 0 && time < this.#lineTime) this.#pushHeap(time, value)
    else {
      if (this.#lineSize === this.#lineValues.length) this.#growLine()
      const entry = (this.#lineHead + this.#lineSize++) & (this.#lineValues.length - 1)
      this.#line[2 * entry] = time
      this.#line[2 * entry + 1] = this.#arrivals++
      this.#lineValues[entry] = value
      this.#lineTime = time
    }
  }

  /** Takes the first entry out. The queue must not be empty. */
  pop(): number {
    const value =
      this.#heapSize > 0 && (this.#lineSize === 0 || this.#isHeapFirst()) ? this.#popHeap() : this.#popLine()
    const line = this.#lineSize > 0 ? this.#line[2 * this.#lineHead]! : Number.POSITIVE_INFINITY
    this.nextTime = this.#heapSize > 0 && this.#heap[0]! < line ? this.#heap[0]! : line
    return value
  }

  clear(): void {
    this.#heapSize = 0
    this.#lineSize = 0
    this.nextTime = Number.POSITIVE_INFINITY
  }

  #isHeapFirst(): boolean {
    const entry = 2 * this.#lineHead
    return isBefore(this.#heap[0]!, this.#heap[1]!, this.#line[entry]!, this.#line[entry + 1]!)
  }

  #popLine(): number {
    const value = this.#lineValues[this.#lineHead]!
    this.#lineHead = (this.#lineHead + 1) & (this.#lineValues.length - 1)
    this.#lineSize--
    return value
  }

  #growLine(): void {
    const rows = this.#lineValues.length
    const line = new Float64Array(4 * rows)
    const values = new Int32Array(2 * rows)
    for (let row = 0; row < rows; row++) {
      const entry = (this.#lineHead + row) & (rows - 1)
      line[2 * row] = this.#line[2 * entry]!
      line[2 * row + 1] = this.#line[2 * entry + 1]!
      values[row] = this.#lineValues[entry]!
    }
    this.#line = line
    this.#lineValues = values
    this.#lineHead = 0
  }

  #pushHeap(time: number, value: number): void {
    if (this.#heapSize === this.#heapValues.length) {
      this.#heap = grownFloat64(this.#heap, 4 * this.#heapSize)
      this.#heapValues = grownInt32(this.#heapValues, 2 * this.#heapSize)
    }
    const order = this.#arrivals++
    let hole = this.#heapSize++
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (this.#heap[2 * parent]! <= time) break
      this.#move(parent, hole)
      hole = parent
    }
    this.#put(hole, time, order, value)
  }

  #popHeap(): number {
    const heap = this.#heap
    const first = this.#heapValues[0]!
    const last = --this.#heapSize
    const time = heap[2 * last]!
    const order = heap[2 * last + 1]!
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= last) break
      const other = child + 1
      if (other < last && isBefore(heap[2 * other]!, heap[2 * other + 1]!, heap[2 * child]!, heap[2 * child + 1]!))
        child = other
      if (!isBefore(heap[2 * child]!, heap[2 * child + 1]!, time, order)) break
      this.#move(child, hole)
      hole = child
    }
    this.#put(hole, time, order, this.#heapValues[last]!)
    return first
  }

  #move(from: number, to: number): void {
    this.#heap[2 * to] = this.#heap[2 * from]!
    this.#heap[2 * to + 1] = this.#heap[2 * from + 1]!
    this.#heapValues[to] = this.#heapValues[from]!
  }

  #put(entry: number, time: number, order: number, value: number): void {
    this.#heap[2 * entry] = time
    this.#heap[2 * entry + 1] = order
    this.#heapValues[entry] = value
  }
}

const firstRows = 64

function isBefore(time: number, order: number, otherTime: number, otherOrder: number): boolean {
  return time < otherTime || (time === otherTime && order < otherOrder)
}
