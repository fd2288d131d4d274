import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels } from '../../src/files/kernels.ts'
import { createNumbering } from '../../src/kernels/numbering.ts'
import { createRandom } from '../../src/lib/random.ts'
import { createTraceColumns } from '../../src/traffic/trace-columns.ts'
import type { RowSink } from '../../src/traffic/traces/format.ts'
import { traceFormats } from '../../src/traffic/traces/index.ts'

const kernels = loadKernels(new URL('../../dist/kernels/kernels.wasm', import.meta.url))!

/** How the pieces of a trace come: from memory of their own, cut anywhere, or read into the window. */
type Pieces = number | 'window'

function parse(format: string, input: Uint8Array, sink: RowSink, pieces: Pieces, window?: () => Uint8Array): void {
  const parser = traceFormats.choose(format).definition.createParser(sink, { file: 'trace', columns: {} })
  for (let from = 0; from < input.length; ) {
    const room = pieces === 'window' ? window!() : new Uint8Array(Number(pieces))
    const piece = input.subarray(from, from + room.length)
    room.set(piece)
    parser.push(room.subarray(0, piece.length))
    from += piece.length
  }
  parser.end()
}

/** What the numbering makes of a trace. */
function numbered(format: string, input: Uint8Array, pieces: Pieces, times = true) {
  const ids: number[] = []
  const bytes: number[] = []
  const timesS: number[] = []
  const numbering = createNumbering(kernels, {
    likelyObjects: 1,
    sizes: true,
    times,
    take(newIds, newBytes, seconds) {
      for (const id of newIds) ids.push(id)
      for (const size of newBytes) bytes.push(size)
      for (const time of seconds) timesS.push(time)
    },
  })
  const sink: RowSink = {
    row: (time, low, high, size) => numbering.row(time, low, high, Math.min(size, 0xffffffff)),
    bulk: numbering,
  }
  parse(format, input, sink, pieces, numbering.window)
  const { objects, footprintBytes, requestedBytes, emptyRows, earlierRows } = numbering.end()
  return { ids, bytes, timesS, objects, footprintBytes, requestedBytes, emptyRows, earlierRows }
}

/** What the readable columns make of it. */
function readably(format: string, input: Uint8Array) {
  const columns = createTraceColumns()
  parse(format, input, columns.sink, 1 << 16)
  const { ids, bytes, timesS, objects, footprintBytes, notes } = columns.trace('trace')
  return {
    ids: [...ids],
    bytes: [...bytes],
    timesS: [...timesS],
    objects,
    footprintBytes,
    requestedBytes: bytes.reduce((sum, size) => sum + size, 0),
    emptyRows: notes['requests of size 0 left out'] ?? 0,
    earlierRows: notes['requests earlier than the one before'] ?? 0,
  }
}

/** Ids that are spread over 64 bits, that follow each other, and that differ in high bits only, so that slots collide. */
function someIds(count: number, objects: number, kind: number, seed: number): bigint[] {
  const random = createRandom(seed, 'ids')
  return Array.from({ length: count }, () => {
    const object = BigInt(Math.floor(objects * random.unit() ** 2))
    if (kind === 0) return object
    return kind === 1 ? object << 44n : BigInt.asUintN(64, object * 0x9e3779b97f4a7c15n)
  })
}

describe('numbering many rows at a time', () => {
  it('gives records the numbers that one row at a time gives, however they come', () => {
    const asked = fc.record({
      count: fc.integer({ min: 1, max: 20_000 }),
      objects: fc.constantFrom(1, 30, 3000, 100_000),
      kind: fc.nat(2),
      seed: fc.nat(),
      pieces: fc.constantFrom<Pieces>('window', 5, 1000, 1 << 20),
      least: fc.nat(1),
    })
    const equal = fc.property(asked, ({ count, objects, kind, seed, pieces, least }) => {
      const random = createRandom(seed, 'rows')
      const input = Buffer.alloc(24 * count)
      someIds(count, objects, kind, seed).forEach((id, row) => {
        input.writeUInt32LE(1000 + (row >> 3) - random.below(2), 24 * row)
        input.writeBigUInt64LE(id, 24 * row + 4)
        input.writeUInt32LE(least + random.below(50), 24 * row + 12)
      })
      input.writeUInt32LE(7, 12)
      const expected = readably('oracleGeneral', input)
      expect(numbered('oracleGeneral', input, pieces)).toEqual(expected)
      expect(numbered('oracleGeneral', input, pieces, false)).toEqual({ ...expected, timesS: [] })
    })
    fc.assert(equal, { numRuns: 25, seed: 3 })
  })

  it('reads plain lines and leaves all others to the careful reader', () => {
    const odd = [
      '5,abc,7',
      '',
      '6,"12",8',
      '7,007,9',
      '8,12345678901234567890,1',
      '9,1,5000000000',
      '1e3,4,2',
      ' 3,4,5',
      '2,3,4,5',
      '12.5,77,3',
      '13.,78,3',
      '1700000000123,5,5',
      '1.234567890123456,9,9',
      '3,18446744073709551615,2',
      '4,999999999999999999,2\r',
    ]
    const asked = fc.record({
      lines: fc.integer({ min: 1, max: 12_000 }),
      oneIn: fc.constantFrom(3, 500, 1e9),
      seed: fc.nat(),
      pieces: fc.constantFrom<Pieces>('window', 7, 3000, 1 << 20),
      end: fc.constantFrom('', '\n', '\r\n'),
    })
    const equal = fc.property(asked, ({ lines, oneIn, seed, pieces, end }) => {
      const random = createRandom(seed, 'lines')
      const rows = Array.from({ length: lines }, (_, row) =>
        random.below(oneIn) === 1
          ? odd[random.below(odd.length)]!
          : `${row >> 2},${random.below(900)},${1 + random.below(99)}`,
      )
      const input = new TextEncoder().encode(`time,id,size\n0,0,1\n${rows.join('\n')}${end}`)
      expect(numbered('csv', input, pieces)).toEqual(readably('csv', input))
    })
    fc.assert(equal, { numRuns: 25, seed: 5 })
  })

  it('says the line of a mistake behind plain ones', () => {
    const rows = Array.from({ length: 30_000 }, (_, row) => `${row},${row % 70},5`)
    const input = new TextEncoder().encode(`time,id,size\n${rows.join('\n')}\n1,2\n`)
    for (const pieces of ['window', 1 << 16] as const)
      expect(() => numbered('csv', input, pieces)).toThrow(/trace:30002: 2 columns where 3 are read/)
  })
})
