import { z } from 'zod'
import { definePolicy, newcomer, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { Ghosts } from '../lib/ghosts.ts'
import { SlotLists } from '../lib/slot-list.ts'

const params = z.strictObject({
  small: z.number().gt(0).lt(1).default(0.1).describe('Share of the capacity for the small queue'),
  ghost: z.number().min(0).max(10).default(0.9).describe('Bytes of remembered objects, as a share of the capacity'),
  threshold: z.int().min(1).max(3).default(2).describe('Hits in the small queue that take an object to the main queue'),
  fillMain: z.boolean().default(true).describe('Until the first eviction, newcomers go to main when small is full'),
  libcachesim: z
    .boolean()
    .default(false)
    .describe('Refuse objects that do not fit into the small queue, as libCacheSim'),
})
type Params = z.infer<typeof params>

/**
 * S3-FIFO: newcomers wait in a small queue; those asked for again there move to the main queue, the others leave and are
 * remembered in a ghost queue, from where a return leads straight to main. Main gives second chances by a 2-bit counter.
 * `fillMain: false` is the form of the paper; `true` the later form of its authors' simulator, which fills main while the cache
 * is not yet full. Sizes: queues count bytes, and the small one always has room for one object, whatever its size; with
 * `libcachesim` an object larger than small is refused, and one exactly as large makes room without entering.
 */
export const s3Fifo = definePolicy({
  name: 's3-fifo',
  title: 'S3-FIFO',
  source: 'J. Yang et al.: FIFO queues are all you need for cache eviction, SOSP 2023, algorithm 1',
  params,
  create: (context, given) => new S3Fifo(context.capacityBytes, given),
})

/** The 2-bit counter of main; no threshold of small is higher. */
const mostHits = 3
const small = 0
const main = 1

class S3Fifo implements Policy {
  /** An object exactly as large as the small queue makes room for itself, and is then refused. */
  overdue = false
  readonly #params: Params
  readonly #capacityBytes: number
  readonly #smallLimit: number
  readonly #mainLimit: number
  readonly #ghostLimit: number
  readonly #queues = new SlotLists(2)
  readonly #ghosts = new Ghosts()
  #queueOf = new Uint8Array(64)
  #hitsOf = new Uint8Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)
  #smallBytes = 0
  #mainBytes = 0
  #comesBack = false
  #hasEvicted = false

  constructor(capacityBytes: number, params: Params) {
    this.#params = params
    this.#capacityBytes = capacityBytes
    const least = params.libcachesim ? 0 : 1
    this.#smallLimit = Math.max(least, Math.floor(capacityBytes * params.small))
    this.#mainLimit = capacityBytes - this.#smallLimit
    this.#ghostLimit = Math.max(least, Math.floor(capacityBytes * params.ghost))
  }

  hit(slot: Slot): void {
    if (this.#hitsOf[slot]! < mostHits) this.#hitsOf[slot]!++
  }

  admit(id: ObjectId, bytes: number): boolean {
    this.#comesBack = this.#ghosts.forget(id)
    this.overdue = this.#params.libcachesim && !this.#comesBack && bytes === this.#smallLimit
    return !this.#params.libcachesim || bytes <= this.#smallLimit
  }

  evict(_id: ObjectId, bytes: number): Slot {
    if (this.overdue && this.#smallBytes + this.#mainBytes + bytes <= this.#capacityBytes) {
      this.overdue = false
      return newcomer
    }
    this.#hasEvicted = true
    if (this.#mainBytes <= this.#mainLimit) {
      const slot = this.#evictSmall()
      if (slot >= 0) return slot
    }
    return this.#evictMain()
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    this.#hitsOf[slot] = 0
    const fills = this.#params.fillMain && !this.#hasEvicted && this.#smallBytes >= this.#smallLimit
    this.#enter(slot, this.#comesBack || fills ? main : small)
  }

  remove(slot: Slot): void {
    this.#leave(slot)
  }

  metadataBytes(): number {
    return this.#queues.bytes + this.#ghosts.metadataBytes + this.#queueOf.length * (1 + 1 + 4 + 8)
  }

  /** The oldest of small that was not asked for often enough; on the way the others move to main. Negative when none is left. */
  #evictSmall(): Slot {
    for (;;) {
      const slot = this.#queues.tail(small)
      if (slot < 0) return slot
      this.#leave(slot)
      if (this.#hitsOf[slot]! < this.#params.threshold) {
        this.#ghosts.addWithin(this.#ghostLimit, this.#idOf[slot]!, this.#bytesOf[slot]!)
        return slot
      }
      this.#hitsOf[slot] = 0
      this.#enter(slot, main)
    }
  }

  #evictMain(): Slot {
    const queues = this.#queues
    const hitsOf = this.#hitsOf
    for (;;) {
      const slot = queues.tail(main)
      if (hitsOf[slot] === 0) {
        this.#leave(slot)
        return slot
      }
      hitsOf[slot]!--
      queues.moveToHead(slot, main)
    }
  }

  #enter(slot: Slot, queue: number): void {
    this.#queueOf[slot] = queue
    this.#queues.pushHead(slot, queue)
    if (queue === small) this.#smallBytes += this.#bytesOf[slot]!
    else this.#mainBytes += this.#bytesOf[slot]!
  }

  #leave(slot: Slot): void {
    this.#queues.unlink(slot)
    if (this.#queueOf[slot] === small) this.#smallBytes -= this.#bytesOf[slot]!
    else this.#mainBytes -= this.#bytesOf[slot]!
  }

  #grow(rows: number): void {
    this.#queueOf = grownUint8(this.#queueOf, rows)
    this.#hitsOf = grownUint8(this.#hitsOf, rows)
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}
