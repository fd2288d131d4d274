import { describe, expect, it } from 'vitest'
import { type Exchange, initialAgeOf, judgeStorage, type Mode } from '../../../src/cache/http/freshness.ts'
import { formatHttpDate } from '../../../src/cache/http/http-date.ts'

const now = Date.UTC(2026, 10, 24, 9, 0, 0)
const date = ['Date', formatHttpDate(now)]
const at = (seconds: number): string => formatHttpDate(now + seconds * 1000)

function judge(fields: string[], more: Partial<Exchange> = {}, mode: Mode = 'conformant') {
  const given = { method: 'GET', isAuthorized: false, isRequestNoStore: false, status: 200, requestedAt: now }
  return judgeStorage({ ...given, respondedAt: now, fields: [...date, ...fields], ...more }, mode)
}

/** Seconds of freshness left on arrival, or why it is not stored. */
function verdict(fields: string[], more: Partial<Exchange> = {}, mode: Mode = 'conformant'): number | string {
  const { mayStore, reason, freshness } = judge(fields, more, mode)
  return mayStore ? (freshness.freshUntil - now) / 1000 : reason
}

const control = (value: string): string[] => ['Cache-Control', value]

describe('RFC 9111, 3: storing responses in caches', () => {
  it.each([
    ['the request method is understood by the cache', verdict(control('max-age=9'), { method: 'PUT' }), 'method'],
    ['the response status code is final', verdict(control('max-age=9'), { status: 103 }), 'status'],
    ['an unknown final status with explicit freshness', verdict(control('max-age=9'), { status: 599 }), 9],
    ['the no-store cache directive is not present', verdict(control('no-store, max-age=9')), 'no-store'],
    ['the private response directive is not present', verdict(control('private, max-age=9')), 'private'],
    ['a request no-store', verdict(control('max-age=9'), { isRequestNoStore: true }), 'request-no-store'],
    ['at least one of: an Expires header field', verdict(['Expires', at(9)]), 9],
    ['a max-age response directive', verdict(control('max-age=9')), 9],
    ['an s-maxage response directive', verdict(control('s-maxage=9')), 9],
    ['a status that is heuristically cacheable', verdict(['Last-Modified', at(-100)]), 10],
    ['a public response directive', verdict([...control('public'), 'Last-Modified', at(-100)], { status: 599 }), 10],
    ['none of them', verdict(['Last-Modified', at(-100)], { status: 599 }), 'no-freshness'],
  ])('%s', (_, found, expected) => expect(found).toBe(expected))
})

describe('RFC 9111, 3.5: storing responses to authenticated requests', () => {
  it.each([
    ['max-age=9', 'authorization'],
    ['max-age=9, public', 9],
    ['max-age=9, must-revalidate', 9],
    ['s-maxage=9', 9],
  ])('%s', (value, expected) => expect(verdict(control(value), { isAuthorized: true })).toBe(expected))
})

describe('RFC 9111, 4.2.1: calculating freshness lifetime', () => {
  it.each([
    ['s-maxage before max-age', control('max-age=9, s-maxage=5'), 5],
    ['in any order and on several lines', [...control('s-maxage=5'), ...control('max-age=9')], 5],
    ['max-age before Expires', [...control('max-age=9'), 'Expires', at(-9)], 9],
    ['max-age=0 before a later Expires', [...control('max-age=0'), 'Expires', at(9), 'ETag', '"a"'], 0],
    ['an invalid max-age is stale', [...control('max-age=3600a'), 'ETag', '"a"'], 0],
    ['a negative max-age is stale', [...control('max-age=-1'), 'ETag', '"a"'], 0],
    ['two different max-age are stale', [...control('max-age=9, max-age=8'), 'ETag', '"a"'], 0],
    ['a duplicate of one value counts once', control('max-age=9, max-age=9'), 9],
    ['two Expires lines are stale', ['Expires', at(9), 'Expires', at(9), 'ETag', '"a"'], 0],
    ['an invalid Expires is in the past (5.3)', ['Expires', '0', 'ETag', '"a"'], 0],
    ['more than 2^31 seconds is 2^31 (1.2.2)', control('max-age=99999999999'), 2 ** 31],
    ['leading zeros are digits', control('max-age=003600'), 3600],
    ['a quoted number is accepted (5.2)', control('max-age="3600"'), 3600],
    ['a quoted extension hides nothing (5.2)', control('x="max-age=3600", max-age=1'), 1],
    ['names in any case (5.2)', control('MaX-aGe=9'), 9],
    ['unknown directives are ignored (5.2.3)', control('community="UCI", max-age=9'), 9],
    ['Pragma of an origin means nothing (5.4)', [...control('max-age=9'), 'Pragma', 'no-cache'], 9],
  ])('%s', (_, fields, expected) => expect(verdict(fields)).toBe(expected))
})

describe('RFC 9111, 4.2.2: calculating heuristic freshness', () => {
  const modified = ['Last-Modified', at(-1000)]
  it.each([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501])('status %i', status => {
    expect(verdict(modified, { status })).toBe(100)
  })
  it.each([201, 202, 302, 303, 307, 400, 403, 413, 431, 500, 502, 503, 504])('not status %i', status => {
    expect(verdict(modified, { status })).toBe('no-freshness')
  })
  it('never without Last-Modified', () => expect(verdict([])).toBe('of-no-use'))
})

describe('RFC 9111, 4.2.3: calculating age', () => {
  const age = (fields: string[], delayMs = 0): number => initialAgeOf([...date, ...fields], now - delayMs, now) / 1000
  it.each([
    ['age_value plus response_delay', age(['Age', '30'], 2000), 32],
    ['apparent_age when it is greater', initialAgeOf(['Date', at(-7200), 'Age', '5'], now, now) / 1000, 7200],
    ['the first member only (5.1)', age(['Age', '7200, 0']), 7200],
    ['the first line only (5.1)', age(['Age', '0', 'Age', '7200']), 0],
    ['what is no number is ignored (5.1)', age(['Age', 'abc']), 0],
    ['nor is a negative one (5.1)', age(['Age', '-7200']), 0],
    ['nor one with a parameter', age(['Age', '7200;foo=bar']), 0],
    ['too large is 2^31 (1.2.2)', age(['Age', '2147483649']), 2 ** 31],
  ])('%s', (_, found, expected) => expect(found).toBe(expected))
  it('makes stale what is older than its lifetime', () => {
    expect(verdict([...control('max-age=3600'), 'Age', '7200', 'ETag', '"a"'])).toBe(-3600)
  })
})

describe('RFC 9111, 4.2.4 and RFC 5861: serving stale', () => {
  it.each(['no-cache', 'must-revalidate', 'proxy-revalidate', 's-maxage=2'])('%s forbids it', directive => {
    const { freshness } = judge([...control(`max-age=2, ${directive}, stale-if-error=60`), 'ETag', '"a"'])
    expect(freshness.isStaleForbidden).toBe(true)
    expect(freshness.errorUntil).toBe(freshness.freshUntil)
  })
  it('opens both windows where the lifetime ends', () => {
    const { freshness } = judge(control('max-age=2, stale-while-revalidate=30, stale-if-error=60'))
    expect(freshness.staleUntil - freshness.freshUntil).toBe(30_000)
    expect(freshness.errorUntil - freshness.freshUntil).toBe(60_000)
  })
})

describe('RFC 9111, 5.2.2: directives', () => {
  it.each([
    ['must-understand lets a known status in past no-store (5.2.2.3)', 200, 9],
    ['must-understand keeps an unknown status out (5.2.2.3)', 599, 'not-understood'],
  ])('%s', (_, status, expected) => {
    expect(verdict(control('max-age=9, no-store, must-understand'), { status })).toBe(expected)
  })
  it('keeps out the fields that no-cache and private name (5.2.2.4, 5.2.2.7)', () => {
    const { mayStore, unkeptFields } = judge(control('no-cache="a, B", private="c", max-age=9'))
    expect(mayStore).toBe(true)
    expect(unkeptFields).toEqual(['a', 'b', 'c'])
  })
})

describe('RFC 9213: targeted cache control', () => {
  const targeted = (value: string, fields: string[] = []): number | string =>
    verdict(['CDN-Cache-Control', value, ...fields])
  it.each([
    ['decides over Cache-Control', targeted('max-age=9', control('no-store')), 9],
    ['decides over Expires', targeted('max-age=9', ['Expires', at(-9)]), 9],
    ['no-store included', targeted('no-store', control('max-age=9')), 'no-store'],
    ['private included', targeted('private', control('max-age=9')), 'private'],
    ['unknown members alone decide too', targeted('foo', [...control('max-age=9'), 'Expires', at(9)]), 'of-no-use'],
    ['no dictionary: ignored whole', targeted('max-age=9, &&&', control('max-age=5')), 5],
    ['a wrong type: ignored whole', targeted('max-age="9"', control('max-age=5')), 5],
    ['a decimal: ignored whole', targeted('max-age=9.0', control('max-age=5')), 5],
    ['capitals are no key: ignored whole', targeted('MaX-aGe=9', control('max-age=5')), 5],
    ['empty: ignored', targeted('', control('max-age=5')), 5],
    ['space before the equals sign: ignored whole', targeted('max-age =9', control('max-age=5')), 5],
    ['parameters are ignored', targeted('max-age=9;x=1', control('max-age=5')), 9],
  ])('%s', (_, found, expected) => expect(found).toBe(expected))
})

describe('where the mode cdn differs', () => {
  const cookie = [...control('max-age=9'), 'Set-Cookie', 'a=b']
  it.each([
    ['Set-Cookie is not stored', verdict(cookie, {}, 'cdn'), 'set-cookie'],
    ['conformant stores it with explicit freshness', verdict(cookie), 9],
    ['conformant does not with a heuristic one', verdict(['Last-Modified', at(-9), 'Set-Cookie', 'a=b']), 'set-cookie'],
    ['a 404 is remembered for a while', verdict([], { status: 404 }, 'cdn'), 10],
    ['other errors are not', verdict(['Last-Modified', at(-9)], { status: 501 }, 'cdn'), 0],
  ])('%s', (_, found, expected) => expect(found).toBe(expected))
  it.each([400, 405, 413, 431, 501])('status %i needs explicit freshness', status => {
    for (const mode of ['conformant', 'cdn'] as const) expect(verdict([], { status }, mode)).toBeTypeOf('string')
  })
  it('a forced lifetime wins over everything but cookies and Vary: *', () => {
    const forced = { ttlMs: 7000, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 }
    const given = { method: 'GET', isAuthorized: false, isRequestNoStore: false, status: 200, requestedAt: now }
    const exchange = { ...given, respondedAt: now, fields: [...date, ...control('no-store')] }
    expect(judgeStorage(exchange, 'cdn', forced).freshness.freshUntil).toBe(now + 7000)
    expect(judgeStorage({ ...exchange, fields: ['Vary', '*'] }, 'cdn', forced).mayStore).toBe(false)
  })
})

describe('lifetimes that a behaviour forces', () => {
  const force = (ttlMs: number, fields: string[], more: Partial<Exchange> = {}) => {
    const given = { method: 'GET', isAuthorized: false, isRequestNoStore: false, status: 200, requestedAt: now }
    const forced = { ttlMs, staleWhileRevalidateMs: 2000, staleIfErrorMs: 3000 }
    return judgeStorage({ ...given, respondedAt: now, fields: [...date, ...fields], ...more }, 'cdn', forced)
  }
  it('stand over no-store, private and Authorization', () => {
    for (const value of ['no-store', 'private', 'no-cache', 'must-revalidate'])
      expect(force(7000, control(value), { isAuthorized: true })).toMatchObject({ mayStore: true, reason: '' })
  })
  it('of nothing store nothing', () => {
    expect(force(0, control('max-age=9'))).toMatchObject({ mayStore: false, reason: 'forced-ttl' })
  })
  it('are explicit, and their windows may be used', () => {
    expect(force(7000, control('no-cache, must-revalidate')).freshness).toMatchObject({
      isExplicit: true,
      isStaleForbidden: false,
      isNoCache: false,
      staleUntil: now + 9000,
      errorUntil: now + 10_000,
    })
  })
})

describe('what is worth its room', () => {
  const useful = (value: string, fields: string[] = [], mode: Mode = 'conformant') =>
    verdict([...control(value), ...fields], {}, mode)
  it.each([
    ['fresh', useful('max-age=9', [], 'cdn'), 9],
    [
      'stale on arrival, in its window to revalidate',
      useful('max-age=1, stale-while-revalidate=9', ['Age', '5'], 'cdn'),
      -4,
    ],
    ['stale on arrival, in its window for errors', useful('max-age=1, stale-if-error=9', ['Age', '5'], 'cdn'), -4],
    ['past all windows', useful('max-age=1, stale-if-error=2', ['Age', '5'], 'cdn'), 'of-no-use'],
    ['past all windows, where stale may be served when disconnected', useful('max-age=1', ['Age', '5']), -4],
    ['never fresh, without a validator', useful('max-age=0'), 'of-no-use'],
    ['never fresh, with ETag', useful('max-age=0', ['ETag', '"a"']), 0],
    ['no-cache without a validator', useful('no-cache, max-age=9'), 'of-no-use'],
    ['no-cache with Last-Modified', useful('no-cache, max-age=9', ['Last-Modified', at(-9)]), 9],
  ])('%s', (_, found, expected) => expect(found).toBe(expected))
})

describe('windows of RFC 5861', () => {
  const windows = (value: string, mode: Mode): number[] => {
    const { freshness } = judge([...control(value), 'ETag', '"a"'], {}, mode)
    return [freshness.staleUntil - freshness.freshUntil, freshness.errorUntil - freshness.freshUntil]
  }
  const both = 'stale-while-revalidate=2, stale-if-error=3'
  it.each([
    [`max-age=1, ${both}`, [2000, 3000], [2000, 3000]],
    [`s-maxage=1, ${both}`, [0, 0], [2000, 3000]],
    [`s-maxage=1, no-cache, ${both}`, [0, 0], [0, 0]],
    [`s-maxage=1, must-revalidate, ${both}`, [0, 0], [0, 0]],
    [`s-maxage=1, proxy-revalidate, ${both}`, [0, 0], [0, 0]],
    [`max-age=1, must-revalidate, ${both}`, [0, 0], [0, 0]],
    ['max-age=1, stale-while-revalidate=x, stale-if-error=-1', [0, 0], [0, 0]],
  ])('%s', (value, conformant, cdn) => {
    expect(windows(value, 'conformant')).toEqual(conformant)
    expect(windows(value, 'cdn')).toEqual(cdn)
  })
})

describe('details', () => {
  it('POST is stored with explicit freshness only (RFC 9110, 9.3.3)', () => {
    expect(verdict(control('max-age=9'), { method: 'POST' })).toBe(9)
    expect(verdict(['Last-Modified', at(-100)], { method: 'POST' })).toBe('method')
  })
  it('a 304 is no response to store', () => expect(verdict(control('max-age=9'), { status: 304 })).toBe('status'))
  it('Expires counts from Date, and from arrival without one', () => {
    const given = { fields: ['Expires', at(9)] }
    expect(verdict([], given)).toBe(9)
    expect(verdict([], { fields: ['Date', at(-5), 'Expires', at(9)] })).toBe(9)
    expect(judge([], { fields: ['Date', at(-5), 'Expires', at(9)] }).freshness.lifetimeMs).toBe(14_000)
  })
  it('the heuristic counts from Date, and from arrival without one', () => {
    expect(verdict([], { fields: ['Last-Modified', at(-100)] })).toBe(10)
    expect(judge([], { fields: ['Date', at(-50), 'Last-Modified', at(-100)] }).freshness.lifetimeMs).toBe(5000)
  })
  it('no lifetime is longer than 2^31 seconds', () => {
    const { freshness } = judge(['Expires', formatHttpDate(now + 2 ** 31 * 1000 + 9e6)])
    expect(freshness.lifetimeMs).toBe(2 ** 31 * 1000)
  })
  it('cdn: a 410 is remembered like a 404, a heuristic is for successes', () => {
    expect(verdict([], { status: 410 }, 'cdn')).toBe(10)
    expect(verdict(['Last-Modified', at(-100)], {}, 'cdn')).toBe(10)
    expect(verdict([...control('public'), 'Last-Modified', at(-100)], { status: 400 }, 'cdn')).toBe(0)
  })
  it('a heuristic needs a status that allows it', () => {
    expect(judge(['Last-Modified', at(-100)], { status: 201 }).freshness.lifetimeMs).toBe(0)
  })
  it('no field is unkept unless named', () => {
    expect(judge(control('max-age=9')).unkeptFields).toEqual([])
    expect(judge(control('max-age=9, private="A", no-cache="b"')).unkeptFields).toEqual(['b', 'a'])
  })
})
