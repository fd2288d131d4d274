import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { libCacheSimSpecs } from '../../src/policies/libcachesim.ts'
import { replay } from './host.ts'
import { checksumOf, createReferenceTrace, withChangingSizes } from './reference-trace.ts'

// The counts are libCacheSim's own (https://github.com/1a1a11a/libCacheSim, build of May 2025, GPL-3.0) on the reference trace;
// rows are missing where that program crashed.
const readTable = (file: string) =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(','))
    .map(([name, size, unit, requests, misses, missedBytes]) => ({
      name: name!,
      size: Number(size),
      unit: unit === 'objects',
      counts: { requests: Number(requests), misses: Number(misses), missedBytes: Number(missedBytes) },
    }))
const table = readTable('./reference-counts.csv')
// By a build of its sources of October 2024, whose S3-FIFO is the s3fifov0 of May 2025; with its two changes since then for gdsf and s3fifo.
const ofChangingSizes = readTable('./changing-sizes.csv')

/** Share of the requests by which the misses may differ, for the policies that hash or draw at random there. */
const tolerances: Record<string, number> = { wtinylfu: 0.01, lecar: 0.01, lhd: 0.02, hyperbolic: 0.02 }

describe('published counts', () => {
  const trace = createReferenceTrace()

  it('are counted on the trace that is defined', () => {
    expect(trace.ids.length).toBe(200_000)
    expect(checksumOf(trace.ids)).toBe(-718_133_020)
    expect(trace.sizes.reduce((sum, bytes) => sum + bytes, 0)).toBe(13_410_119_168)
  })

  it.each([...new Set(table.map(({ name }) => name))])('of %s are met at every size', name => {
    const rows = table.filter(row => row.name === name)
    const counted = rows.map(row => replay(libCacheSimSpecs[name]!, trace, row.size, row.unit))
    const tolerance = tolerances[name]
    if (tolerance === undefined) expect(counted).toEqual(rows.map(({ counts }) => counts))
    else
      for (const [index, { counts }] of rows.entries())
        expect(Math.abs(counted[index]!.misses - counts.misses) / counts.requests).toBeLessThan(tolerance)
  })

  it.each([...new Set(ofChangingSizes.map(({ name }) => name))])('of %s are met where sizes change too', name => {
    const changing = withChangingSizes(trace)
    const rows = ofChangingSizes.filter(row => row.name === name)
    const counted = rows.map(({ size }) => replay(libCacheSimSpecs[name]!, changing, size))
    expect(counted).toEqual(rows.map(({ counts }) => counts))
  })

  it('are those of the default forms too, where a cache is not tiny and every object fits its queue', () => {
    const names = ['s3fifo', 'slru', 'twoq', 'qdlp']
    const rows = table.filter(({ name, unit, size }) => names.includes(name) && unit && size >= 20)
    expect(rows.length).toBe(4 * names.length)
    const counted = rows.map(({ name, size }) =>
      replay(String(libCacheSimSpecs[name]).split(':')[0]!, trace, size, true),
    )
    expect(counted).toEqual(rows.map(({ counts }) => counts))
  })
})
