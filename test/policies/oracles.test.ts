import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cache } from '../../src/cache/cache.ts'
import { Verdict } from '../../src/cache/verdict.ts'
import { createRandom } from '../../src/lib/random.ts'
import { policies } from '../../src/policies/index.ts'
import { oracles } from '../oracles/index.ts'
import { createPolicy, nextUses } from './host.ts'

/** A request for an object, or its purge; now and then an object has another size than before. */
interface Step {
  id: number
  bytes: number
  purge: boolean
}

const steps = (mostBytes: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      // Squares make small ids more popular.
      id: fc.integer({ min: 0, max: 99 }).map(draw => Math.floor((draw * draw) / 300)),
      bytes: fc.integer({ min: 1, max: mostBytes }),
      purge: fc.integer({ min: 0, max: 29 }).map(draw => draw === 0),
    }),
    { minLength: 1, maxLength: 300, size: 'max' },
  )

/** Requests for so many objects that columns grow, a third of them for what was asked for just before. */
function crowdedSteps(seed: number): Step[] {
  const random = createRandom(seed, 'crowd')
  const requests: Step[] = []
  while (requests.length < 700) {
    const id = random.below(3) === 0 ? (requests.at(-1)?.id ?? 0) : Math.floor(400 * random.unit() ** 1.5)
    requests.push({ id, bytes: 1 + random.below(9), purge: random.below(60) === 0 })
  }
  return requests
}

/** As text, since to compare it costs less than to compare the elements. */
const listOf = (ids: number[]): string => ids.sort((a, b) => a - b).join(' ')

/** Compares each hit, and what is held after each `listEvery`-th step. */
function compare(spec: string, capacity: number, requests: Step[], listEvery = 1): void {
  // The size of an object is that of its first request, except in a tenth of the cases.
  const firstBytes = new Map<number, number>()
  for (const { id, bytes } of requests) if (!firstBytes.has(id)) firstBytes.set(id, bytes)
  const next = nextUses(requests.map(({ id, purge }, index) => (purge ? -1 - index : id)))
  const { policy, future } = createPolicy(spec, capacity, 7)
  const cache = new Cache({ capacityBytes: capacity, policy })
  const oracle = oracles[spec]!({ capacity, random: createRandom(7), future })
  for (const [index, step] of requests.entries()) {
    const { id } = step
    const bytes = index % 10 === 0 ? step.bytes : firstBytes.get(id)!
    if (step.purge) {
      cache.forget(id)
      oracle.purge(id)
      continue
    }
    future.nextUse = next[index]!
    const hit = cache.look(id, 0) === Verdict.hit
    if (!hit) cache.store(id, bytes, Number.POSITIVE_INFINITY)
    const expected = oracle.ask(id, bytes)
    if (hit !== expected) expect(`step ${index}: ${hit}`).toBe(`step ${index}: ${expected}`)
    if (index % listEvery > 0) continue
    const held: number[] = []
    cache.forEach(heldId => void held.push(heldId))
    const [found, due] = [listOf(held), listOf(oracle.held())]
    if (found !== due) expect(`step ${index}: ${found}`).toBe(`step ${index}: ${due}`)
  }
}

describe('policies do what their obvious twins do', () => {
  it.each(Object.keys(oracles))('%s', spec => {
    for (const [capacity, mostBytes] of [
      [1, 1],
      [2, 1],
      [4, 1],
      [10, 1],
      [20, 1],
      [10, 4],
      [100, 30],
      [400, 60],
      // Some that are larger than the cache.
      [12, 15],
    ] as const)
      fc.assert(
        fc.property(steps(mostBytes), requests => compare(spec, capacity, requests)),
        { numRuns: 10, seed: capacity * 31 + mostBytes },
      )
  })

  it.each(Object.keys(oracles))('%s, with more residents than its columns have rows at first', spec => {
    const crowd = crowdedSteps(1)
    compare(
      spec,
      140,
      crowd.map(step => ({ ...step, bytes: 1 })),
    )
    compare(spec, 650, crowd)
  })

  it('lhd, whose densities are learnt many times while the number of objects rises and falls', () => {
    const random = createRandom(4, 'lhd')
    const requests = Array.from({ length: 54_000 }, (_, index): Step => {
      const isEarly = index < 9000 || index > 36_000
      const id = Math.floor((isEarly ? 300 : 1500) * random.unit() ** 3)
      return { id, bytes: isEarly ? 40 : 4, purge: random.below(500) === 0 }
    })
    compare('lhd:sample=5:reconfigureEvery=1000', 2000, requests, 100)
  })

  it('leave out nobody', () => {
    const covered = new Set(Object.keys(oracles).map(spec => spec.split(':')[0]!))
    expect(policies.names.filter(name => !covered.has(name))).toEqual([])
  })
})
