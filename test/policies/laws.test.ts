import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cache } from '../../src/cache/cache.ts'
import type { Policy, Slot } from '../../src/cache/policy.ts'
import { Verdict } from '../../src/cache/verdict.ts'
import { createRandom } from '../../src/lib/random.ts'
import { policies } from '../../src/policies/index.ts'
import { libCacheSimSpecs } from '../../src/policies/libcachesim.ts'
import { createPolicy, nextUses, type Requests, replay } from './host.ts'

/** Every entry of the registry with its defaults, and every other form that reproduces a published count. */
const specs = [...new Set([...policies.names, ...Object.values(libCacheSimSpecs).map(String)])]

/** What some forms do not keep, each with its reason. */
const exceptions: Record<string, Record<string, string>> = {
  'keeps its limit': {
    'lirs:libcachesim=true': 'goes by old sizes and holds objects outside of its shares, as that program',
  },
  'hits always once everything fits': {
    'belady-size': 'lets an object go at its last use, and never takes in what is asked for once',
    's3-fifo:libcachesim=true': 'refuses what does not fit into its small queue',
    's3-fifo:fillMain=false:libcachesim=true': 'refuses what does not fit into its small queue',
    'qdlp:libcachesim=true': 'refuses what does not fit into its small queue',
    'slru:libcachesim=true': 'refuses what does not fit into a segment',
    'two-q:libcachesim=true': 'refuses what does not fit into A1in',
    'lirs:libcachesim=true': 'refuses what does not fit into both shares',
    'w-tinylfu:libcachesim=true': 'refuses what does not fit into its window',
  },
  'hits what is asked for again at once': {
    'clock-pro:libcachesim=true': 'never evicts',
    'belady-size': 'never takes in what it knows to be useless',
    gdsf: 'may refuse the newcomer, by the paper',
  },
}
const exempt = (law: string, spec: string): boolean => exceptions[law]?.[spec] !== undefined

function createTrace(seed: number, count: number, objects: number, mostBytes: number): Requests {
  const random = createRandom(seed, 'laws')
  const ids = Int32Array.from({ length: count }, () => Math.floor(objects * random.unit() ** 3))
  const bytesOf = Int32Array.from({ length: objects }, () => 1 + random.below(mostBytes))
  return { ids, sizes: ids.map(id => bytesOf[id]!), next: nextUses(ids) }
}

/** The misses of Belady's rule for a cache that may refuse the newcomer, which is the bound where a policy does. */
function leastMisses({ ids, next }: Requests, capacity: number): number {
  const nextOf = new Map<number, number>()
  let misses = 0
  for (const [index, id] of ids.entries()) {
    if (!nextOf.has(id)) misses++
    nextOf.set(id, next[index]!)
    if (nextOf.size <= capacity) continue
    const farthest = [...nextOf].reduce((most, entry) => (entry[1] > most[1] ? entry : most))
    nextOf.delete(farthest[0])
  }
  return misses
}

/** Wraps a policy so that it knows the shelf's slots by other numbers, far apart and not from 0 on. */
function renumbered(policy: Policy): Policy {
  const [first, apart] = [130, 3]
  return {
    get overdue() {
      return policy.overdue
    },
    hit: slot => policy.hit(first + apart * slot),
    admit: (id, bytes) => policy.admit(id, bytes),
    evict(id, bytes) {
      const slot = policy.evict(id, bytes)
      return slot < 0 ? slot : (slot - first) / apart
    },
    insert: (slot, id, bytes) => policy.insert(first + apart * slot, id, bytes),
    remove: slot => policy.remove(first + apart * slot),
    metadataBytes: () => policy.metadataBytes(),
  }
}

/** Wraps a policy and checks that the shelf and it agree on who is held. */
function checked(policy: Policy): { policy: Policy; held: Set<Slot> } {
  const held = new Set<Slot>()
  const mustHold = (slot: Slot): void => {
    if (!held.has(slot)) throw new Error(`slot ${slot} is not held`)
  }
  return {
    held,
    policy: {
      get overdue() {
        return policy.overdue
      },
      hit(slot) {
        mustHold(slot)
        policy.hit(slot)
      },
      admit: (id, bytes) => policy.admit(id, bytes),
      evict(id, bytes) {
        const slot = policy.evict(id, bytes)
        if (slot < 0) return slot
        mustHold(slot)
        held.delete(slot)
        return slot
      },
      insert(slot, id, bytes) {
        if (held.has(slot)) throw new Error(`slot ${slot} is taken`)
        held.add(slot)
        policy.insert(slot, id, bytes)
      },
      remove(slot) {
        mustHold(slot)
        held.delete(slot)
        policy.remove(slot)
      },
      metadataBytes: () => policy.metadataBytes(),
    },
  }
}

describe.each(specs)('%s', spec => {
  it('evicts only residents, keeps its limit, and bears purges at any time', () => {
    const law = fc.property(
      fc.constantFrom(1, 2, 3, 10, 50, 200, 3000),
      fc.integer({ min: 0, max: 1000 }),
      fc.boolean(),
      (capacityBytes, seed, unit) => {
        const trace = createTrace(seed, 1500, 300, unit ? 1 : 60)
        const { policy: bare, future } = createPolicy(spec, capacityBytes, seed)
        const { policy, held } = checked(bare)
        const cache = new Cache({ capacityBytes, policy })
        for (const [index, id] of trace.ids.entries()) {
          future.nextUse = trace.next[index]!
          const usual = trace.sizes[index]!
          const bytes = index % 50 === 0 ? usual + 7 : index % 31 === 0 ? 0 : usual
          if (cache.look(id, 0) === Verdict.miss) cache.store(id, bytes, Number.POSITIVE_INFINITY)
          if (index % 17 === 0) cache.forget(trace.ids[Math.floor(index / 2)]!)
          if (cache.heldObjects !== held.size) throw new Error('the shelf and the policy disagree')
          if (!exempt('keeps its limit', spec) && cache.heldBytes > capacityBytes) throw new Error('over the limit')
        }
        cache.forEach(id => void cache.forget(id))
        return held.size === 0 || cache.heldObjects === held.size
      },
    )
    fc.assert(law, { numRuns: 12, seed: 5 })
  })

  it('bears an admission that refuses for whom it has just made room, and purges meanwhile', () => {
    for (let seed = 0; seed < 30; seed++) {
      const random = createRandom(seed, 'refused')
      const capacityBytes = [5, 8, 13, 40, 100][random.below(5)]!
      const [mostBytes, objects] = [[3, 9, capacityBytes + 3][random.below(3)]!, 2 + random.below(120)]
      const { policy: bare, future } = createPolicy(spec, capacityBytes, seed)
      const { policy, held } = checked(bare)
      const admits = (): boolean => seed % 2 === 0 || random.below(3) > 0
      const admission = { seen() {}, admits, entered() {}, left() {}, metadataBytes: () => 0 }
      const cache = new Cache({ capacityBytes, policy, admission })
      for (let step = 0; step < 300; step++) {
        const id = Math.floor(objects * random.unit() ** 2)
        const bytes = random.below(20) === 0 ? 0 : 1 + random.below(mostBytes)
        future.nextUse = step + random.below(50)
        if (random.below(40) === 0) cache.forget(id)
        else if (cache.look(id, 0) === Verdict.miss) cache.store(id, bytes, Number.POSITIVE_INFINITY)
        if (cache.heldObjects !== held.size) throw new Error('the shelf and the policy disagree')
      }
    }
  })

  it('hits always once everything fits', () => {
    if (exempt('hits always once everything fits', spec)) return
    for (const mostBytes of [1, 60]) {
      const trace = createTrace(3, 4000, 100, mostBytes)
      const first = new Map([...trace.ids].map((id, index) => [id, trace.sizes[index]!]))
      const total = [...first.values()].reduce((sum, bytes) => sum + bytes, 0)
      expect(replay(spec, trace, total).misses).toBe(first.size)
    }
  })

  it('is of use however small the cache is', () => {
    if (spec.includes('libcachesim')) return
    for (const capacity of [1, 2, 10, 50]) {
      const twice = createTrace(4, 2000, 1000, 1)
      const ids = Int32Array.from({ length: 4000 }, (_, index) => twice.ids[index >> 1]!)
      const trace = { ids, sizes: ids.map(() => 1), next: nextUses(ids) }
      const { misses } = replay(spec, trace, capacity)
      if (exempt('hits what is asked for again at once', spec)) expect(misses).toBeLessThan(3000)
      else expect(misses).toBeLessThanOrEqual(2000)
    }
  })

  it('misses at unit size no less than Belady', () => {
    const refuses = spec === 'gdsf' || spec === 'belady-size' || spec.includes('libcachesim')
    for (const capacity of [1, 3, 10, 60]) {
      const trace = createTrace(6, 6000, 400, 1)
      const bound = refuses ? leastMisses(trace, capacity) : replay('belady', trace, capacity).misses
      expect(replay(spec, trace, capacity).misses).toBeGreaterThanOrEqual(bound)
    }
  })

  it('makes the same choices from the same seed', () => {
    const trace = createTrace(8, 4000, 500, 60)
    expect(replay(spec, trace, 900, false, 11)).toEqual(replay(spec, trace, 900, false, 11))
  })

  it('goes by no number of a slot', () => {
    const trace = createTrace(12, 3000, 400, 60)
    const misses = [(policy: Policy) => policy, renumbered].map(wrap => {
      const { policy, future } = createPolicy(spec, 4000)
      const cache = new Cache({ capacityBytes: 4000, policy: wrap(policy) })
      return trace.ids.filter((id, index) => {
        future.nextUse = trace.next[index]!
        if (cache.look(id, 0) !== Verdict.miss) return false
        cache.store(id, trace.sizes[index]!, Number.POSITIVE_INFINITY)
        return true
      })
    })
    expect(misses[1]).toEqual(misses[0])
  })

  it('says what it holds in memory, and stops growing', () => {
    const { policy, future } = createPolicy(spec, 64)
    const cache = new Cache({ capacityBytes: 64, policy })
    const ask = (id: number): void => {
      future.nextUse = id
      if (cache.look(id, 0) === Verdict.miss) cache.store(id, 1, Number.POSITIVE_INFINITY)
    }
    for (let id = 0; id < 10_000; id++) ask(id % 3 === 0 ? id % 200 : id)
    const early = policy.metadataBytes()
    for (let id = 10_000; id < 60_000; id++) ask(id % 3 === 0 ? id % 200 : id)
    const late = policy.metadataBytes()
    expect(early).toBeGreaterThan(spec.startsWith('fifo') ? 0 : 64)
    // That program never drops the ghosts of T2.
    if (spec !== 'car:libcachesim=true') expect(late).toBeLessThanOrEqual(early * 2)
  })
})

describe('laws of single policies', () => {
  it('LRU holds in a larger cache all that it holds in a smaller one', () => {
    const trace = createTrace(9, 5000, 300, 1)
    const caches = [5, 20, 80].map(
      capacityBytes => new Cache({ capacityBytes, policy: createPolicy('lru', capacityBytes).policy }),
    )
    for (const id of trace.ids) {
      for (const cache of caches) if (cache.look(id, 0) === Verdict.miss) cache.store(id, 1, Number.POSITIVE_INFINITY)
      for (const [index, smaller] of caches.slice(0, -1).entries())
        smaller.forEach(held => {
          if (!caches[index + 1]!.has(held)) throw new Error(`${held} is only in the smaller cache`)
        })
    }
  })

  it('LIRS in the form of libCacheSim bears that who must leave after a purge is asked for, or purged too', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed, 'purged')
      const { policy, held } = checked(createPolicy('lirs:hir=0.5:libcachesim=true', 8).policy)
      const cache = new Cache({ capacityBytes: 8, policy })
      for (let step = 0; step < 400; step++) {
        const id = random.below(9)
        if (random.below(8) === 0) cache.forget(id)
        else if (cache.look(id, 0) === Verdict.miss) cache.store(id, 1 + random.below(3), Number.POSITIVE_INFINITY)
        if (cache.heldObjects !== held.size) throw new Error('the shelf and the policy disagree')
      }
    }
  })

  it('random draws every resident with the same chance', () => {
    const residents = 20
    const draws = 20_000
    const left = new Array<number>(residents).fill(0)
    const { policy } = createPolicy('random', residents, 3)
    for (let slot = 0; slot < residents; slot++) policy.insert(slot, slot, 1)
    for (let draw = 0; draw < draws; draw++) {
      const slot = policy.evict(residents + draw, 1)
      left[slot]!++
      policy.insert(slot, residents + draw, 1)
    }
    const expected = draws / residents
    const chiSquare = left.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 99.9 % point of chi-square with 19 degrees of freedom.
    expect(chiSquare).toBeLessThan(43.82)
  })

  it('one clock bit is the default, and more bits keep popular objects longer', () => {
    const trace = createTrace(10, 20_000, 500, 1)
    expect(replay('clock', trace, 50)).toEqual(replay('clock:bits=1', trace, 50))
    expect(replay('clock:bits=3', trace, 50).misses).toBeLessThan(replay('clock', trace, 50).misses)
  })
})
