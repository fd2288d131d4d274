import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../../src/files/atlas.ts'
import { createLocator, locatedBy } from '../../../src/traffic/logs/locate.ts'
import { createLogColumns, type LogRecord } from '../../../src/traffic/logs/log-columns.ts'
import { createLogRow, type LogRow } from '../../../src/traffic/logs/log-row.ts'
import { setObject, setVisitor } from '../../../src/traffic/logs/names.ts'
import { timeOrder } from '../../../src/traffic/logs/time-order.ts'

const atlas = loadAtlas()
const frankfurt = { lat: 50.1, lon: 8.7, name: 'Frankfurt', cc: 'DE' }
const popPlace = (code: string) => (code === 'FRA' ? frankfurt : undefined)

type Said = Partial<LogRow> & { path?: string; visitor?: string }

function record(rows: readonly Said[], salt = { low: 1, high: 2 }): LogRecord {
  const columns = createLogColumns(createLocator(atlas, popPlace, null))
  rows.forEach(({ path = '/a', visitor = '', ...said }, index) => {
    const row = { ...createLogRow(), timeMs: 1000 * index, bodyBytes: 100, ...said }
    setObject(row, row.method, 'h', path, true)
    setVisitor(row, visitor, salt)
    columns.add(row)
  })
  return columns.finish()
}

describe('parts of objects', () => {
  it('keep the bytes that were sent, request by request, and are counted', () => {
    const { sentBytes, facts } = record([
      { bodyBytes: 1000 },
      { status: 206, bodyBytes: 200, leastBytes: 700 },
      { status: 206, bodyBytes: 300, leastBytes: 1000 },
      { status: 206, bodyBytes: Number.NaN },
      { status: 304, bodyBytes: 0 },
    ])
    expect([...sentBytes!]).toEqual([Number.NaN, 200, 300, Number.NaN, Number.NaN])
    expect(facts).toMatchObject({ parts: 3, partBytes: 500, silentParts: 1 })
    expect(record([{ bodyBytes: 5 }]).sentBytes).toBeNull()
  })
})

describe('sizes of objects', () => {
  it.each<[string, Said[], number]>([
    [
      'the largest whole body: who leaves gets less',
      [{ bodyBytes: 300 }, { bodyBytes: 1000 }, { bodyBytes: 20 }],
      1000,
    ],
    [
      'nothing from HEAD and 304',
      [{ method: 'HEAD', bodyBytes: 0 }, { status: 304, bodyBytes: 0 }, { bodyBytes: 70 }],
      70,
    ],
    ['nothing from an error', [{ bodyBytes: 70 }, { status: 503, bodyBytes: 9000 }], 70],
    [
      'the farthest end of parts',
      [
        { status: 206, bodyBytes: 10, leastBytes: 500 },
        { status: 206, bodyBytes: 20, leastBytes: 90 },
      ],
      500,
    ],
    ['the part itself where its end is not told', [{ status: 206, bodyBytes: 44 }], 44],
    [
      'a whole body rather than parts of it',
      [{ bodyBytes: 800 }, { status: 206, bodyBytes: 10, leastBytes: 500 }],
      800,
    ],
    ['the part, of what is never stored and never whole', [{ status: 206, bodyBytes: 44, verdict: 'pass' }], 44],
    [
      'the whole that a part names, where a visitor left before the end of it',
      [{ bodyBytes: 300 }, { status: 206, bodyBytes: 10, leastBytes: 1234 }],
      1234,
    ],
    ['the body of a 404 that is stored', [{ status: 404, bodyBytes: 31 }], 31],
    ['at least a byte', [{ bodyBytes: 0 }], 1],
  ])('are %s', (_what, rows, expected) => {
    expect([...record(rows).bytesOf]).toEqual([expected])
  })

  it('are the median of the others where nothing whole was seen', () => {
    const others = [10, 20, 30].map(bodyBytes => ({ path: `/${bodyBytes}`, bodyBytes }))
    const { bytesOf, unknownSizes } = record([...others, { path: '/x', status: 304, bodyBytes: 0 }])
    expect([...bytesOf, unknownSizes]).toEqual([10, 20, 30, 20, 1])
  })

  it('are the mean of what must not be stored', () => {
    expect([
      ...record([
        { method: 'POST', bodyBytes: 10 },
        { method: 'POST', bodyBytes: 30 },
      ]).bytesOf,
    ]).toEqual([20])
  })
})

describe('what must not be stored', () => {
  it.each<[string, Said[], 0 | 1]>([
    ['another method than GET and HEAD', [{ method: 'POST' }], 1],
    ['HEAD', [{ method: 'HEAD' }], 0],
    ['a redirect that may change, RFC 9110 15.4.3', [{ status: 302 }], 1],
    ['a lasting redirect', [{ status: 301 }], 0],
    ['what is forbidden', [{ status: 403 }], 1],
    ['what the log says was passed by', [{ verdict: 'pass' }], 1],
    ['what was passed by once and a hit later', [{ verdict: 'pass' }, { verdict: 'hit' }], 0],
    ['an error between good answers', [{ verdict: 'miss' }, { status: 503, verdict: 'error' }], 0],
    [
      'what misses again where it has just been fetched',
      [
        { verdict: 'miss', pop: 'FRA' },
        { verdict: 'miss', pop: 'FRA', timeMs: 9000 },
      ],
      1,
    ],
    [
      'what misses at another PoP',
      [
        { verdict: 'miss', pop: 'FRA' },
        { verdict: 'miss', pop: 'AMS', timeMs: 9000 },
      ],
      0,
    ],
    [
      'what misses again much later',
      [
        { verdict: 'miss', pop: 'FRA' },
        { verdict: 'miss', pop: 'FRA', timeMs: 90_000 },
      ],
      0,
    ],
    [
      'what misses twice at once',
      [
        { verdict: 'miss', pop: 'FRA' },
        { verdict: 'miss', pop: 'FRA', timeMs: 400 },
      ],
      0,
    ],
  ])('%s', (_what, rows, expected) => {
    expect([...record(rows).isPass]).toEqual([expected])
  })
})

describe('visitors', () => {
  it('are counted exactly, whatever the salt, and those without an address not at all', () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({
      visitor: index % 7 === 0 ? '-' : `192.0.2.${index % 101}`,
    }))
    const expected = new Set(rows.map(({ visitor }) => visitor).filter(visitor => visitor !== '-')).size
    expect(record(rows).facts.visitors).toBe(expected)
    expect(record(rows, { low: -9, high: 77 }).facts.visitors).toBe(expected)
  })

  it('are found by coordinates, else by country, else where their PoP stands', () => {
    const locator = createLocator(atlas, popPlace, null)
    const locate = (said: Said) => locator.places[locator.locate({ ...createLogRow(), ...said })]
    expect(locate({ lat: 48.86, lon: 2.35, country: 'DE', pop: 'FRA' })).toMatchObject({ name: 'Paris', cc: 'FR' })
    expect(locate({ country: 'JP', pop: 'FRA' })!.cc).toBe('JP')
    expect(locate({ country: 'XX', pop: 'FRA' })).toEqual(frankfurt)
    expect(locate({ lat: 991, lon: 0, pop: 'QQX' })).toBeUndefined()
    expect([...locator.counts]).toEqual(locatedBy.map(by => (by === 'address' ? 0 : 1)))
  })
})

describe('order of time', () => {
  it('is that of a stable sort, to the ms', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(50), fc.nat(4_000_000_000), fc.nat(9_000)), { maxLength: 60 }), times => {
        const order = timeOrder(Float64Array.from(times), times.length)
        const expected = [...times.keys()].sort((a, b) => times[a]! - times[b]! || a - b)
        expect(order === null ? [...times.keys()] : [...order]).toEqual(expected)
      }),
    )
  })

  it('puts every column in order', () => {
    const { timesMs, objects, verdicts, facts } = record([
      { timeMs: 5000, path: '/late', verdict: 'hit' },
      { timeMs: 2000, path: '/early', verdict: 'miss' },
      { timeMs: 2500, path: '/late', verdict: 'stale' },
    ])
    expect([[...timesMs], [...objects], [...verdicts]]).toEqual([
      [0, 500, 3000],
      [1, 0, 0],
      [3, 1, 0],
    ])
    expect(facts).toMatchObject({ firstMs: 2000, lastMs: 5000, isSorted: false })
  })
})
