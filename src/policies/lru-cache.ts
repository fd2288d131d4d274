import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { definePolicy, type ObjectId, type Policy, type Slot } from '../cache/policy.ts'
import { grownInt32 } from '../lib/columns.ts'

/** The npm package lru-cache as a contestant: its own map and lists decide, our shelf only counts. */
export const lruCache = definePolicy({
  name: 'lru-cache',
  title: 'npm lru-cache 11',
  source: 'I. Z. Schlueter: lru-cache, https://github.com/isaacs/node-lru-cache',
  params: z.strictObject({}),
  create: () => new LruCachePackage(),
})

/** A guess at V8's cost of an entry: a Map entry of 40 bytes at a load of 3/4, two tagged arrays, three arrays of numbers. */
const guessedBytesPerEntry = 53 + 2 * 8 + 3 * 8

class LruCachePackage implements Policy {
  readonly overdue = false
  /** Its limit is out of reach, since the shelf makes room; with `max` it would allocate for the worst case at once. */
  readonly #cache = new LRUCache<ObjectId, Slot>({ maxSize: Number.MAX_SAFE_INTEGER, sizeCalculation: () => 1 })
  #idOf = new Int32Array(64)

  hit(slot: Slot): void {
    this.#cache.get(this.#idOf[slot]!)
  }

  admit(): boolean {
    return true
  }

  evict(): Slot {
    return this.#cache.pop()!
  }

  insert(slot: Slot, id: ObjectId): void {
    if (slot >= this.#idOf.length) this.#idOf = grownInt32(this.#idOf, slot + 1)
    this.#idOf[slot] = id
    this.#cache.set(id, slot)
  }

  remove(slot: Slot): void {
    this.#cache.delete(this.#idOf[slot]!)
  }

  metadataBytes(): number {
    return this.#cache.size * guessedBytesPerEntry + this.#idOf.byteLength
  }
}
