import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inertCsv, inertHtml, inertMarkdown, inertText } from '../../src/report/inert.ts'
import { pad, widthOf } from '../../src/report/ink.ts'
import { reportText } from '../../src/report/text.ts'
import { bar, shorten, sparkline } from '../../src/report/text-bars.ts'
import { wrap } from '../../src/report/wrap.ts'
import { createResultFixture } from './fixture.ts'

const land = readFileSync(join(import.meta.dirname, '../../config/world-braille-100x21.txt'), 'utf8')
const escapeCode = String.fromCharCode(27)

/** Lines that are wider than allowed. */
function tooWide(text: string, width: number): string[] {
  return text.split('\n').filter(line => widthOf(line) > width)
}

describe('the report in a terminal', () => {
  const text = reportText(createResultFixture(), { width: 100, colors: 0, land })

  it('keeps to every width from 60 to 160', () => {
    const result = createResultFixture({ replications: 10 })
    for (let width = 60; width <= 160; width++) {
      for (const colors of width % 20 === 0 ? ([0, 3] as const) : ([0] as const))
        expect(tooWide(reportText(result, { width, colors, land }), width)).toEqual([])
    }
  })

  it('keeps to the width with long and with wide names', () => {
    for (const name of [
      'a-name-'.repeat(30),
      '東京都千代田区'.repeat(10),
      'two words '.repeat(20),
      'e\u0301'.repeat(80),
    ]) {
      const result = createResultFixture({ name: (_, index) => `${name}${index}` })
      for (const width of [60, 80, 120])
        expect(tooWide(reportText(result, { width, colors: 0, land }), width)).toEqual([])
    }
  })

  it('has no colours in a pipe, and the same letters with them', () => {
    const result = createResultFixture({ pops: 0 })
    const [plain, colored] = ([0, 3] as const).map(colors => reportText(result, { width: 100, colors }))
    expect(plain).not.toContain(escapeCode)
    expect(colored).toContain(escapeCode)
    expect(colored!.replaceAll(new RegExp(`${escapeCode}\\[[0-9;]*m`, 'g'), '')).toBe(plain)
  })

  it('says the headline, the thresholds, and that it is one run', () => {
    for (const part of ['73.0 %', '1,000,000', 'a single run', '✓ hit_ratio > 0.5', '✗ p95_ms < 100', 'seed 7'])
      expect(text).toContain(part)
    expect(reportText(createResultFixture({ replications: 10 }), { width: 100, colors: 0 })).toContain('73.0 % ± 0.15')
  })

  it('marks PoPs on the map by the tens of their hit ratio', () => {
    const result = createResultFixture({ pops: 1 })
    const [pop] = result.pops
    Object.assign(pop!, { hitRatio: 0.71, place: { lat: 78 - (135 / 21) * 10.5, lon: -180 + 3.6 * 50.5 } })
    const lines = reportText(result, { width: 120, colors: 0, land }).split('\n')
    const top = lines.indexOf('Where the PoPs are') + 1
    expect([...lines[top + 10]!][2 + 50]).toBe('7')
    expect(
      lines
        .slice(top, top + 21)
        .join('')
        .match(/[0-9]/g),
    ).toEqual(['7'])
  })

  it('stays inert whatever things are called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), hostile => {
        const result = createResultFixture({
          pops: 3,
          cities: 10,
          name: (_, index) => `${hostile}${escapeCode}[2J\u202e${index}`,
        })
        const shown = reportText(result, { width: 80, colors: 0, land })
        expect(
          /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u.exec(shown.replaceAll('\n', ''))?.[0].codePointAt(0),
        ).toBeUndefined()
        expect(tooWide(shown, 80)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})

describe('letters', () => {
  it('fill bars to an eighth of a letter', () => {
    expect(bar(0.5, 10)).toBe('█████')
    expect(bar(0.0625, 10)).toBe('▋')
    expect([bar(-1, 4), bar(Number.NaN, 4), bar(2, 4)]).toEqual(['', '', '████'])
  })

  it('draw heights on a scale, and gaps', () => {
    expect(sparkline([0, 1, 4, 7.9, 8, Number.NaN], 8)).toBe('▁▂▅██ ')
    expect(shorten([1, 3, Number.NaN, 5, Number.NaN, Number.NaN], 3)).toEqual([2, 5, Number.NaN])
  })

  it('have the widths of a terminal', () => {
    expect([
      widthOf('abc'),
      widthOf('東京'),
      widthOf('e\u0301'),
      widthOf(`${escapeCode}[31mred${escapeCode}[0m`),
      widthOf('⣿●▏'),
    ]).toEqual([3, 4, 1, 3, 3])
    expect(pad('東京都', 5)).toBe('東京…')
    expect(pad('東京', 6)).toBe('東京  ')
    expect(pad('ab', 4, 'right')).toBe('  ab')
  })

  it('wrap between words and, if need be, in them, losing none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 14, max: 60 }), (text, width) => {
        const lines = wrap(text, width, '  ')
        expect(lines.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
        expect(tooWide(lines.join('\n'), width)).toEqual([])
      }),
    )
  })
})

describe('names', () => {
  it('become inert, each where it is shown', () => {
    expect(inertText(`a${escapeCode}[31m\u202eb\n`)).toBe('a\\u{1b}[31m\\u{202e}b\\u{a}')
    expect(inertHtml(`<b a="1" c='2'>&`)).toBe('&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;')
    expect(inertMarkdown('|[x](y)*')).toBe('\\|\\[x\\]\\(y\\)\\*')
    expect(['=1', '+1', '-1', '@x', 'a,b', 'a"b', 'plain'].map(inertCsv)).toEqual([
      "'=1", "'+1", "'-1", "'@x", '"a,b"', '"a""b"', 'plain',
    ]) // biome-ignore format: one below the other
    expect([inertCsv(-1), inertCsv(null), inertCsv(Number.NaN)]).toEqual(['-1', '', ''])
  })
})
