import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reportCsv } from '../../src/report/csv.ts'
import { reportJson } from '../../src/report/json.ts'
import { reportMarkdown } from '../../src/report/markdown.ts'
import { metrics } from '../../src/stats/metrics.ts'
import type { RunResult } from '../../src/stats/result.ts'
import { createResultFixture } from './fixture.ts'

type Row = Record<string, string>

/** The table as another program reads it. */
function readCsv(result: RunResult): Row[] {
  return parse(reportCsv(result), { columns: true, record_delimiter: '\r\n' })
}

describe('the report as CSV', () => {
  it('has a row a thing and a column a metric', () => {
    const result = createResultFixture()
    const rows = readCsv(result)
    expect(Object.keys(rows[0]!)).toEqual(['kind', 'name', ...metrics.map(({ id }) => id)])
    const countOf = (kind: string): number => rows.filter(row => row.kind === kind).length
    expect([countOf('run'), countOf('pop'), countOf('country'), countOf('city')]).toEqual([1, 21, 9, 200])
  })

  it('has the numbers of the result, to the last digit', () => {
    const result = createResultFixture()
    const rows = readCsv(result)
    expect(Number(rows[0]!.hit_ratio)).toBe(result.headline.hit_ratio!.value)
    const pops = rows.filter(row => row.kind === 'pop')
    expect(pops.map(row => Number(row.hit_ratio))).toEqual(result.pops.map(({ hitRatio }) => hitRatio))
    expect(pops.at(-1)!.p95_ms).toBe('')
  })

  it('is read back whatever things are called, and is no formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), hostile => {
        const rows = readCsv(createResultFixture({ pops: 2, cities: 3, name: (_, index) => `${hostile}${index}` }))
        expect(rows.map(({ kind }) => kind)).toEqual([
          'run',
          ...Array(3).fill('pop'),
          ...Array(9).fill('country'),
          ...Array(3).fill('city'),
        ])
        expect(rows.filter(({ name }) => /^[=+\-@\t\r]/.test(name!))).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})

describe('the report as JSON', () => {
  it('is the result, with the name of its format and its manifest', () => {
    const result = createResultFixture({ pops: 2, cities: 3 })
    const read = JSON.parse(reportJson(result)) as RunResult
    expect(read.format).toBe('cdnlab-run-1')
    expect(read.manifest).toEqual(result.manifest)
    expect(read.headline).toEqual(result.headline)
    expect(read.series.hitRatio[5]).toBeNull()
  })

  it('has the same bytes for the same result', () => {
    expect(reportJson(createResultFixture())).toBe(reportJson(createResultFixture()))
  })
})

describe('the report as Markdown', () => {
  it('has tables whose rows have equally many cells, whatever things are called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), hostile => {
        const text = reportMarkdown(
          createResultFixture({ pops: 3, cities: 3, name: (_, index) => `|${hostile}\n|${index}` }),
        )
        const cellsOf = (line: string): number => line.replaceAll(/\\./g, '').split('|').length
        const tables = text.split('\n\n').filter(part => part.startsWith('|'))
        expect(tables).toHaveLength(3)
        for (const table of tables) expect(new Set(table.split('\n').map(cellsOf)).size).toBe(1)
      }),
      { numRuns: 50 },
    )
  })

  it('says each metric with its formula, and which thresholds failed', () => {
    const text = reportMarkdown(createResultFixture())
    for (const { title } of metrics) expect(text).toContain(`| ${title} |`)
    expect(text).toContain('| cold: never asked for at this PoP | 120,000 | 44.5 % |')
    expect(text).toContain('- **failed**: p95\\_ms \\< 100')
  })
})
