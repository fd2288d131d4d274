import { describe, expect, it } from 'vitest'
import { parseBytes, parseDurationMs, parseRatePerSecond, parseShare } from '../../src/lib/quantity.ts'

describe('quantities', () => {
  it.each([
    ['10GB', 10e9], ['10 GiB', 10 * 2 ** 30], ['1e3MB', 1e9], ['1.5kB', 1500], ['0', 0], [4096, 4096], ['7B', 7],
  ])('reads the size %s', (text, bytes) => expect(parseBytes(text)).toBe(bytes)) // biome-ignore format: a table

  it.each([
    '-5MB',
    '0.5B',
    '',
    '10 XB',
    '10  GB',
    '1_000',
    '017',
    'NaN',
    '1e400',
    '__proto__',
    '1__proto__',
    -1,
    0.5,
    Number.NaN,
    2 ** 53,
  ])('refuses the size %s', text => expect(parseBytes(text)).toBeUndefined())

  it.each([
    ['30s', 30e3], ['1h30m', 54e5], ['250 ms', 250], ['1.5h', 54e5], [12, 12], ['7d', 7 * 864e5], ['100', 100],
  ])('reads the duration %s', (text, ms) => expect(parseDurationMs(text)).toBe(ms)) // biome-ignore format: a table

  it.each(['12:30', '1 fortnight', '', '-3s', 's', Number.POSITIVE_INFINITY])('refuses the duration %s', text =>
    expect(parseDurationMs(text)).toBeUndefined(),
  )

  it('reads rates and shares', () => {
    expect(parseRatePerSecond('2000/s')).toBe(2000)
    expect(parseRatePerSecond('60/m')).toBe(1)
    expect(parseRatePerSecond('fast')).toBeUndefined()
    expect(parseShare('25%')).toBe(0.25)
    expect(parseShare(1.2)).toBeUndefined()
    expect(parseShare('120%')).toBeUndefined()
  })
})
