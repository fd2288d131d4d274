import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareUtf8, createSortedMap } from '../../src/lib/sorted-map.ts'

describe('a sorted map', () => {
  it('does what a map with sorted keys does, through growth and shrinkage', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 3000 })), {
      minLength: 1500,
      maxLength: 4000,
    })
    fc.assert(
      fc.property(steps, fc.integer({ min: -1, max: 3001 }), (changes, from) => {
        const sorted = createSortedMap<number, number>((a, b) => a - b)
        const oracle = new Map<number, number>()
        changes.forEach(([isSet, key], row) => {
          if (isSet || row < 1200) {
            expect(sorted.set(key, row)).toBe(!oracle.has(key))
            oracle.set(key, row)
          } else expect(sorted.delete(key)).toBe(oracle.delete(key))
        })
        const entries = [...oracle].sort(([a], [b]) => a - b)
        expect(sorted.size).toBe(entries.length)
        expect([...sorted.ascend()]).toEqual(entries)
        expect([...sorted.descend()]).toEqual([...entries].reverse())
        expect([...sorted.ascend(from)]).toEqual(entries.filter(([key]) => key >= from))
        expect([...sorted.descend(from)]).toEqual(entries.filter(([key]) => key <= from).reverse())
        for (const key of [0, 1, 1500, 3000]) expect(sorted.get(key)).toBe(oracle.get(key))
      }),
      { numRuns: 12 },
    )
  })

  it('orders texts as their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
      }),
    )
    expect(compareUtf8('\u{1f600}', '\uffff')).toBeGreaterThan(0)
  })
})
