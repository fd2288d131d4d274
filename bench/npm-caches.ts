import { LRUCache } from 'lru-cache'
import { LRUCache as MnemonistCache, LRUMap as MnemonistMap } from 'mnemonist'
import QuickLRU from 'quick-lru'
import { lru as createTinyLru } from 'tiny-lru'

/** A loop over the ids of a trace that looks each up and puts it in when it is missing; it returns the misses. */
export type NpmCache = (ids: Int32Array, capacity: number) => number

/** The LRU caches of npm, each in a loop of its own, so that the compiler can know the class. Values are small integers. */
export const npmCaches: Readonly<Record<string, NpmCache>> = {
  'lru-cache'(ids, capacity) {
    const cache = new LRUCache<number, number>({ max: capacity })
    let misses = 0
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!
      if (cache.get(id) !== undefined) continue
      misses++
      cache.set(id, row)
    }
    return misses
  },
  'mnemonist LRUCache'(ids, capacity) {
    const cache = new MnemonistCache<number, number>(capacity)
    let misses = 0
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!
      if (cache.get(id) !== undefined) continue
      misses++
      cache.set(id, row)
    }
    return misses
  },
  'mnemonist LRUMap'(ids, capacity) {
    const cache = new MnemonistMap<number, number>(capacity)
    let misses = 0
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!
      if (cache.get(id) !== undefined) continue
      misses++
      cache.set(id, row)
    }
    return misses
  },
  /** Holds up to twice its size, and so misses less: it is approximate. */
  'quick-lru'(ids, capacity) {
    const cache = new QuickLRU<number, number>({ maxSize: capacity })
    let misses = 0
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!
      if (cache.get(id) !== undefined) continue
      misses++
      cache.set(id, row)
    }
    return misses
  },
  'tiny-lru'(ids, capacity) {
    const cache = createTinyLru<number>(capacity)
    let misses = 0
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!
      if (cache.get(id) !== undefined) continue
      misses++
      cache.set(id, row)
    }
    return misses
  },
}
