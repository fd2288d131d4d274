import { describe, expect, it } from 'vitest'
import type { Item } from '../../src/backend/attribute-value.ts'
import { itemBytes } from '../../src/backend/item-size.ts'
import { createTableCapacity, readUnits, writeUnits } from '../../src/backend/table-capacity.ts'

describe('the capacity of a table', () => {
  it('counts units as the Developer Guide does', () => {
    expect([1, 1024, 1025, 3500].map(bytes => writeUnits(bytes))).toEqual([1, 1, 2, 4])
    expect(writeUnits(3500, true)).toBe(8)
    expect([
      readUnits(4096, 'strong'),
      readUnits(4097, 'strong'),
      readUnits(4097, 'eventual'),
      readUnits(8192, 'transactional'),
    ]).toEqual([1, 2, 1, 4])
    expect(readUnits(0, 'eventual')).toBe(0.5)
  })

  it('lets a provisioned table use 300 seconds that nobody used, and then its rate', () => {
    const capacity = createTableCapacity({ mode: 'provisioned', readUnitsPerSecond: 10, writeUnitsPerSecond: 2 })
    expect([capacity.take(0, 'write', 600), capacity.take(0, 'write', 1)]).toEqual([true, false])
    expect(capacity.level(0, 'read')).toBe(3000)
    expect([capacity.take(499, 'write', 1), capacity.take(500, 'write', 1)]).toEqual([false, true])
    expect(capacity.level(1e9, 'write')).toBe(600)
  })

  it('serves what is more than a table ever has when it has all of it, and pays for it afterwards', () => {
    const capacity = createTableCapacity({ mode: 'provisioned', readUnitsPerSecond: 1, writeUnitsPerSecond: 1 })
    expect(capacity.take(0, 'write', 400)).toBe(true)
    expect(capacity.level(0, 'write')).toBe(-100)
    expect(capacity.take(100_000, 'write', 1)).toBe(false)
  })

  it('starts an on-demand table with 4,000 writes and 12,000 reads a second', () => {
    const capacity = createTableCapacity({ mode: 'on-demand' })
    expect([
      capacity.take(0, 'write', 4000),
      capacity.take(0, 'write', 1),
      capacity.take(0, 'read', 12_000),
      capacity.take(0, 'read', 1),
    ]).toEqual([true, false, true, false])
    expect(capacity.take(1000, 'write', 4000)).toBe(true)
  })
})

describe('the size of an item', () => {
  it('is the UTF-8 of its names and values, with three bytes for a container and one for each member', () => {
    const size = (item: Item): number => itemBytes(item)
    expect(size({ id: { S: 'abc' } })).toBe(5)
    expect(size({ ü: { S: '\u{1f600}' } })).toBe(2 + 4)
    expect(size({ b: { B: 'AAEC' }, c: { B: 'AA==' } })).toBe(1 + 3 + 1 + 1)
    expect(size({ t: { BOOL: true }, n: { NULL: true } })).toBe(4)
    expect(size({ l: { L: [] } })).toBe(1 + 3)
    expect(size({ l: { L: [{ S: 'a' }, { S: 'b' }] } })).toBe(1 + 3 + 2 + 2)
    expect(size({ m: { M: { a: { S: 'b' } } } })).toBe(1 + 3 + 1 + 2)
    expect(size({ s: { SS: ['ab', 'c'] } })).toBe(4)
  })

  it('takes a number as about a byte for two digits, zeros at its ends aside', () => {
    const size = (N: string): number => itemBytes({ n: { N } }) - 1
    expect([size('0'), size('1'), size('12'), size('-12'), size('1e100'), size('1234567890'.repeat(3))]).toEqual([
      1, 2, 2, 3, 2, 16,
    ])
  })
})
