import type { Random } from '../../src/lib/random.ts'

/** A whole cache, written to be obvious: arrays that are searched from end to end, and no structure shared with the policies. */
export interface Oracle {
  /** Asks for an object, which is stored on a miss when it may; true on a hit. */
  ask(id: number, bytes: number): boolean
  purge(id: number): void
  held(): number[]
}

export interface OracleContext {
  capacity: number
  random: Random
  /** Index of the next request to the object that is asked for, or Infinity; for Belady. */
  future: { nextUse: number }
}

export type CreateOracle = (context: OracleContext) => Oracle

export interface Entry {
  id: number
  bytes: number
  count: number
  key: number
  /** When it reached its key. */
  since: number
  enteredAt: number
}

export const sum = (entries: readonly { bytes: number }[]): number =>
  entries.reduce((total, { bytes }) => total + bytes, 0)

export function take<T extends { id: number }>(entries: T[], id: number): T | undefined {
  const place = entries.findIndex(entry => entry.id === id)
  return place < 0 ? undefined : entries.splice(place, 1)[0]
}

/** A cache whose residents are ranked: `value` is set at a hit and at entry, and the smallest leaves, the older of equals first. */
export function createRanked(
  { capacity, future }: OracleContext,
  rule: { value(entry: Entry, now: number, age: number, nextUse: number): number; newcomerCompetes?: boolean },
): Oracle {
  const entries: Entry[] = []
  let now = 0
  let age = 0
  const leastOf = (): Entry =>
    entries.reduce((least, entry) =>
      entry.key < least.key || (entry.key === least.key && entry.since < least.since) ? entry : least,
    )
  const evict = (): void => {
    const least = leastOf()
    age = least.key
    entries.splice(entries.indexOf(least), 1)
  }
  return {
    ask(id, bytes) {
      now++
      const found = entries.find(entry => entry.id === id)
      if (found) {
        found.count++
        found.key = rule.value(found, now, age, future.nextUse)
        found.since = now
        return true
      }
      if (bytes > capacity) return false
      const entry = { id, bytes, count: 1, key: 0, since: now, enteredAt: now }
      const enter = (): void => {
        entry.key = rule.value(entry, now, age, future.nextUse)
        entries.push(entry)
      }
      if (rule.newcomerCompetes) enter()
      while (sum(entries) + (rule.newcomerCompetes ? 0 : bytes) > capacity) evict()
      if (!rule.newcomerCompetes) enter()
      return false
    },
    purge: id => void take(entries, id),
    held: () => entries.map(({ id }) => id),
  }
}

/** A FIFO of remembered ids with a limit in bytes; the oldest first. */
export function createGhosts(limit: number) {
  const ghosts: { id: number; bytes: number }[] = []
  return {
    forget: (id: number): boolean => take(ghosts, id) !== undefined,
    add(id: number, bytes: number): void {
      if (bytes > limit || ghosts.some(ghost => ghost.id === id)) return
      while (sum(ghosts) + bytes > limit) ghosts.shift()
      ghosts.push({ id, bytes })
    },
  }
}
