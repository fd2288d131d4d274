import { describe, expect, it } from 'vitest'
import { parseCacheControl } from '../../../src/cache/http/directives.ts'
import { judgeStorage, type Mode } from '../../../src/cache/http/freshness.ts'
import { currentAgeMs, excuseFor, judgeReuse } from '../../../src/cache/http/reuse.ts'

const start = Date.UTC(2026, 10, 24)

function storedWith(control: string, mode: Mode = 'conformant', more: string[] = []) {
  const given = { method: 'GET', isAuthorized: false, isRequestNoStore: false, status: 200, requestedAt: start }
  const fields = ['Cache-Control', control, 'ETag', '"a"', ...more]
  return { respondedAt: start, freshness: judgeStorage({ ...given, respondedAt: start, fields }, mode).freshness }
}

function reuse(control: string, request: string, afterSeconds: number, mode: Mode = 'conformant') {
  return judgeReuse(storedWith(control, mode), parseCacheControl(request), start + afterSeconds * 1000, mode)
}

describe('RFC 9111, 4: constructing responses from caches', () => {
  it.each([
    ['fresh until the lifetime ends', 'max-age=10', '', 9.999, 'fresh'],
    ['and not a moment longer', 'max-age=10', '', 10, 'validate'],
    ['no-cache is never fresh (5.2.2.4)', 'max-age=10, no-cache', '', 0, 'validate'],
    [
      'stale-while-revalidate from then on (RFC 5861, 3)',
      'max-age=10, stale-while-revalidate=5',
      '',
      14.999,
      'stale-while-revalidate',
    ],
    ['to the end of its window (RFC 5861, 3)', 'max-age=10, stale-while-revalidate=5', '', 15, 'validate'],
    [
      'must-revalidate closes that window (5.2.2.2)',
      'max-age=10, must-revalidate, stale-while-revalidate=5',
      '',
      11,
      'validate',
    ],
  ])('%s', (_, control, request, after, expected) => expect(reuse(control, request, after)).toBe(expected))
})

describe('RFC 9111, 5.2.1: request directives', () => {
  it.each([
    ['max-age (5.2.1.1)', 'max-age=100', 'max-age=5', 5, 'fresh'],
    ['older than max-age (5.2.1.1)', 'max-age=100', 'max-age=5', 5.001, 'validate'],
    ['max-age=0', 'max-age=100', 'max-age=0', 0, 'validate'],
    ['max-stale (5.2.1.2)', 'max-age=10', 'max-stale=5', 15, 'stale-allowed'],
    ['staler than max-stale (5.2.1.2)', 'max-age=10', 'max-stale=5', 15.001, 'validate'],
    ['max-stale without a number accepts all (5.2.1.2)', 'max-age=10', 'max-stale', 1000, 'stale-allowed'],
    ['max-stale against must-revalidate (4.2.4)', 'max-age=10, must-revalidate', 'max-stale', 11, 'validate'],
    ['min-fresh (5.2.1.3)', 'max-age=10', 'min-fresh=5', 4.999, 'fresh'],
    ['not that fresh any more (5.2.1.3)', 'max-age=10', 'min-fresh=5', 5, 'validate'],
    ['no-cache (5.2.1.4)', 'max-age=10', 'no-cache', 0, 'validate'],
    ['an invalid max-age is conservative', 'max-age=10', 'max-age=x', 0, 'validate'],
  ])('%s', (_, control, request, after, expected) => expect(reuse(control, request, after)).toBe(expected))

  it('heeds none of them in cdn', () => {
    expect(reuse('max-age=10', 'no-cache, max-age=0, min-fresh=100', 1, 'cdn')).toBe('fresh')
  })
})

describe('RFC 9111, 4.2.4 and RFC 5861, 4: when the fetch fails', () => {
  const excuse = (control: string, after: number, isUnreachable: boolean, request = '') =>
    excuseFor(storedWith(control), parseCacheControl(request), isUnreachable, start + after * 1000, 'conformant')
  it.each([
    ['an unreachable origin excuses stale by default', excuse('max-age=2', 9, true), 'unreachable'],
    ['an error does not', excuse('max-age=2', 9, false), undefined],
    ['an error within stale-if-error does', excuse('max-age=2, stale-if-error=60', 61.9, false), 'stale-if-error'],
    ['after that window nothing does', excuse('max-age=2, stale-if-error=60', 62, true), undefined],
    ['nor under must-revalidate', excuse('max-age=2, must-revalidate', 9, true), undefined],
    ['nor under proxy-revalidate', excuse('max-age=2, proxy-revalidate', 9, true), undefined],
    ['nor under no-cache', excuse('max-age=2, no-cache', 9, true), undefined],
    ['nor under s-maxage', excuse('s-maxage=2', 9, true), undefined],
    ['nor when the request says no-cache', excuse('max-age=2', 9, true, 'no-cache'), undefined],
    ['a request may open a window itself', excuse('max-age=2', 9, false, 'stale-if-error=60'), 'stale-if-error'],
  ])('%s', (_, found, expected) => expect(found).toBe(expected))
})

describe('RFC 9111, 4.2.3: current_age', () => {
  it('adds the time that it lay here to the age on arrival', () => {
    expect(currentAgeMs(storedWith('max-age=100', 'conformant', ['Age', '30']), start + 5000)).toBe(35_000)
  })
  it('does not run backwards with the clock', () => {
    expect(currentAgeMs(storedWith('max-age=100'), start - 5000)).toBe(0)
  })
})
