import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadTrace } from '../../src/files/trace-load.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-load-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const rows = Array.from({ length: 5000 }, (_, row) => `${row},${(row * 7919) % 613},${100 + (row % 50)}`)
const text = `time,id,size\n${rows.join('\n')}\n`

function load(name: string, bytes: Uint8Array | string, lenient = false, format = 'auto') {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return loadTrace(path, { format, columns: {}, lenient })
}

describe('loading a trace', () => {
  it('gives the same columns plain and packed', async () => {
    const plain = await load('plain.csv', text)
    const packed = await load('packed.csv.gz', gzipSync(text))
    expect([plain.count, plain.objects]).toEqual([5000, 613])
    expect(packed.ids).toEqual(plain.ids)
    expect(packed.bytes).toEqual(plain.bytes)
    expect(packed.timesS).toEqual(plain.timesS)
    expect(plain.ids.buffer).toBeInstanceOf(SharedArrayBuffer)
    const sizes = new Map<number, number>()
    for (let row = plain.count - 1; row >= 0; row--) sizes.set(plain.ids[row]!, plain.bytes[row]!)
    expect(plain.footprintBytes).toBe([...sizes.values()].reduce((sum, size) => sum + size, 0))
  })

  it('says how far a cut gzip stream was good, and keeps that when it may', async () => {
    const packed = gzipSync(text)
    const cut = packed.subarray(0, packed.length >> 1)
    await expect(load('cut.csv.gz', cut)).rejects.toThrow(/byte offset \d+: the gzip stream is cut off.*--lenient/)
    const warnings = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const kept = await load('cut.csv.gz', cut, true)
    expect(kept.count).toBeGreaterThan(100)
    expect(kept.count).toBeLessThan(5000)
    expect([...kept.bytes.subarray(0, kept.count - 1)]).toEqual(
      Array.from({ length: kept.count - 1 }, (_, row) => 100 + (row % 50)),
    )
    warnings.mockRestore()
  })

  it('finds a wrong checksum', async () => {
    const packed = gzipSync(text)
    packed[packed.length - 6]! ^= 0xff
    await expect(load('crc.csv.gz', packed)).rejects.toThrow(/gzip stream is cut off or damaged/)
  })

  it('leaves requests of size 0 out, caps those above 4 GiB, and counts both', async () => {
    const trace = await load('sizes.csv', 'time,id,size\n1,a,0\n2,b,5\n3,c,5000000000\n1,b,7\n')
    expect([...trace.bytes]).toEqual([5, 2 ** 32 - 1, 7])
    expect(trace.footprintBytes).toBe(5 + 2 ** 32 - 1)
    expect(trace.notes).toEqual({
      'requests of size 0 left out': 1,
      'sizes above 4 GiB counted as 4 GiB': 1,
      'requests earlier than the one before': 1,
    })
  })

  it.each([
    ['empty.csv', '', /has no request/],
    ['only-header.csv', 'time,id,size\n', /has no request/],
    ['negative.csv', 'time,id,size\n1,a,-5\n', /negative.csv:2: a negative size/],
    [
      'noise.bin',
      Uint8Array.from({ length: 999 }, (_, index) => (index * 167 + 129) & 255),
      /format .* not known.*name it/,
    ],
    ['long.txt', 'x'.repeat(10_000_000), /long.txt:1: a line of more than/],
    ['short.oracleGeneral.bin', new Uint8Array(100), /record 5, byte offset 96: .*4 of 24 bytes/],
  ])('refuses %s', async (name, bytes, message) => {
    await expect(load(name, bytes)).rejects.toThrow(message)
  })

  it('refuses text where a format is named that is none', async () => {
    await expect(load('plain.csv', text, false, 'oracleGenral')).rejects.toThrow(/did you mean "oracleGeneral"/)
    await expect(load('plain.csv', text, false, 'cloudflare')).rejects.toThrow(/plain.csv:1: .*JSON/)
  })
})
