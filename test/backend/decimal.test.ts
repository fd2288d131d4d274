import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  formatDecimal,
  negateDecimal,
  parseDecimal,
  sortCode,
} from '../../src/backend/decimal.ts'

const read = (text: string): Decimal => parseDecimal(text)!
/** Integers times powers of ten, for which big integers are an oracle. */
const scaled = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -20, max: 20 }))
const textOf = ([value, power]: [bigint, number]): string => `${value}e${power}`
const wholeOf = ([value, power]: [bigint, number]): bigint => value * 10n ** BigInt(power + 20)

describe('decimal numbers', () => {
  it('reads and writes them in normal form', () => {
    const cases = [
      ['00042', '42'],
      ['1.50e2', '150'],
      ['-0', '0'],
      ['.5', '0.5'],
      ['5.', '5'],
      ['1e-3', '0.001'],
      ['-12.340', '-12.34'],
      ['1E+20', '100000000000000000000'],
    ]
    for (const [text, normal] of cases) expect(formatDecimal(read(text!))).toBe(normal)
    for (const text of ['', '.', 'abc', '1e', '1 2', 'NaN', 'Infinity', '0x1', '--1'])
      expect(parseDecimal(text)).toBeUndefined()
  })

  it('adds and compares exactly', () => {
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        const sum = addDecimals(read(textOf(a)), read(textOf(b)))
        expect(compareDecimals(sum, read(`${wholeOf(a) + wholeOf(b)}e-20`))).toBe(0)
        const order = wholeOf(a) < wholeOf(b) ? -1 : wholeOf(a) > wholeOf(b) ? 1 : 0
        expect(Math.sign(compareDecimals(read(textOf(a)), read(textOf(b))))).toBe(order)
        expect(addDecimals(sum, negateDecimal(sum)).sign).toBe(0)
      }),
    )
    expect(formatDecimal(addDecimals(read('0.1'), read('0.2')))).toBe('0.3')
  })

  it('gives sort codes in the order of the numbers', () => {
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        const [left, right] = [`${sortCode(read(textOf(a)))}\0`, `${sortCode(read(textOf(b)))}\0`]
        const order = wholeOf(a) < wholeOf(b) ? -1 : wholeOf(a) > wholeOf(b) ? 1 : 0
        expect(left < right ? -1 : left > right ? 1 : 0).toBe(order)
      }),
    )
  })
})
