import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { compareCsv, compareMarkdown } from '../../src/report/compare-formats.ts'
import { compareText } from '../../src/report/compare-text.ts'
import { inertCsv, inertHtml, inertJson, inertText } from '../../src/report/inert.ts'
import { mrcCsv } from '../../src/report/mrc.ts'
import { sweepCsv } from '../../src/report/sweep-csv.ts'
import { createCompareFixture } from './compare-fixture.ts'

const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|calc', '=HYPERLINK("http://a","b")']
const escapes = '\u001b[31m\u202e\u0007\u200b</script>'

describe('names of others', () => {
  it('are no formula in a spreadsheet, and keep what they say', () => {
    for (const formula of formulas) {
      const [[cell]] = parse(inertCsv(formula)) as [[string]]
      expect(cell).toBe(`'${formula}`)
    }
    expect([inertCsv(-1.5), inertCsv(Number.NaN), inertCsv('a-b')]).toEqual(['-1.5', '', 'a-b'])
  })

  it('do not steer a terminal, end an element or begin one', () => {
    expect(inertText(escapes)).toMatch(/^[\x20-\x7e]*$/)
    expect(inertHtml(`${escapes}"'<b onclick=x>&amp;`)).not.toMatch(/["'<>]|&(?!#\d+;)|[^\x20-\x7e]/)
    expect(inertJson([escapes, '<!--', ']]>'])).not.toMatch(/[<>]/)
    expect(JSON.parse(inertJson([escapes]))).toEqual([escapes])
  })

  it.each(formulas)('every other table leaves %s without power', name => {
    const curve = { policy: name, method: 'exact' as const, missRatios: [1], byteMissRatios: [1] }
    const facts = {
      requests: 1,
      objects: 1,
      sizeUnit: 'bytes' as const,
      sizes: [1],
      sampleRatio: 1,
      sampledRequests: 1,
      notes: {},
    }
    const metrics = { hit_ratio: 0.5 }
    const outcome = { metrics, halfWidths: {}, thresholds: [], notes: [] }
    const row = { cell: 0, key: name, point: { [name]: name }, outcome }
    const tables = [
      compareCsv(createCompareFixture(name)),
      mrcCsv({ format: 'cdnlab-mrc-1', trace: name, ...facts, curves: [curve] }),
      sweepCsv({ title: name, rows: [row], isTraced: false }),
    ]
    for (const table of tables) {
      const cells = (parse(table) as string[][]).flat()
      expect(cells).toContain(`'${name}`)
      expect(cells.filter(cell => /^[=+\-@]/.test(cell) && !Number.isFinite(Number(cell)))).toEqual([])
    }
  })

  it('a comparison shows them without their escapes', () => {
    const hostile = createCompareFixture(`${escapes}|\n`)
    for (const text of [compareText(hostile, { width: 80, colors: 0 }), compareMarkdown(hostile)])
      expect([...'\u001b\u202e\u0007\u200b'].filter(letter => text.includes(letter))).toEqual([])
  })
})
