import type { ObjectId, Policy, Slot } from '../cache/policy.ts'
import { grownFloat64, grownInt32, grownUint8 } from '../lib/columns.ts'
import { mix32 } from '../lib/random.ts'
import { SlotLists } from '../lib/slot-list.ts'
import { SegmentedLru } from './slru.ts'

/**
 * W-TinyLFU as libCacheSim has it: main is a segmented LRU 20:80 that newcomers may enter at any segment with room; window hits are not
 * counted; a candidate that wins does not end the search for room, so several objects may leave at once; objects larger than the
 * window are refused, all of them when it truncates to 0. Hashes differ from that program's, which knows the trace's own ids.
 */
export class WTinyLfuOfLibCacheSim implements Policy {
  readonly #windowLimit: number
  readonly #mainLimit: number
  readonly #segmentLimit: number
  readonly #window = new SlotLists()
  readonly #main: SegmentedLru
  readonly #counts: CountingFilter
  readonly #leaving: Slot[] = []
  readonly #halveAfter: number
  #windowBytes = 0
  #mainHits = 0
  #inMain = new Uint8Array(64)
  #idOf = new Int32Array(64)
  #bytesOf = new Float64Array(64)

  constructor(capacityBytes: number, window: number) {
    this.#windowLimit = Math.floor(capacityBytes * window)
    this.#mainLimit = capacityBytes - this.#windowLimit
    this.#segmentLimit = Math.floor(this.#mainLimit / 5)
    this.#main = new SegmentedLru([this.#segmentLimit, Math.floor((4 / 5) * this.#mainLimit)], true)
    this.#counts = new CountingFilter(this.#mainLimit)
    this.#halveAfter = 32 * this.#mainLimit
  }

  get overdue(): boolean {
    return this.#leaving.length > 0 || this.#main.overdue
  }

  hit(slot: Slot): void {
    if (this.#inMain[slot] === 0) {
      this.#window.moveToHead(slot)
      return
    }
    this.#main.hit(slot)
    this.#counts.add(this.#idOf[slot]!)
    if (++this.#mainHits < this.#halveAfter) return
    this.#mainHits = 0
    this.#counts.halve()
  }

  admit(_id: ObjectId, bytes: number): boolean {
    return bytes <= this.#windowLimit && bytes <= this.#segmentLimit
  }

  evict(): Slot {
    if (this.#main.overdue) return this.#main.evict()
    if (this.#leaving.length === 0) this.#makeRoom()
    return this.#leaving.pop()!
  }

  insert(slot: Slot, id: ObjectId, bytes: number): void {
    if (slot >= this.#bytesOf.length) this.#grow(slot + 1)
    this.#idOf[slot] = id
    this.#bytesOf[slot] = bytes
    this.#inMain[slot] = 0
    this.#windowBytes += bytes
    this.#window.pushHead(slot)
    this.#counts.add(id)
  }

  remove(slot: Slot): void {
    if (this.#inMain[slot]) this.#main.remove(slot)
    else this.#leaveWindow(slot)
  }

  metadataBytes(): number {
    const columns = this.#bytesOf.length * (1 + 4 + 8)
    return this.#window.bytes + this.#main.metadataBytes() + this.#counts.bytes + columns
  }

  /** Empties the window into main, each candidate against main's victim, until one of them loses and leaves. */
  #makeRoom(): void {
    for (;;) {
      const candidate = this.#window.tail()
      if (candidate < 0) {
        this.#leaving.push(this.#main.evict())
        return
      }
      const id = this.#idOf[candidate]!
      const bytes = this.#bytesOf[candidate]!
      this.#leaveWindow(candidate)
      if (this.#main.heldBytes + bytes > this.#mainLimit) {
        const victim = this.#main.victim()
        const wins = this.#counts.estimate(id) > this.#counts.estimate(this.#idOf[victim]!)
        this.#leaving.push(wins ? this.#main.evict() : candidate)
        if (!wins) {
          this.#counts.add(id)
          return
        }
      }
      this.#inMain[candidate] = 1
      this.#main.insert(candidate, id, bytes)
      this.#counts.add(id)
    }
  }

  #leaveWindow(slot: Slot): void {
    this.#windowBytes -= this.#bytesOf[slot]!
    this.#window.unlink(slot)
  }

  #grow(rows: number): void {
    this.#inMain = grownUint8(this.#inMain, rows)
    this.#idOf = grownInt32(this.#idOf, rows)
    this.#bytesOf = grownFloat64(this.#bytesOf, rows)
  }
}

const probes = 10
/** Counters for a member and an error of a thousandth. */
const countersPerMember = Math.log(1000) / 0.480453013918201
/** Beyond so many counters collisions are too rare to matter, and exact counts are kept in a map. */
const mostCounters = 2 ** 25

/** A Bloom filter of counters, all of whose probes are raised. Its members are a 32-bit number, which overflows as in that program. */
class CountingFilter {
  readonly #counters: Uint32Array
  readonly #exact: Map<ObjectId, number> | null

  constructor(members: number) {
    const wanted = Math.min(Math.ceil(countersPerMember * (members | 0)), 2 ** 31 - 1)
    const count = wanted < probes ? 2 * probes : wanted
    this.#exact = count > mostCounters ? new Map() : null
    this.#counters = new Uint32Array(this.#exact ? 0 : count)
  }

  get bytes(): number {
    return this.#counters.byteLength + (this.#exact?.size ?? 0) * 40
  }

  add(id: ObjectId): void {
    if (this.#exact) {
      this.#exact.set(id, (this.#exact.get(id) ?? 0) + 1)
      return
    }
    const start = mix32(id)
    const step = mix32(id ^ 0x12344321)
    for (let probe = 0; probe < probes; probe++)
      this.#counters[((start + Math.imul(probe, step)) >>> 0) % this.#counters.length]!++
  }

  estimate(id: ObjectId): number {
    if (this.#exact) return this.#exact.get(id) ?? 0
    const start = mix32(id)
    const step = mix32(id ^ 0x12344321)
    let least = Number.POSITIVE_INFINITY
    for (let probe = 0; probe < probes; probe++)
      least = Math.min(least, this.#counters[((start + Math.imul(probe, step)) >>> 0) % this.#counters.length]!)
    return least
  }

  halve(): void {
    for (let place = 0; place < this.#counters.length; place++) this.#counters[place]! >>>= 1
    if (this.#exact) for (const [id, count] of this.#exact) this.#exact.set(id, count >>> 1)
  }
}
