import { describe, expect, it } from 'vitest'
import { createPrefixRate, defaultPrefixRate, prefixOf } from '../../src/backend/prefix-rate.ts'

describe('the rate of a prefix', () => {
  it('is 5,500 reads and 3,500 writes a second, as the User Guide says, each for itself', () => {
    const rate = createPrefixRate()
    const taken = (kind: 'read' | 'write'): number =>
      Array.from({ length: 6000 }, () => rate.take(0, 'a/', kind)).filter(Boolean).length
    expect([taken('read'), taken('write')]).toEqual([5500, 3500])
    expect(rate.take(0, 'b/', 'read')).toBe(true)
    expect(defaultPrefixRate).toEqual({ readsPerSecond: 5500, writesPerSecond: 3500 })
  })

  it('comes back with time', () => {
    const rate = createPrefixRate({ readsPerSecond: 2, writesPerSecond: 1 })
    expect([
      rate.take(0, '', 'write'),
      rate.take(0, '', 'write'),
      rate.take(999, '', 'write'),
      rate.take(1000, '', 'write'),
    ]).toEqual([true, false, false, true])
  })

  it('forgets prefixes that nobody asks for any more', () => {
    const rate = createPrefixRate()
    for (let n = 0; n < 1000; n++) rate.take(0, `${n}/`, 'read')
    rate.take(5000, 'last/', 'read')
    expect(rate.prefixes).toBe(1)
  })

  it('reads the prefix off a key', () => {
    expect(['a/b/c.png', 'top.png', 'a/'].map(prefixOf)).toEqual(['a/b/', '', 'a/'])
  })
})
