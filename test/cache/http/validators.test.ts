import { describe, expect, it } from 'vitest'
import { lineOf } from '../../../src/cache/http/fields.ts'
import {
  fieldsOfNotModified,
  isAbout,
  isNotModified,
  isSameRepresentation,
  matchesStrongly,
  matchesWeakly,
  updatedFields,
  validatingFields,
} from '../../../src/cache/http/validators.ts'

const now = Date.UTC(2026, 10, 24)
const older = 'Sun, 22 Nov 2026 00:00:00 GMT'
const old = 'Mon, 23 Nov 2026 00:00:00 GMT'

describe('RFC 9110, 8.8.3.2: comparison of entity tags', () => {
  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ])('%s and %s', (a, b, strongly, weakly) => {
    expect(matchesStrongly(a, b)).toBe(strongly)
    expect(matchesWeakly(a, b)).toBe(weakly)
  })
})

describe('RFC 9111, 4.3.2: handling a received validation request', () => {
  const stored = ['ETag', '"a"', 'Last-Modified', old, 'Date', old]
  it.each([
    ['a matching tag', ['If-None-Match', '"a"'], true],
    ['weakly compared', ['If-None-Match', 'W/"a"'], true],
    ['in a list', ['If-None-Match', '"x", "a,b", "a"'], true],
    ['in a list of several lines', ['If-None-Match', '"x"', 'If-None-Match', '"a"'], true],
    ['any', ['If-None-Match', '*'], true],
    ['none', ['If-None-Match', '"x"'], false],
    ['If-None-Match before If-Modified-Since', ['If-None-Match', '"x"', 'If-Modified-Since', old], false],
    ['and the other way round', ['If-None-Match', '"a"', 'If-Modified-Since', older], true],
    ['If-Modified-Since, equal', ['If-Modified-Since', old], true],
    ['If-Modified-Since, earlier', ['If-Modified-Since', older], false],
    ['If-Modified-Since in another format', ['If-Modified-Since', 'Monday, 23-Nov-26 00:00:00 GMT'], true],
    ['an invalid date is ignored', ['If-Modified-Since', '2026-11-23'], false],
  ])('%s', (_, request, expected) => expect(isNotModified(request, stored, now)).toBe(expected))
  it('compares with Date where there is no Last-Modified', () => {
    expect(isNotModified(['If-Modified-Since', old], ['Date', old], now)).toBe(true)
    expect(isNotModified(['If-Modified-Since', older], ['Date', old], now)).toBe(false)
  })
})

describe('RFC 9110, 15.4.5: 304 Not Modified', () => {
  it('carries what a 200 would have for the cache, and nothing of the content', () => {
    const stored = ['ETag', '"a"', 'Content-Type', 'text/plain', 'Vary', 'x', 'Content-Length', '3', 'Expires', old]
    expect(fieldsOfNotModified(stored)).toEqual(['ETag', '"a"', 'Vary', 'x', 'Expires', old])
  })
})

describe('RFC 9111, 4.3.1: sending a validation request', () => {
  it('sends both validators', () => {
    expect(validatingFields(['ETag', '"a"', 'Last-Modified', old])).toEqual([
      'If-None-Match', '"a"', 'If-Modified-Since', old,
    ]) // biome-ignore format: pairs
  })
})

describe('RFC 9111, 4.3.4 and 3.2: freshening stored responses', () => {
  it('updates only what its strong validator names', () => {
    expect(isAbout(['ETag', '"b"'], ['ETag', '"a"'])).toBe(false)
    expect(isAbout(['ETag', '"a"'], ['ETag', '"a"'])).toBe(true)
    expect(isAbout([], ['ETag', '"a"'])).toBe(true)
  })
  it('replaces all lines of a field, adds new ones, keeps the others', () => {
    const updated = updatedFields(['A', '1', 'a', '2', 'B', '3'], ['A', '4', 'C', '5'])
    expect(updated).toEqual(['B', '3', 'A', '4', 'C', '5'])
  })
  it.each(['Content-Length', 'Content-Encoding', 'Content-Range'])('never changes %s', name => {
    expect(lineOf(updatedFields([name, 'old'], [name, 'new']), name.toLowerCase())).toBe('old')
  })
})

describe('RFC 9111, 4.3.5: freshening responses with HEAD', () => {
  it('compares validators and length', () => {
    expect(isSameRepresentation(['ETag', '"a"', 'Content-Length', '3'], ['ETag', '"a"'], 3)).toBe(true)
    expect(isSameRepresentation(['ETag', '"b"'], ['ETag', '"a"'], 3)).toBe(false)
    expect(isSameRepresentation(['Content-Length', '4'], [], 3)).toBe(false)
  })
})
