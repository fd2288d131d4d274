import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Admission } from '../../src/cache/admission.ts'
import { Cache } from '../../src/cache/cache.ts'
import type { Slot } from '../../src/cache/policy.ts'
import { Verdict } from '../../src/cache/verdict.ts'
import { sum, take } from '../oracles/oracle.ts'
import { createPolicy } from '../policies/host.ts'

interface Copy {
  id: number
  bytes: number
  freshUntil: number
  staleUntil: number
  errorUntil: number
}

interface Step extends Copy {
  verb: 'look' | 'store' | 'freshen' | 'forget'
  now: number
}

/** A shelf with FIFO on one array, the oldest first; objects whose number is a multiple of 7 are not let in. */
function createShelf(capacity: number) {
  const copies: Copy[] = []
  const left: number[] = []
  return {
    copies,
    left,
    look(id: number, now: number): string {
      const copy = copies.find(held => held.id === id)
      if (!copy) return 'miss'
      return now < copy.freshUntil ? 'hit' : now < copy.staleUntil ? 'stale' : 'expired'
    },
    store(copy: Copy): boolean {
      const held = copies.find(({ id }) => id === copy.id)
      if (held?.bytes === copy.bytes) {
        Object.assign(held, copy)
        return true
      }
      take(copies, copy.id)
      if (copy.bytes > capacity || copy.id % 7 === 0) return false
      while (sum(copies) + copy.bytes > capacity) left.push(copies.shift()!.id)
      copies.push(copy)
      return true
    },
  }
}

/** Lets in what is no multiple of 7, and keeps its own account of who is held. */
function createAccount() {
  const account = { seen: 0, asked: 0, held: new Map<number, number>() }
  const admission: Admission = {
    seen: () => void account.seen++,
    admits(id) {
      account.asked++
      return id % 7 !== 0
    },
    entered: (id, bytes) => void account.held.set(id, bytes),
    left(id) {
      if (!account.held.delete(id)) throw new Error(`${id} had not entered`)
    },
    metadataBytes: () => 1000,
  }
  return { account, admission }
}

const time = fc.integer({ min: 0, max: 20 })
const steps = (objects: number, mostBytes: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      verb: fc.constantFrom('look', 'look', 'store', 'store', 'store', 'freshen', 'forget'),
      id: fc.nat(objects),
      bytes: fc.integer({ min: 0, max: mostBytes }),
      now: time,
      freshUntil: time,
      staleUntil: time,
      errorUntil: time,
    }),
    { maxLength: 400, size: 'max' },
  )

/** What the shelf says of all that it holds, in the order of ids. */
function told(cache: Cache): Copy[] {
  const copies: Copy[] = []
  cache.forEach((id, slot) => {
    expect([cache.slotOf(id), cache.idOf(slot), cache.has(id)]).toEqual([slot, id, true])
    const [freshUntil, staleUntil] = [cache.freshUntil(slot), cache.staleUntil(slot)]
    copies.push({ id, bytes: cache.bytesOf(slot), freshUntil, staleUntil, errorUntil: cache.errorUntil(id) })
  })
  return copies.sort((a, b) => a.id - b.id)
}

describe('a shelf', () => {
  it.each([
    [0, 5, 2],
    [10, 20, 4],
    [60, 40, 12],
    [3000, 300, 12],
  ])('of %i bytes does what an array does', (capacityBytes, objects, mostBytes) => {
    const law = fc.property(steps(objects, mostBytes), all => {
      const left: number[] = []
      const { account, admission } = createAccount()
      const { policy } = createPolicy('fifo', capacityBytes)
      const onEvict = (slot: Slot, id: number): void => {
        expect([cache.slotOf(id), cache.idOf(slot)]).toEqual([-1, id])
        left.push(id)
      }
      const cache = new Cache({ capacityBytes, policy, admission, onEvict })
      const shelf = createShelf(capacityBytes)
      const asked = { looks: 0, stores: 0 }
      let mostHeld = 0
      for (const { verb, now, ...copy } of all) {
        const { id, bytes, freshUntil, staleUntil, errorUntil } = copy
        const held = shelf.copies.find(other => other.id === id)
        if (verb === 'look') {
          asked.looks++
          expect(cache.look(id, now)).toBe(Verdict[shelf.look(id, now) as keyof typeof Verdict])
        } else if (verb === 'store') {
          if (held?.bytes !== bytes && bytes <= capacityBytes) asked.stores++
          expect(cache.store(id, bytes, freshUntil, staleUntil, errorUntil)).toBe(shelf.store(copy))
        } else if (verb === 'freshen') {
          expect(cache.freshen(id, freshUntil, staleUntil, errorUntil)).toBe(held !== undefined)
          if (held) Object.assign(held, { freshUntil, staleUntil, errorUntil })
        } else expect(cache.forget(id)).toBe(take(shelf.copies, id) !== undefined)
        expect([cache.heldObjects, cache.heldBytes]).toEqual([shelf.copies.length, sum(shelf.copies)])
        mostHeld = Math.max(mostHeld, cache.heldObjects)
        // Slots are used again: no column that is indexed by them need be longer than what was held at once.
        const slot = cache.slotOf(id)
        if (slot >= 0) expect(slot).toBeLessThan(mostHeld)
        else expect([cache.has(id), cache.errorUntil(id)]).toEqual([false, Number.NEGATIVE_INFINITY])
      }
      expect(told(cache)).toEqual(shelf.copies.sort((a, b) => a.id - b.id))
      expect([left, cache.evictions]).toEqual([shelf.left, shelf.left.length])
      expect(account).toEqual({
        seen: asked.looks,
        asked: asked.stores,
        held: new Map(shelf.copies.map(({ id, bytes }) => [id, bytes])),
      })
    })
    fc.assert(law, { numRuns: 25, seed: 3 })
  })

  it('has a capacity that is not negative', () => {
    const create = (capacityBytes: number) => new Cache({ capacityBytes, policy: createPolicy('fifo', 1).policy })
    expect(create(0).capacityBytes).toBe(0)
    expect(() => create(-1)).toThrow('a capacity is not negative')
  })
})
