import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RowSink, TraceFormat } from '../../src/traffic/traces/format.ts'
import { detectFormat, traceFormats } from '../../src/traffic/traces/index.ts'
import { Remap } from '../../src/traffic/traces/remap.ts'

type Row = [timeS: number, id: string, bytes: number, lat: number, lon: number]

/** Reads a text or bytes that come in pieces of a size. */
function read(format: TraceFormat, input: string | Uint8Array, piece = 7, columns: Record<string, string> = {}): Row[] {
  const rows: Row[] = []
  const sink: RowSink = {
    row: (time, low, high, bytes, lat, lon) => rows.push([time, `${high >>> 0}:${low >>> 0}`, bytes, lat, lon]),
  }
  const parser = format.createParser(sink, { file: 'trace', columns })
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
  for (let start = 0; start < bytes.length; start += piece) parser.push(bytes.slice(start, start + piece))
  parser.end()
  return rows
}

const format = (name: string): TraceFormat => traceFormats.choose(name).definition

function record(time: number, id: bigint, bytes: number, next: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(24))
  view.setUint32(0, time, true)
  view.setBigUint64(4, id, true)
  view.setUint32(12, bytes, true)
  view.setBigInt64(16, next, true)
  return new Uint8Array(view.buffer)
}

describe('trace readers', () => {
  it('reads oracleGeneral however it is cut into pieces', () => {
    const rows = fc.array(fc.tuple(fc.nat(1000), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(2 ** 31)), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 60 }), (given, piece) => {
        const bytes = Uint8Array.from(given.flatMap(([time, id, size]) => [...record(time, id, size, -1n)]))
        const expected = given.map(([time, id, size]) => [time, `${id >> 32n}:${id & 0xffffffffn}`, size])
        expect(read(format('oracleGeneral'), bytes, piece).map(row => row.slice(0, 3))).toEqual(expected)
      }),
    )
  })

  it('says which record is cut off', () => {
    expect(() => read(format('oracleGeneral'), new Uint8Array(24 * 3 + 5))).toThrow(
      /record 4, byte offset 72: .*5 of 24/,
    )
  })

  it('reads columns by header, by number and in their usual order', () => {
    const rows = [
      [1, '0:17', 100],
      [2.5, '0:9', 3],
    ]
    const first3 = (all: Row[]) => all.map(row => row.slice(0, 3))
    expect(first3(read(format('csv'), '1,17,100\n2.5,9,3\n'))).toEqual(rows)
    expect(first3(read(format('csv'), 'size;time;object\r\n100;1;17\r\n\r\n3;2.5;9'))).toEqual(rows)
    expect(
      first3(read(format('csv'), 'a\tb\tc\n17\t100\t1\n9\t3\t2.5\n', 5, { id: 'a', size: 'b', time: '3' })),
    ).toEqual(rows)
    expect(read(format('csv'), 'time,id,size,lat,lon\n0,"x,y",5,48.8,-2.3\n')[0]!.slice(2)).toEqual([5, 48.8, -2.3])
  })

  it('reads plain rows at once as it reads them with care, however the text is cut', () => {
    const digits = (most: number) => fc.stringMatching(new RegExp(`^\\d{1,${most}}$`))
    const time = fc.oneof(
      digits(19),
      fc.tuple(digits(8), digits(9)).map(parts => parts.join('.')),
      fc.constantFrom('1e3', '7.', '.5'),
    )
    const id = fc.oneof(digits(20), fc.constantFrom('a', '-3', '"1,2"', '"a""b"', '007', '999999999', '1000000000'))
    const row = fc.tuple(time, id, digits(15), fc.constantFrom('', ',x', ',"y'), fc.constantFrom('\n', '\r\n'))
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), rows => {
        const text = `time,id,size,more\n${rows.map(([a, b, c, more, end]) => `${a},${b},${c}${more}${end}`).join('')}`
        const whole = read(format('csv'), text, 1 << 20)
        expect(whole).toHaveLength(rows.length)
        expect(whole).toEqual(read(format('csv'), text, 1))
        whole.forEach(([, number, bytes], index) => {
          const [, name, size] = rows[index]!
          expect(bytes).toBe(Number(size))
          if (/^(?:0|[1-9]\d{0,18})$/.test(name))
            expect(number).toBe(`${BigInt(name) >> 32n}:${BigInt(name) & 0xffffffffn}`)
        })
      }),
    )
  })

  it('gives equal names equal ids and other names other ids, numbers of 64 bits as they are', () => {
    const ids = (text: string) => read(format('txt'), text).map(row => row[1])
    expect(ids('4294967296\n18446744073709551615\n')[0]).toBe('1:0')
    const [a, b, again] = ids('/index.html\n/index.htm\n/index.html\n')
    expect(a).toBe(again)
    expect(a).not.toBe(b)
  })

  it.each([
    ['csv', '1,2,3\n1,2\n', /trace:2: 2 columns where 3/],
    ['csv', '1,2,three\n', /trace:1:5: "three" is no size/],
    ['csv', '1,2,3\n1,"2"x,3\n', /trace:2: a quoted column does not end at a separator/],
    ['csv', '1,2,-3\n', /trace:1: a negative size/],
    ['csv', 'when,what\n1,2\n', /trace:1: no column holds the object's id/],
    ['txt', 'x'.repeat(1 << 21), /more than 1048576 bytes/],
  ])('refuses %s %j', (name, text, message) => expect(() => read(format(name), text, 1 << 16)).toThrow(message))

  it('knows formats by name and by content', () => {
    const head = (text: string) => new TextEncoder().encode(text)
    expect(detectFormat(head('x'), 'a.oracleGeneral.zst').name).toBe('oracleGeneral')
    expect(detectFormat(head('x'), 'a.csv.gz').name).toBe('csv')
    expect(detectFormat(Uint8Array.from([...record(1, 5n, 9, 2n), ...record(1, 5n, 9, -1n)]), 'a').name).toBe(
      'oracleGeneral',
    )
    expect(detectFormat(head('1,2,3\n4,5,6\n'), 'a').name).toBe('csv')
    expect(detectFormat(head('aa\nbb\n'), 'a').name).toBe('txt')
    expect(() => detectFormat(Uint8Array.from([0, 255, 3, 200, 7]), 'a')).toThrow(/format of this trace is not known/)
  })

  it('numbers ids in order of first appearance as a Map does', () => {
    const ids = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40 })), { maxLength: 400 })
    fc.assert(
      fc.property(ids, given => {
        const remap = new Remap()
        const oracle = new Map<string, number>()
        for (const [high, low] of given) {
          const key = `${high}:${low}`
          if (!oracle.has(key)) oracle.set(key, oracle.size)
          expect(remap.numberOf(low * 0x10000001, high * 0x40000001)).toBe(oracle.get(key))
        }
        expect(remap.count).toBe(oracle.size)
        const lows = Int32Array.from(given, ([, low]) => low * 0x10000001)
        const highs = Int32Array.from(given, ([high]) => high * 0x40000001)
        const inBlocks = new Remap()
        for (let from = 0; from < given.length; from += 64)
          inBlocks.numberAll(lows, highs.subarray(from), from, Math.min(64, given.length - from))
        expect([...lows]).toEqual(given.map(([high, low]) => oracle.get(`${high}:${low}`)))
      }),
    )
    const many = new Remap()
    const wrong = Array.from({ length: 200_000 }, (_, id) => id).filter(
      id => many.numberOf(Math.imul(id, 0x9e3779b1), 0) !== id,
    )
    expect(wrong).toEqual([])
  })
})
