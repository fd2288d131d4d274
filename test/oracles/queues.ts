import { type CreateOracle, createGhosts, sum, take } from './oracle.ts'

interface Queued {
  id: number
  bytes: number
  hits: number
}

const find = (queue: Queued[], id: number): Queued | undefined => queue.find(entry => entry.id === id)

/** All queues here have the oldest first. */
export const clock =
  (most: number): CreateOracle =>
  ({ capacity }) => {
    const queue: Queued[] = []
    return {
      ask(id, bytes) {
        const found = find(queue, id)
        if (found) {
          found.hits = Math.min(found.hits + 1, most)
          return true
        }
        if (bytes > capacity) return false
        while (sum(queue) + bytes > capacity) {
          const oldest = queue.shift()!
          if (oldest.hits > 0) queue.push({ ...oldest, hits: oldest.hits - 1 })
        }
        queue.push({ id, bytes, hits: 0 })
        return false
      },
      purge: id => void take(queue, id),
      held: () => queue.map(({ id }) => id),
    }
  }

export const sieve: CreateOracle = ({ capacity }) => {
  const queue: Queued[] = []
  /** Place in the queue where the sweep goes on; at its end it wraps. */
  let hand = 0
  return {
    ask(id, bytes) {
      const found = find(queue, id)
      if (found) {
        found.hits = 1
        return true
      }
      if (bytes > capacity) return false
      while (sum(queue) + bytes > capacity) {
        while (queue[hand]!.hits > 0) {
          queue[hand]!.hits = 0
          hand = (hand + 1) % queue.length
        }
        queue.splice(hand, 1)
        if (hand === queue.length) hand = 0
      }
      queue.push({ id, bytes, hits: 0 })
      return false
    },
    purge(id) {
      const place = queue.findIndex(entry => entry.id === id)
      if (place < 0) return
      queue.splice(place, 1)
      if (place < hand) hand--
      if (hand === queue.length) hand = 0
    },
    held: () => queue.map(({ id }) => id),
  }
}

export const s3Fifo =
  (fillMain: boolean, strict: boolean): CreateOracle =>
  ({ capacity }) => {
    const small: Queued[] = []
    const main: Queued[] = []
    const least = strict ? 0 : 1
    const smallLimit = Math.max(least, Math.floor(capacity * 0.1))
    const ghosts = createGhosts(Math.max(least, Math.floor(capacity * 0.9)))
    let hasEvicted = false

    function evict(): void {
      hasEvicted = true
      if (sum(main) <= capacity - smallLimit) {
        while (small.length > 0) {
          const oldest = small.shift()!
          if (oldest.hits < 2) {
            ghosts.add(oldest.id, oldest.bytes)
            return
          }
          main.push({ ...oldest, hits: 0 })
        }
      }
      for (;;) {
        const oldest = main.shift()!
        if (oldest.hits === 0) return
        main.push({ ...oldest, hits: Math.min(oldest.hits, 3) - 1 })
      }
    }

    return {
      ask(id, bytes) {
        const found = find(small, id) ?? find(main, id)
        if (found) {
          found.hits++
          return true
        }
        const returns = ghosts.forget(id)
        if (bytes > capacity || (strict && bytes > smallLimit)) return false
        while (sum(small) + sum(main) + bytes > capacity) evict()
        if (strict && !returns && bytes === smallLimit) return false
        const fills = fillMain && !hasEvicted && sum(small) >= smallLimit
        ;(returns || fills ? main : small).push({ id, bytes, hits: 0 })
        return false
      },
      purge(id) {
        take(small, id)
        take(main, id)
      },
      held: () => [...small, ...main].map(({ id }) => id),
    }
  }

export const qdlp =
  (strict: boolean): CreateOracle =>
  ({ capacity }) => {
    const small: Queued[] = []
    const main: Queued[] = []
    const least = strict ? 0 : 1
    const smallLimit = Math.max(least, Math.floor(capacity * 0.1))
    const mainLimit = capacity - smallLimit
    const ghosts = createGhosts(Math.max(least, Math.floor(capacity * 0.9)))

    function evictMain(): void {
      for (;;) {
        const oldest = main.shift()!
        if (oldest.hits === 0) return
        main.push({ ...oldest, hits: oldest.hits - 1 })
      }
    }
    function enterMain(id: number, bytes: number): void {
      while (sum(main) + bytes > mainLimit && main.length > 0) evictMain()
      main.push({ id, bytes, hits: 0 })
    }
    function evict(): void {
      const oldest = small[0]
      if (!oldest) evictMain()
      else if (oldest.hits > 0) {
        small.shift()
        enterMain(oldest.id, oldest.bytes)
      } else {
        small.shift()
        ghosts.add(oldest.id, oldest.bytes)
      }
    }

    return {
      ask(id, bytes) {
        const found = find(small, id) ?? find(main, id)
        if (found) {
          found.hits = Math.min(found.hits + 1, 3)
          return true
        }
        const returns = ghosts.forget(id)
        if (bytes > capacity || (strict && bytes > smallLimit)) return false
        while (sum(small) + sum(main) + bytes > capacity) evict()
        if (returns) enterMain(id, bytes)
        else if (!strict || bytes < smallLimit) small.push({ id, bytes, hits: 0 })
        return false
      },
      purge(id) {
        take(small, id)
        take(main, id)
      },
      held: () => [...small, ...main].map(({ id }) => id),
    }
  }

/** Segments with the next to leave first. */
export const slru =
  (strict: boolean): CreateOracle =>
  ({ capacity }) => {
    const limit = Math.max(strict ? 0 : 1, Math.floor(capacity / 4))
    const segments: Queued[][] = [[], [], [], []]
    const cool = (segment: number): void => {
      const leaving = segments[segment]!.shift()!
      if (segment === 0) return
      segments[segment - 1]!.push(leaving)
      while (sum(segments[segment - 1]!) > limit && (segment > 1 || strict)) cool(segment - 1)
    }
    return {
      ask(id, bytes) {
        const level = segments.findIndex(segment => find(segment, id))
        if (level >= 0) {
          const entry = take(segments[level]!, id)!
          if (level === 3 || entry.bytes > limit) segments[level]!.push(entry)
          else {
            segments[level + 1]!.push(entry)
            while (sum(segments[level + 1]!) > limit) cool(level + 1)
          }
          return true
        }
        if (bytes > capacity || (strict && bytes > limit)) return false
        while (sum(segments.flat()) + bytes > capacity) segments.find(segment => segment.length > 0)!.shift()
        const roomy = segments.find(segment => sum(segment) + bytes <= limit) ?? segments[0]!
        roomy.push({ id, bytes, hits: 0 })
        return false
      },
      purge: id => segments.forEach(segment => void take(segment, id)),
      held: () => segments.flat().map(({ id }) => id),
    }
  }

export const twoQ =
  (strict: boolean): CreateOracle =>
  ({ capacity }) => {
    const least = strict ? 0 : 1
    const inLimit = Math.max(least, Math.floor(capacity * 0.25))
    const out = createGhosts(Math.max(least, Math.floor(capacity * 0.5)))
    const incoming: Queued[] = []
    const main: Queued[] = []
    return {
      ask(id, bytes) {
        if (find(incoming, id)) return true
        const found = take(main, id)
        if (found) {
          main.push(found)
          return true
        }
        const returns = out.forget(id)
        if (bytes > capacity || (strict && bytes > inLimit)) return false
        while (sum(incoming) + sum(main) + bytes > capacity) {
          if (sum(incoming) > inLimit || main.length === 0) {
            const oldest = incoming.shift()!
            out.add(oldest.id, oldest.bytes)
          } else main.shift()
        }
        while (returns && sum(main) + bytes > capacity - inLimit && main.length > 0) main.shift()
        ;(returns ? main : incoming).push({ id, bytes, hits: 0 })
        return false
      },
      purge(id) {
        take(incoming, id)
        take(main, id)
      },
      held: () => [...incoming, ...main].map(({ id }) => id),
    }
  }
