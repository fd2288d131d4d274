import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BloomFilter } from '../../src/lib/bloom.ts'
import { Ghosts } from '../../src/lib/ghosts.ts'
import { SlotHeap } from '../../src/lib/heap.ts'
import { absent } from '../../src/lib/id-map.ts'
import { createRandom } from '../../src/lib/random.ts'
import { FrequencySketch } from '../../src/lib/sketch.ts'
import { SlotBag } from '../../src/lib/slot-bag.ts'
import { SlotLists } from '../../src/lib/slot-list.ts'

const slots = fc.integer({ min: 0, max: 200 })

describe('SlotLists', () => {
  it('does what arrays do', () => {
    const steps = fc.array(
      fc.record({ slot: slots, list: fc.integer({ min: 0, max: 2 }), verb: fc.integer({ min: 0, max: 3 }) }),
      {
        maxLength: 400,
        size: 'max',
      },
    )
    fc.assert(
      fc.property(steps, all => {
        const lists = new SlotLists(3, 4)
        const arrays: number[][] = [[], [], []]
        for (const { slot, list, verb } of all) {
          const from = arrays.findIndex(array => array.includes(slot))
          if (from >= 0) {
            arrays[from]!.splice(arrays[from]!.indexOf(slot), 1)
            lists.unlink(slot)
          }
          const neighbour = arrays[list]![0]
          if (verb === 0) {
            arrays[list]!.unshift(slot)
            lists.pushHead(slot, list)
          } else if (verb === 1) {
            arrays[list]!.push(slot)
            lists.pushTail(slot, list)
          } else if (verb === 2 && neighbour !== undefined) {
            arrays[list]!.splice(1, 0, slot)
            lists.insertBehind(slot, neighbour)
          }
          for (const [index, array] of arrays.entries()) {
            const walked: number[] = []
            for (let at = lists.head(index); at >= 0; at = lists.towardsTail(at)) walked.push(at)
            expect(walked).toEqual(array)
            const back: number[] = []
            for (let at = lists.tail(index); at >= 0; at = lists.towardsHead(at)) back.unshift(at)
            expect(back).toEqual(array)
            expect(lists.isEmpty(index)).toBe(array.length === 0)
          }
        }
      }),
      { numRuns: 20, seed: 1 },
    )
  })
})

describe('SlotHeap', () => {
  it('has on top what sorting puts first', () => {
    const steps = fc.array(fc.tuple(slots, fc.integer({ min: -5, max: 5 }), fc.boolean()), {
      maxLength: 400,
      size: 'max',
    })
    fc.assert(
      fc.property(steps, all => {
        const heap = new SlotHeap()
        const entries = new Map<number, { key: number; tie: number }>()
        for (const [tie, [slot, key, leaves]] of all.entries()) {
          if (heap.has(slot) && leaves) {
            heap.remove(slot)
            entries.delete(slot)
          } else {
            if (heap.has(slot)) heap.change(slot, key, tie)
            else heap.push(slot, key, tie)
            entries.set(slot, { key, tie })
          }
          expect(heap.size).toBe(entries.size)
          if (entries.size === 0) continue
          const [first] = [...entries].sort(([, a], [, b]) => a.key - b.key || a.tie - b.tie)
          expect(heap.top()).toBe(first![0])
          expect(heap.keyOf(heap.top())).toBe(first![1].key)
        }
      }),
      { numRuns: 30, seed: 2 },
    )
  })
})

describe('Ghosts', () => {
  it('remembers the newest within its bytes', () => {
    const ghosts = new Ghosts()
    for (let id = 0; id < 1000; id++) ghosts.addWithin(100, id, 1 + (id % 7))
    expect(ghosts.bytes()).toBeLessThanOrEqual(100)
    expect(ghosts.bytes()).toBeGreaterThan(93)
    expect(ghosts.has(999)).toBe(true)
    expect(ghosts.has(900)).toBe(false)
    ghosts.addWithin(100, 5000, 101)
    expect(ghosts.has(5000)).toBe(false)
  })

  it('keeps its queues apart and forgets on demand', () => {
    const ghosts = new Ghosts(2)
    ghosts.add(1, 10, 0)
    ghosts.add(2, 20, 1)
    ghosts.add(3, 30, 1)
    expect([ghosts.queueOf(1), ghosts.queueOf(2), ghosts.queueOf(9)]).toEqual([0, 1, absent])
    expect([ghosts.bytes(0), ghosts.bytes(1)]).toEqual([10, 50])
    expect(ghosts.dropOldest(1)).toBe(2)
    expect(ghosts.forget(3)).toBe(true)
    expect(ghosts.forget(3)).toBe(false)
    expect(ghosts.dropOldest(1)).toBe(absent)
    expect([ghosts.count, ghosts.isEmpty(0), ghosts.isEmpty(1)]).toEqual([1, false, true])
  })
})

describe('SlotBag', () => {
  it('draws only what is in it, each with the same chance', () => {
    const bag = new SlotBag()
    for (let slot = 0; slot < 200; slot++) bag.add(slot)
    for (let slot = 0; slot < 200; slot++) if (slot % 10 !== 3) bag.remove(slot)
    const random = createRandom(1)
    const drawn = new Map<number, number>()
    for (let draw = 0; draw < 20_000; draw++) {
      const slot = bag.draw(random)
      drawn.set(slot, (drawn.get(slot) ?? 0) + 1)
    }
    expect(bag.size).toBe(20)
    expect([...drawn.keys()].every(slot => slot % 10 === 3)).toBe(true)
    const chiSquare = [...drawn.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(drawn.size).toBe(20)
    expect(chiSquare).toBeLessThan(43.82)
  })
})

describe('BloomFilter', () => {
  it('forgets nobody, and takes few others for members', () => {
    const filter = new BloomFilter(5000, 0.01)
    for (let id = 0; id < 5000; id++) filter.add(id * 7)
    for (let id = 0; id < 5000; id++) expect(filter.has(id * 7)).toBe(true)
    let wrong = 0
    for (let id = 0; id < 20_000; id++) if (filter.has(1_000_000 + id)) wrong++
    expect(wrong / 20_000).toBeLessThan(0.01)
    filter.clear()
    expect(filter.has(7)).toBe(false)
  })
})

describe('FrequencySketch', () => {
  it('counts exactly what is rare, never too few, and fades', () => {
    const sketch = new FrequencySketch(1000)
    for (let id = 0; id < 500; id++) for (let time = 0; time <= id % 5; time++) sketch.add(id)
    let exact = 0
    for (let id = 0; id < 500; id++) {
      expect(sketch.estimate(id)).toBeGreaterThanOrEqual(1 + (id % 5))
      if (sketch.estimate(id) === 1 + (id % 5)) exact++
    }
    expect(exact).toBeGreaterThan(480)
    for (let time = 0; time < 20; time++) sketch.add(7)
    expect(sketch.estimate(7)).toBe(15)
    for (let id = 0; id < 10_000; id++) sketch.add(100_000 + (id % 50))
    expect(sketch.estimate(7)).toBeLessThan(15)
  })

  it('keeps its counts when it widens', () => {
    const sketch = new FrequencySketch(16)
    for (let time = 0; time < 6; time++) sketch.add(42)
    const before = sketch.bytes
    sketch.ensure(5000)
    expect(sketch.bytes).toBeGreaterThan(before)
    expect(sketch.estimate(42)).toBe(6)
  })
})
