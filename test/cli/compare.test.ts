import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CompareResult, CompareRow } from '../../src/report/compare.ts'
import { createReferenceTrace } from '../policies/reference-trace.ts'

const program = join(import.meta.dirname, '../../dist/cli/main.js')
let folder = ''
let trace = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdnlab-compare-'))
  trace = join(folder, 'reference.oracleGeneral.bin')
  const { ids, sizes } = createReferenceTrace()
  const bytes = Buffer.alloc(ids.length * 24)
  ids.forEach((id, row) => {
    bytes.writeUInt32LE(Math.floor(row / 100), row * 24)
    bytes.writeUInt32LE(id + 1, row * 24 + 4)
    bytes.writeUInt32LE(sizes[row]!, row * 24 + 12)
    bytes.writeBigInt64LE(-1n, row * 24 + 16)
  })
  writeFileSync(trace, bytes)
})
afterAll(() => rmSync(folder, { recursive: true }))

function compare(...words: string[]): CompareResult {
  return JSON.parse(
    execFileSync('node', [program, 'compare', ...words, '--json', '--no-progress'], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    }),
  )
}

/** Rows without what is of this moment. */
function lasting(rows: readonly CompareRow[]): unknown[] {
  return rows.map(({ nsPerRequest, requestsPerSecond, ...row }) => row)
}

const published = readFileSync(join(import.meta.dirname, '../policies/reference-counts.csv'), 'utf8')
  .split('\n')
  .filter(line => /^\w+,\d/.test(line))
  .map(line => line.split(','))

describe('compare', () => {
  it.each(['objects', 'bytes'])('gives the published counts by the published names, sizes in %s', unit => {
    const rows = published.filter(
      ([policy, , rowUnit]) => rowUnit === unit && !/wtinylfu|lecar|lhd|hyperbolic/.test(policy!),
    )
    const names = [...new Set(rows.map(([policy]) => policy))]
    const sizes = [...new Set(rows.map(([, size]) => size))]
    const flags = unit === 'objects' ? ['--ignore-size'] : []
    const result = compare(
      trace,
      '--compat',
      'libcachesim',
      '--policy',
      names.join(','),
      '--size',
      sizes.join(','),
      ...flags,
    )
    const counted = new Map(result.rows.map(row => [`${row.policy} ${row.size}`, [row.misses, row.missedBytes]]))
    for (const [policy, size, , , misses, missedBytes] of rows)
      expect([policy, size, ...counted.get(`${policy} ${size}`)!]).toEqual([
        policy,
        size,
        Number(misses),
        Number(missedBytes),
      ])
  })

  it('gives the same bytes on any number of workers, by kernel and by readable policy', () => {
    const words = [
      'zipf:alpha=0.9,objects=5000,requests=60000,seed=3,sizes=lognormal',
      '--policy',
      'lru,sieve,random,s3-fifo',
      '--size',
      '0.01,64KiB',
    ]
    const one = compare(...words, '--workers', '1')
    expect(lasting(compare(...words, '--workers', '3').rows)).toEqual(lasting(one.rows))
    const counts = ({ rows }: CompareResult) =>
      rows.map(({ policy, misses, missedBytes }) => [policy, misses, missedBytes])
    expect(counts(compare(...words, '--engine', 'plain'))).toEqual(counts(one))
    expect(one.bounds).toHaveLength(2)
    expect(one.rows.map(({ sizeUnit }) => sizeUnit)).toEqual(Array(8).fill('bytes'))
  })

  it('measures what a sample of the objects costs in exactness, and gives curves over time', () => {
    const words = ['zipf:alpha=0.8,objects=50000,requests=400000', '--policy', 'lru', '--size', '0.05', '--ignore-size']
    const [whole] = compare(...words, '--report-interval', '90000').rows
    expect(whole!.series.map(({ requests }) => requests)).toEqual([90_000, 90_000, 90_000, 90_000, 40_000])
    expect(whole!.series.reduce((sum, { misses }) => sum + misses, 0)).toBe(whole!.misses)
    const { rows, sampling } = compare(...words, '--sample-ratio', '0.1')
    expect(sampling).toHaveLength(1)
    expect(sampling[0]!.wholeMissRatio).toBe(whole!.missRatio)
    expect(sampling[0]!.sampledMissRatio).toBe(rows[0]!.missRatio)
    // SHARDS, FAST 2015, figure 5: about 0.01 with some thousand sampled objects.
    expect(Math.abs(rows[0]!.missRatio - whole!.missRatio)).toBeLessThan(0.02)
    expect(rows[0]!.requests).toBeLessThan(80_000)
  })

  it('runs the reference where it is no row, and keeps traces of one name apart', () => {
    const name = 'zipf:alpha=0.9,objects=500,requests=5000'
    const words = [name, name, '--policy', 'lru', '--size', '0.1', '--ignore-size']
    const result = compare(...words)
    expect(result.rows.map(({ trace, policy }) => [trace, policy])).toEqual([
      [`1: ${name}`, 'lru'],
      [`2: ${name}`, 'lru'],
    ])
    const [alone] = compare(name, '--policy', 'fifo', '--size', '0.1', '--ignore-size').rows
    expect(result.references.map(({ policy, misses }) => [policy, misses])).toEqual([
      ['fifo', alone!.misses],
      ['fifo', alone!.misses],
    ])
    const text = execFileSync('node', [program, 'compare', ...words.slice(1)], { encoding: 'utf8' })
    expect(text).toMatch(/\n +fifo .* 0\.00 .* reference\n/)
    expect(text).not.toMatch(/\n +lru .*no difference/)
  })

  it('reads packed traces, and says where one is broken', () => {
    const whole = readFileSync(trace).subarray(0, 24 * 1000)
    const packed = join(folder, 'part.oracleGeneral.bin.gz')
    writeFileSync(packed, gzipSync(whole))
    const plain = join(folder, 'part.oracleGeneral.bin')
    writeFileSync(plain, whole)
    const words = ['--policy', 'lru', '--size', '50', '--ignore-size', '--no-bound']
    expect(compare(packed, ...words).rows[0]!.misses).toBe(compare(plain, ...words).rows[0]!.misses)
    writeFileSync(plain, whole.subarray(0, 24 * 10 + 7))
    const broken = spawnSync('node', [program, 'compare', plain, ...words], { encoding: 'utf8' })
    expect(broken.status).toBe(2)
    expect(broken.stderr).toMatch(/record 11.*byte offset 240.*cut off: 7 of 24 bytes.*--lenient/)
    expect(compare(plain, ...words, '--lenient').rows[0]!.requests).toBe(10)
    writeFileSync(packed, gzipSync(whole).subarray(0, 2000))
    expect(spawnSync('node', [program, 'compare', packed, ...words], { encoding: 'utf8' }).stderr).toMatch(
      /gzip stream is cut off/,
    )
  })

  it('marks nothing as best over a single stretch, which has no interval', () => {
    const words = ['compare', 'zipf:objects=300,requests=20000', '--ignore-size', '--size', '30', '--no-progress']
    const text = (blocks: string) =>
      execFileSync('node', [program, ...words, '--policy', 'lfu,fifo', '--blocks', blocks], { encoding: 'utf8' })
    expect(text('20')).toMatch(/lfu .* best\n/)
    expect(text('1')).not.toMatch(/lfu .* best|no difference shown/)
    expect(text('1')).toContain('one stretch of the trace has no interval')
  })

  it.each([
    [['nothing.bin', '--policy', 'lru'], /there is no such file/],
    [['zipf', '--policy', 'lur'], /unknown policy "lur".*did you mean "lru"/],
    [['zipf', '--size', '0'], /--size 0 is no size/],
    [['zipf', '--engine', 'fast'], /--engine fast/],
    [['zipf', '--reference', 'ffo'], /unknown policy "ffo".*"fifo"/],
    [['zipf', '--sample-ratio', '2'], /--sample-ratio 2/],
    [['zipf:requests=100', '--size', '10', '--warmup', '100'], /--warmup 100: .* none is left/],
    [['zipf:objects=-3'], /objects is a whole number/],
  ])('refuses %j', (words, message) => {
    const { status, stderr } = spawnSync('node', [program, 'compare', ...words], { encoding: 'utf8' })
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
  })
})
