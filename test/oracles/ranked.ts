import { type CreateOracle, createRanked, type Entry, sum, take } from './oracle.ts'

export const fifo: CreateOracle = context => createRanked(context, { value: entry => entry.enteredAt })
export const lru: CreateOracle = context => createRanked(context, { value: (_, now) => now })
export const lfu: CreateOracle = context => createRanked(context, { value: entry => entry.count })
export const lfuda: CreateOracle = context => createRanked(context, { value: (entry, _, age) => age + entry.count })
export const belady: CreateOracle = context =>
  createRanked(context, { value: (_entry, _now, _age, nextUse) => -nextUse })
export const gdsf: CreateOracle = context =>
  createRanked(context, {
    value: (entry, _, age) => age + (entry.count * 1e6) / entry.bytes,
    newcomerCompetes: true,
  })

/** LFUDA of libCacheSim, with its buckets: a pointer to the smallest count in use that only rises and can pass an object by. */
export const lfudaOfLibCacheSim: CreateOracle = ({ capacity }) => {
  const buckets = new Map<number, Entry[]>()
  const passedBy: number[] = []
  let least = 0
  const all = (): Entry[] => [...buckets.values()].flat()
  const bucket = (key: number): Entry[] => {
    if (!buckets.has(key)) buckets.set(key, [])
    return buckets.get(key)!
  }
  const nextAbove = (key: number): number => {
    const above = all().map(entry => entry.key)
    const used = above.filter(other => other > key)
    return used.length === 0 ? key : Math.min(...used)
  }
  const drop = (id: number): void => {
    for (const list of buckets.values()) take(list, id)
    if (passedBy.includes(id)) passedBy.splice(passedBy.indexOf(id), 1)
  }
  const evict = (): void => {
    const race = all().filter(({ id }) => !passedBy.includes(id))
    if (race.length === 0) {
      drop(passedBy[0]!)
      return
    }
    const key = Math.min(...race.map(entry => entry.key))
    const leaving = bucket(key).find(({ id }) => !passedBy.includes(id))!
    drop(leaving.id)
    const rest = all().filter(({ id }) => !passedBy.includes(id))
    least = rest.length === 0 ? key : Math.min(...rest.map(entry => entry.key))
  }
  return {
    ask(id, bytes) {
      const found = all().find(entry => entry.id === id)
      if (found) {
        const old = found.key
        drop(id)
        found.key = old + least
        if (old === least && bucket(old).length === 0) least = nextAbove(least)
        bucket(found.key).push(found)
        if (found.key < least) passedBy.push(id)
        return true
      }
      if (bytes > capacity) return false
      while (sum(all()) + bytes > capacity) evict()
      bucket(least + 1).push({ id, bytes, count: 1, key: least + 1, since: 0, enteredAt: 0 })
      return false
    },
    purge: drop,
    held: () => all().map(({ id }) => id),
  }
}

/** A bag that fills the place of one that leaves with its last, as the fast one does, so that equal draws mean equal choices. */
function leaveBag(entries: Entry[], entry: Entry): void {
  const last = entries.pop()!
  if (last !== entry) entries[entries.indexOf(entry)] = last
}

export const random: CreateOracle = ({ capacity, random: source }) => {
  const entries: Entry[] = []
  return {
    ask(id, bytes) {
      if (entries.some(entry => entry.id === id)) return true
      if (bytes > capacity) return false
      while (sum(entries) + bytes > capacity) leaveBag(entries, entries[source.below(entries.length)]!)
      entries.push({ id, bytes, count: 1, key: 0, since: 0, enteredAt: 0 })
      return false
    },
    purge(id) {
      const entry = entries.find(other => other.id === id)
      if (entry) leaveBag(entries, entry)
    },
    held: () => entries.map(({ id }) => id),
  }
}

export const hyperbolic: CreateOracle = ({ capacity, random: source }) => {
  const entries: Entry[] = []
  let now = 0
  const choose = (): Entry => {
    const drawn = Array.from({ length: 64 }, () => entries[source.below(entries.length)]!)
    const rate = (entry: Entry): number => entry.count / (now - entry.enteredAt)
    return drawn.reduce((lowest, entry) => (rate(entry) < rate(lowest) ? entry : lowest))
  }
  return {
    ask(id, bytes) {
      now++
      const found = entries.find(entry => entry.id === id)
      if (found) {
        found.count++
        return true
      }
      if (bytes > capacity) return false
      while (sum(entries) + bytes > capacity) leaveBag(entries, choose())
      entries.push({ id, bytes, count: 1, key: 0, since: 0, enteredAt: now })
      return false
    },
    purge(id) {
      const entry = entries.find(other => other.id === id)
      if (entry) leaveBag(entries, entry)
    },
    held: () => entries.map(({ id }) => id),
  }
}

export const lecar =
  (compatible: boolean): CreateOracle =>
  ({ capacity, random: source }) => {
    const entries: Entry[] = []
    const ghosts: { id: number; bytes: number; leftAt: number; byLru: boolean }[] = []
    let now = 0
    let lruWeight = 0.5
    const min = (key: (entry: Entry) => number): Entry =>
      entries.reduce((least, entry) => (key(entry) < key(least) ? entry : least))
    const evict = (): void => {
      const oldest = min(entry => entry.since)
      const rarest = min(entry => entry.count * 1e6 + entry.since)
      const byLru = oldest === rarest || source.below(100) / 100 < lruWeight
      const leaving = byLru ? oldest : rarest
      take(entries, leaving.id)
      const limit = Math.floor(capacity / 2)
      if (oldest === rarest || (leaving.bytes > limit && !compatible)) return
      const own = (): typeof ghosts => ghosts.filter(ghost => ghost.byLru === byLru)
      ghosts.push({ id: leaving.id, bytes: leaving.bytes, leftAt: now, byLru })
      while (sum(own()) > limit) take(ghosts, own()[0]!.id)
    }
    return {
      ask(id, bytes) {
        now++
        const found = entries.find(entry => entry.id === id)
        if (found) {
          found.count++
          found.since = now
          return true
        }
        const ghost = take(ghosts, id)
        if (ghost) {
          const factor = Math.exp(
            -0.45 * 0.005 ** ((now - ghost.leftAt) / (compatible ? capacity : Math.max(1, entries.length))),
          )
          const lru = lruWeight * (ghost.byLru ? factor : 1) + 1e-10
          const lfuWeight = (1 - lruWeight) * (ghost.byLru ? 1 : factor) + 1e-10
          lruWeight = lru / (lru + lfuWeight)
        }
        if (bytes > capacity) return false
        while (sum(entries) + bytes > capacity) evict()
        entries.push({ id, bytes, count: 1, key: 0, since: now, enteredAt: now })
        return false
      },
      purge: id => void take(entries, id),
      held: () => entries.map(({ id }) => id),
    }
  }

/** Refuses what is never asked for again, and lets it go at its last hit; evicts the largest of bytes x time to the next use. */
export const beladySize: CreateOracle = ({ capacity, random: source, future }) => {
  const entries: Entry[] = []
  let now = -1
  const choose = (): Entry => {
    const first = entries[source.below(entries.length)]!
    const drawn = [first, ...Array.from({ length: 128 }, () => entries[source.below(entries.length)]!)]
    const cost = (entry: Entry): number => entry.bytes * (entry.key - now)
    return drawn.slice(1).reduce((most, entry) => (cost(entry) > cost(most) ? entry : most), drawn[1]!)
  }
  return {
    ask(id, bytes) {
      const found = entries.find(entry => entry.id === id)
      if (found) {
        now = found.key
        found.key = future.nextUse
        if (future.nextUse === Number.POSITIVE_INFINITY) leaveBag(entries, found)
        return true
      }
      now++
      if (bytes > capacity || future.nextUse === Number.POSITIVE_INFINITY) return false
      while (sum(entries) + bytes > capacity) leaveBag(entries, choose())
      entries.push({ id, bytes, count: 1, key: future.nextUse, since: 0, enteredAt: 0 })
      return false
    },
    purge(id) {
      const entry = entries.find(other => other.id === id)
      if (entry) leaveBag(entries, entry)
    },
    held: () => entries.map(({ id }) => id),
  }
}
