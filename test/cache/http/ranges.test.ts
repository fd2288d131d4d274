import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combinedPart, isWhole } from '../../../src/cache/http/partial.ts'
import { holdsIfRange, parseContentRange, selectRanges } from '../../../src/cache/http/ranges.ts'

describe('RFC 9110, 14.1.2 and 14.2: byte ranges', () => {
  it.each([
    ['bytes=0-499', [{ first: 0, last: 499 }]],
    ['bytes=9500-', [{ first: 9500, last: 9999 }]],
    ['bytes=-500', [{ first: 9500, last: 9999 }]],
    ['bytes=-20000', [{ first: 0, last: 9999 }]],
    ['bytes=9000-20000', [{ first: 9000, last: 9999 }]],
    ['bytes=0-0,-1', [{ first: 0, last: 0 }, { first: 9999, last: 9999 }]],
    ['bytes=500-700,601-999', [{ first: 500, last: 999 }]],
    ['bytes= 0-1 , 4-5', [{ first: 0, last: 1 }, { first: 4, last: 5 }]],
    ['bytes=10000-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=a-b', 'whole'],
    ['lines=1-2', 'whole'],
    ['bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20', 'whole'],
  ])('%s', (range, expected) => expect(selectRanges(range, 10_000)).toEqual(expected)) // biome-ignore format: table

  it('selects exactly the bytes that some part names (brute force)', () => {
    const part = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 40 }), (parts, bytes) => {
        const found = selectRanges(`bytes=${parts.map(([a, b]) => `${a}-${b}`).join(',')}`, bytes)
        const covered = Array.from({ length: bytes }, (_, at) => parts.some(([a, b]) => a <= at && at <= b))
        if (found === 'unsatisfiable') expect(covered).not.toContain(true)
        else if (found !== 'whole')
          expect(covered).toEqual(covered.map((_, at) => found.some(({ first, last }) => first <= at && at <= last)))
      }),
    )
  })
})

describe('RFC 9110, 13.1.5: If-Range', () => {
  const modified = 'Mon, 23 Nov 2026 00:00:00 GMT'
  const stored = ['ETag', '"a"', 'Last-Modified', modified, 'Date', 'Tue, 24 Nov 2026 00:00:00 GMT']
  it.each([
    [undefined, true],
    ['"a"', true],
    ['"b"', false],
    ['W/"a"', false],
    [modified, true],
    ['Sun, 22 Nov 2026 00:00:00 GMT', false],
  ])('%s', (value, expected) => expect(holdsIfRange(value, stored, 0)).toBe(expected))
  it('takes a date only where it is strong', () => {
    expect(holdsIfRange(modified, ['Last-Modified', modified, 'Date', modified], 0)).toBe(false)
  })
})

describe('RFC 9110, 14.4: Content-Range', () => {
  it.each([
    ['bytes 0-4/10', { first: 0, last: 4, total: 10 }],
    ['bytes 0-4/*', { first: 0, last: 4, total: undefined }],
    ['bytes 5-4/10', undefined],
    ['bytes 0-10/10', undefined],
    ['bytes */10', undefined],
    [undefined, undefined],
  ])('%s', (text, expected) => expect(parseContentRange(text)).toEqual(expected))
})

describe('RFC 9111, 3.4: combining partial content', () => {
  const part = (first: number, text: string, etag: string | undefined = '"a"') => ({
    first, total: 10, etag, body: new TextEncoder().encode(text),
  }) // biome-ignore format: one line
  it('joins what touches or overlaps under one strong validator', () => {
    const joined = combinedPart(part(0, '01234'), part(4, '456789'))!
    expect(new TextDecoder().decode(joined.body)).toBe('0123456789')
    expect(isWhole(joined)).toBe(true)
  })
  it.each([
    ['a gap', part(0, '012'), part(5, '56')],
    ['another tag', part(0, '01234'), part(5, '56789', '"b"')],
    ['a weak tag', part(0, '01234', 'W/"a"'), part(5, '56789', 'W/"a"')],
    ['no tag', part(0, '01234', undefined), { ...part(5, '56789'), etag: undefined }],
  ])('does not join: %s', (_, a, b) => expect(combinedPart(a, b)).toBeUndefined())
})
