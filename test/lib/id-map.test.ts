import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { absent, IdMap } from '../../src/lib/id-map.ts'

describe('IdMap', () => {
  it('answers as a Map does through any sequence of sets and deletes', () => {
    const step = fc.tuple(fc.boolean(), fc.nat(40), fc.nat(1000))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.constantFrom(1, 977, 65_536), (steps, stride) => {
        const map = new IdMap()
        const oracle = new Map<number, number>()
        for (const [put, key, value] of steps) {
          const id = key * stride
          if (put) {
            map.set(id, value)
            oracle.set(id, value)
          } else expect(map.delete(id)).toBe(oracle.delete(id))
          expect(map.size).toBe(oracle.size)
        }
        for (let key = 0; key <= 40; key++) expect(map.get(key * stride)).toBe(oracle.get(key * stride) ?? absent)
        const seen = new Map<number, number>()
        map.forEach((id, value) => {
          seen.set(id, value)
        })
        expect(seen).toEqual(oracle)
      }),
    )
  })
})
