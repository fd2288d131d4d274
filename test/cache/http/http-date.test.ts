import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHttpDate, parseHttpDate } from '../../../src/cache/http/http-date.ts'

const now = Date.UTC(2026, 10, 24)

describe('RFC 9110, 5.6.7: HTTP dates', () => {
  const moment = Date.UTC(1994, 10, 6, 8, 49, 37)
  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ['asctime', 'Sun Nov  6 08:49:37 1994'],
    ['names in any case', 'SUN, 06 nOV 1994 08:49:37 gmt'],
  ])('%s', (_, text) => expect(parseHttpDate(text, now)).toBe(moment))

  it('takes a year of two digits more than 50 years ahead for the past', () => {
    expect(parseHttpDate('Friday, 18-Aug-77 02:01:18 GMT', now)).toBe(Date.UTC(1977, 7, 18, 2, 1, 18))
    expect(parseHttpDate('Thursday, 18-Aug-50 02:01:18 GMT', now)).toBe(Date.UTC(2050, 7, 18, 2, 1, 18))
  })

  it.each([
    '0',
    '',
    '-1',
    '2050-08-18T02:01:18Z',
    'Thu, 18 Aug 2050 02:01:18 UTC',
    'Thu, 18 Aug 2050 02:01:18 AEST',
    'Thu, 18 Aug 2050 02:01:18 +0000',
    'Thu, 18 Aug 50 02:01:18 GMT',
    'Thu 18 Aug 2050 02:01:18 GMT',
    'Thu, 18  Aug  2050 02:01:18 GMT',
    'Thu, 18-Aug-2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 02.01.18 GMT',
    'Thu, 18 Aug 2050 2:01:18 GMT',
    'Thu, 31 Feb 2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 24:01:18 GMT',
    'Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT',
  ])('is no date: "%s"', text => expect(parseHttpDate(text, now)).toBeUndefined())

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), seconds => {
        expect(parseHttpDate(formatHttpDate(seconds * 1000), now)).toBe(seconds * 1000)
      }),
    )
  })
})
