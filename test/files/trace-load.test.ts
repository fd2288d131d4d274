import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sourceOfKept, timesReaderOf } from '../../src/files/kept-requests.ts'
import { loadKernels } from '../../src/files/kernels.ts'
import { loadRequests } from '../../src/files/trace-load.ts'

const kernels = loadKernels(new URL('../../dist/kernels/kernels.wasm', import.meta.url))!
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-load-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const rows = Array.from({ length: 5000 }, (_, row) => `${row},${(row * 7919) % 613},${100 + (row % 50)}`)
const text = `time,id,size\n${rows.join('\n')}\n`

/** A trace of one block with its columns. */
async function load(name: string, bytes: Uint8Array | string, lenient = false, format = 'auto') {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const options = { format, columns: {}, lenient }
  const kept = await loadRequests(path, options, { sizes: true, times: true }, kernels)
  const block = sourceOfKept(kept).block(0)
  return { ...kept, ids: block.ids, bytes: block.bytes!, timesS: timesReaderOf(kept)(0) }
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
    expect(warnings.mock.calls.join('')).toMatch(
      new RegExp(`^warning: .*; kept the ${kept.count} requests before it\n$`),
    )
    await expect(load('cut.csv.gz', cut)).rejects.toThrow(
      `record ${kept.count + 1}, byte offset ${cut.length}: the gzip`,
    )
    expect(kept.count).toBeGreaterThan(100)
    expect(kept.count).toBeLessThan(5000)
    expect([...kept.bytes.subarray(0, kept.count - 1)]).toEqual(
      Array.from({ length: kept.count - 1 }, (_, row) => 100 + (row % 50)),
    )
    warnings.mockRestore()
  })

  it('finds a wrong checksum, and keeps what lies before it when it may', async () => {
    const packed = gzipSync(text)
    packed[packed.length - 6]! ^= 0xff
    await expect(load('crc.csv.gz', packed)).rejects.toThrow(/gzip stream is cut off or damaged.*--lenient/)
    const warnings = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect((await load('crc.csv.gz', packed, true)).count).toBe(5000)
    expect(warnings.mock.calls.join('')).toMatch(/incorrect data check; kept the 5000 requests before it\n$/)
    warnings.mockRestore()
  })

  it('leaves requests of size 0 out, caps those above 4 GiB, and counts both', async () => {
    const trace = await load('sizes.csv', 'time,id,size\n1,a,0\n2,b,5\n3,c,5000000000\n1,b,7\n')
    expect([...trace.bytes]).toEqual([5, 2 ** 32 - 1, 7])
    expect(trace.footprintBytes).toBe(5 + 2 ** 32 - 1)
    expect(trace.notes).toEqual({
      'requests of size 0 left out': 1,
      'sizes above 4 GiB counted as 4 GiB': 1,
      'requests earlier than the one before': 1,
      'requests with another size than the first to their object': 1,
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

  it('keeps the good rows before a bad one where it may, and says how many', async () => {
    const bad = 'time,id,size\n1,a,5\n2,"b,",6\n3,c,x\n4,d,1\n'
    await expect(load('bad.csv', bad)).rejects.toThrow(/bad.csv:4:5: "x" is no size in bytes/)
    const warnings = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect([...(await load('bad.csv', bad, true)).bytes]).toEqual([5, 6])
    expect(warnings.mock.calls.join('')).toContain('kept the 2 requests before it')
    warnings.mockRestore()
  })

  it.each(['oracleGeneral', 'twr', 'cloudflare', 'vscsi', 'lcs'])(
    'names both formats where text is read as %s, also when it has the length of whole records',
    async format => {
      const whole = text.slice(0, 24 * 20 * 32)
      await expect(load('whole.csv', whole, false, format)).rejects.toThrow(
        new RegExp(`it is read as ${format} and looks like csv`),
      )
    },
  )

  it('names both formats where records are read as text', async () => {
    const records = Buffer.alloc(24 * 50)
    for (let row = 0; row < 50; row++) {
      records.writeUInt32LE(row, 24 * row)
      records.writeUInt32LE(100, 24 * row + 12)
      records.writeBigInt64LE(-1n, 24 * row + 16)
    }
    await expect(load('records.bin', records, false, 'csv')).rejects.toThrow(
      /it is read as csv and looks like oracleGeneral/,
    )
  })

  it('takes seconds, milliseconds and nanoseconds since 1970 for the same times', async () => {
    const timesIn = async (factor: bigint) => {
      const rows = [1_700_000_000n, 1_700_000_007n].map(time => `${time * factor},a,5\n`)
      return [...(await load('times.csv', `time,id,size\n${rows.join('')}`)).timesS]
    }
    for (const factor of [1n, 10n ** 3n, 10n ** 6n, 10n ** 9n]) expect(await timesIn(factor)).toEqual([0, 7])
  })

  it('refuses a format that is none', async () => {
    await expect(load('plain.csv', text, false, 'oracleGenral')).rejects.toThrow(/did you mean "oracleGeneral"/)
  })
})
