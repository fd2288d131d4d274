import { grownFloat64, grownInt32 } from './columns.ts'
import { absent, IdMap } from './id-map.ts'
import { SlotLists } from './slot-list.ts'

/**
 * Queues of remembered ids with the bytes that they had, newest first: what a policy knows of objects that have left. An id is
 * in at most one queue. Every verb costs a constant.
 */
export class Ghosts {
  readonly #rowOf = new IdMap()
  readonly #queues: SlotLists
  readonly #bytesInQueue: Float64Array
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  #queueOf = new Int32Array(64)
  #free: number[] = []
  #rowsMade = 0

  constructor(queues = 1) {
    this.#queues = new SlotLists(queues)
    this.#bytesInQueue = new Float64Array(queues)
  }

  get count(): number {
    return this.#rowOf.size
  }

  get metadataBytes(): number {
    return this.#rowOf.bytes + this.#queues.bytes + this.#idOf.length * (4 + 8 + 4) + this.#free.length * 4
  }

  /** Bytes of the objects that a queue remembers. */
  bytes(queue = 0): number {
    return this.#bytesInQueue[queue]!
  }

  isEmpty(queue = 0): boolean {
    return this.#queues.isEmpty(queue)
  }

  /** The queue that remembers an id, or `absent`. */
  queueOf(id: number): number {
    const row = this.#rowOf.get(id)
    return row === absent ? absent : this.#queueOf[row]!
  }

  has(id: number): boolean {
    return this.#rowOf.get(id) !== absent
  }

  /** Remembers an id that no queue remembers, as the newest of its queue. */
  add(id: number, bytes: number, queue = 0): void {
    const row = this.#free.pop() ?? this.#newRow()
    this.#rowOf.set(id, row)
    this.#idOf[row] = id
    this.#bytesOf[row] = bytes
    this.#queueOf[row] = queue
    this.#queues.pushHead(row, queue)
    this.#bytesInQueue[queue]! += bytes
  }

  /** Remembers an id in a queue of limited bytes: the oldest are dropped for it. One larger than the limit is not remembered. */
  addWithin(limitBytes: number, id: number, bytes: number, queue = 0): void {
    if (bytes > limitBytes || this.has(id)) return
    while (this.#bytesInQueue[queue]! + bytes > limitBytes) this.dropOldest(queue)
    this.add(id, bytes, queue)
  }

  /** Forgets an id; false when none of the queues remembers it. */
  forget(id: number): boolean {
    const row = this.#rowOf.get(id)
    if (row === absent) return false
    this.#drop(row)
    return true
  }

  /** Forgets the oldest of a queue and returns its id, or `absent` when the queue is empty. */
  dropOldest(queue = 0): number {
    const row = this.#queues.tail(queue)
    if (row < 0) return absent
    this.#drop(row)
    return this.#idOf[row]!
  }

  #drop(row: number): void {
    this.#rowOf.delete(this.#idOf[row]!)
    this.#queues.unlink(row)
    this.#bytesInQueue[this.#queueOf[row]!]! -= this.#bytesOf[row]!
    this.#free.push(row)
  }

  #newRow(): number {
    if (this.#rowsMade === this.#idOf.length) {
      const rows = this.#rowsMade * 2
      this.#idOf = grownInt32(this.#idOf, rows)
      this.#bytesOf = grownFloat64(this.#bytesOf, rows)
      this.#queueOf = grownInt32(this.#queueOf, rows)
    }
    return this.#rowsMade++
  }
}
