import fc from 'fast-check'
import { parseList } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { formatCacheStatus } from '../../../src/cache/http/cache-status.ts'
import { parseCacheControl } from '../../../src/cache/http/directives.ts'
import { membersOf } from '../../../src/cache/http/fields.ts'
import { judgeStorage } from '../../../src/cache/http/freshness.ts'
import { connectionNames, endToEndFields, forbiddenConnectionName } from '../../../src/cache/http/hop-by-hop.ts'
import { primaryKey, readAuthority, readTarget } from '../../../src/cache/http/target.ts'
import { parseTargetedControl } from '../../../src/cache/http/targeted.ts'
import { prefersLanguage, variantKey } from '../../../src/cache/http/vary.ts'

describe('RFC 9112, 3.2 and RFC 3986, 6.2.2: request targets in one form', () => {
  it.each([
    ['/a/b?c=d', '/a/b?c=d'],
    ['/a/./b/../c', '/a/c'],
    ['/a/..', '/'],
    ['/a/b/..', '/a/'],
    ['/%61%7E%2f', '/a~%2F'],
    ['/a%2eb', '/a.b'],
    ['//evil.example/x', '//evil.example/x'],
    ['http://Example.org:80/x', '/x'],
    ['http://example.org', '/'],
    ['/a?b=/../c', '/a?b=/../c'],
    ['/a|b;c', '/a|b;c'],
  ])('%s', (written, path) => expect(readTarget(written)?.path).toBe(path))
  it.each([
    '/../a', '/a/../../b', '/%2e%2e/a', '/..%2fa', '/a/..%5cb', '/\\evil', '/a#b', '/a b', '/%zz', '/%', '/%00', '/a%0ab',
    '/a?b=%00', 'a', '', 'ftp://x/', 'http://user@host/', 'http:///x', '/\u00fc', '/\x7f',
  ])('refused: %s', written => expect(readTarget(written)).toBeUndefined()) // biome-ignore format: table
  it('is its own normal form', () => {
    const letters = fc.constantFrom('/', '.', '%', '2', 'e', 'E', 'f', 'a', '?', '5', 'c', ';')
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 30 }), text => {
        const once = readTarget(`/${text}`)
        if (once) expect(readTarget(once.path)).toEqual(once)
      }),
      { numRuns: 2000 },
    )
  })
  it('reads hosts', () => {
    expect(readAuthority('Example.ORG:080')).toBe('example.org')
    expect(readAuthority('[::1]:8080')).toBe('[::1]:8080')
    for (const bad of ['', 'a b', 'a/b', 'a@b', 'a:b', 'a:99999', ':80']) expect(readAuthority(bad)).toBeUndefined()
  })
  it('makes no two keys alike', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (a, b, c, d) => {
        if (a !== c || b !== d) expect(primaryKey(a, b)).not.toBe(primaryKey(c, d))
      }),
    )
  })
})

describe('RFC 9111, 4.1: Vary', () => {
  const match = (names: string[], a: string[], b: string[]): boolean => variantKey(names, a) === variantKey(names, b)
  it.each([
    ['the same', ['foo'], ['Foo', '1'], ['fOO', '1'], true],
    ['another value', ['foo'], ['Foo', '1'], ['Foo', '2'], false],
    ['absent from both', ['foo'], ['Bar', '1'], [], true],
    ['absent from one', ['foo'], ['Foo', '1'], [], false],
    ['empty is not absent', ['foo'], ['Foo', ''], [], false],
    ['lines joined', ['foo'], ['Foo', '1, 2'], ['Foo', '1', 'Foo', '2'], true],
    ['white space', ['foo'], ['Foo', '1,2'], ['Foo', ' 1, 2 '], true],
    ['order of unknown fields counts', ['foo'], ['Foo', '1,2'], ['Foo', '2,1'], false],
    [
      'order of languages does not',
      ['accept-language'],
      ['Accept-Language', 'en, de'],
      ['Accept-Language', 'De,eN'],
      true,
    ],
    [
      'weights of codings do',
      ['accept-encoding'],
      ['Accept-Encoding', 'gzip, br;q=0.5'],
      ['Accept-Encoding', 'gzip, br'],
      false,
    ],
    [
      'a weight of 1 is the default',
      ['accept-encoding'],
      ['Accept-Encoding', 'gzip;q=1.0, br'],
      ['Accept-Encoding', 'br, gzip'],
      true,
    ],
    ['two fields do not run together', ['a', 'b'], ['A', '1;1:2', 'B', ''], ['A', '1', 'B', '2'], false],
  ])('%s', (_, names, a, b, expected) => expect(match(names, a, b)).toBe(expected))
  it('knows the language that is asked for above all', () => {
    expect(prefersLanguage('fr;q=0.5, de;q=1.0', 'de')).toBe(true)
    expect(prefersLanguage('fr, de', 'de')).toBe(false)
    expect(prefersLanguage('fr', 'de')).toBe(false)
  })
})

describe('RFC 9110, 7.6.1: fields of one hop', () => {
  it('drops Connection, what it names, and the fields that are always of one hop', () => {
    const fields = [
      'Connection',
      'a, B',
      'A',
      '1',
      'b',
      '2',
      'C',
      '3',
      'TE',
      'x',
      'Proxy-Authenticate',
      'y',
      'X-New',
      'z',
    ]
    expect(endToEndFields(fields)).toEqual(['C', '3', 'X-New', 'z'])
  })
  it.each(['host', 'Content-Length', 'transfer-encoding', 'COOKIE', 'authorization', 'cache-control', 'age'])(
    'Connection must not name %s',
    name => expect(forbiddenConnectionName(connectionNames(['Connection', `close, ${name}`]))).toBe(name.toLowerCase()),
  )
})

describe('RFC 9211: Cache-Status', () => {
  it('is a structured list whatever the key', () => {
    fc.assert(
      fc.property(fc.string(), key => {
        const text = formatCacheStatus('pop-1', {
          isHit: false,
          fwd: 'stale',
          fwdStatus: 304,
          ttl: -3,
          key,
          isStored: true,
        })
        const [[name, parameters]] = parseList(text) as unknown as [[unknown, Map<string, unknown>]]
        expect(String(name)).toBe('pop-1')
        expect(parameters.get('fwd-status')).toBe(304)
        expect(parameters.get('key')).toBe(key.replace(/[^\x20-\x7e]/g, '?'))
      }),
    )
  })
})

describe('soups of fields', () => {
  const name = fc.constantFrom(
    'Cache-Control',
    'CDN-Cache-Control',
    'Age',
    'Date',
    'Expires',
    'Vary',
    'Set-Cookie',
    'ETag',
  )
  const word = fc.constantFrom(
    'max-age',
    '=',
    ',',
    '"',
    '\\',
    '10',
    'no-store',
    '-1',
    ';',
    ' ',
    '*',
    's-maxage',
    'Thu, ',
    'W/',
  )
  const soup = fc.array(
    fc.tuple(
      name,
      fc.array(word, { maxLength: 8 }).map(words => words.join('')),
    ),
    { maxLength: 8 },
  )
  it('never make the judge throw, store a no-store, or count a wrong time', () => {
    const given = {
      method: 'GET',
      isAuthorized: false,
      isRequestNoStore: false,
      status: 200,
      requestedAt: 0,
      respondedAt: 0,
    }
    fc.assert(
      fc.property(soup, pairs => {
        const fields = pairs.flat()
        for (const mode of ['conformant', 'cdn'] as const) {
          const { mayStore, freshness } = judgeStorage({ ...given, fields }, mode)
          expect(Number.isFinite(freshness.freshUntil)).toBe(true)
          expect(freshness.staleUntil).toBeGreaterThanOrEqual(freshness.freshUntil)
          const control =
            parseTargetedControl(fields) ??
            parseCacheControl(fields.filter((_, at) => at % 2 === 1 && fields[at - 1] === 'Cache-Control').join(', '))
          if (control.has('no-store')) expect(mayStore).toBe(false)
        }
      }),
      { numRuns: 3000 },
    )
  })
  it('keep quoted commas together', () => {
    expect(membersOf('a="1, \\"2", b , ,c')).toEqual(['a="1, \\"2"', 'b', 'c'])
  })
})
