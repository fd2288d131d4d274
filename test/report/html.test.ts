import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reportHtml } from '../../src/report/html/page.ts'
import { createResultFixture } from './fixture.ts'

const land = readFileSync(createRequire(import.meta.url).resolve('world-atlas/land-110m.json'), 'utf8')
const scenario = 'title: "</pre><script>alert(1)</script>"\nseed: 7\n'

/** Names of elements in the order of the page, as a browser would find them outside of scripts and styles. */
function elementsOf(page: string): string[] {
  const bare = page.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '<$1>')
  return [...bare.matchAll(/<([a-z][a-z0-9]*)/gi)].map(match => match[1]!.toLowerCase())
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

describe('the report as a page', () => {
  const page = reportHtml(createResultFixture(), { scenario, land })

  it('lets run only its own style and script, by the hashes that node:crypto finds too', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)![1]!
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src ${hashOf(style)}`,
      `script-src ${hashOf(script)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ])
  })

  it('asks nobody for anything', () => {
    const outward = /\b(?:src|href|action|poster|data)="(?!#)|url\(|@import|https?:| style="| on[a-z]+="/
    expect(outward.exec(page)?.[0]).toBeUndefined()
  })

  it('carries the scenario line by line', () => {
    const shown = /aria-label="The scenario">([^<]*)</.exec(page)![1]
    expect(shown).toBe('title: &#34;&#60;/pre&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#34;\nseed: 7\n')
  })

  it('shows the headline of the result', () => {
    const missing = ['73.0 %', '1,000,000', '✓ passed', '✗ failed', 'p95_ms &#60; 100'].filter(
      text => !page.includes(text),
    )
    expect(missing).toEqual([])
  })

  it('gives each plot its words', () => {
    const drawings = [...page.matchAll(/<svg[^>]*>/g)].map(match => match[0])
    const told = drawings.filter(svg => svg.includes('role="img"'))
    expect(told.length).toBeGreaterThan(6)
    for (const svg of told) expect(svg).toMatch(/aria-label="[^"]{20,}/)
    expect([...page.matchAll(/Data as CSV/g)].length).toBeGreaterThan(5)
  })

  it('draws a mark for each PoP that is asked', () => {
    const pops = /<g class="pops">([\s\S]*?)<\/g>/.exec(page)![1]!
    expect(pops.match(/<circle/g)).toHaveLength(20)
  })

  it('has the same elements whatever things are called', () => {
    const plain = elementsOf(reportHtml(createResultFixture({ pops: 3, cities: 8 }), { scenario, land: '' }))
    fc.assert(
      fc.property(hostileName(), hostile => {
        const result = createResultFixture({ pops: 3, cities: 8, name: (_, index) => `${hostile}${index}` })
        const text = reportHtml(result, { scenario, land: '' })
        expect(elementsOf(text)).toEqual(plain)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
        const live = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/
        expect(live.exec(text)).toBeNull()
        const places = /<script type="application\/json" id="places">([^<]*)<\/script>/.exec(text)![1]!
        expect((JSON.parse(places) as { cities: unknown[] }).cities).toHaveLength(8)
      }),
      { numRuns: 40 },
    )
  })

  it('stays small with 300 PoPs and 4,000 cities', () => {
    const large = reportHtml(createResultFixture({ pops: 300, cities: 4000, replications: 10 }), { scenario, land })
    expect(elementsOf(large).length).toBeLessThan(15_000)
    expect(large.length).toBeLessThan(3_000_000)
    expect(large.includes('± 0.15')).toBe(true)
  })

  it('shows a run without visitors, PoPs or time', () => {
    const empty = createResultFixture({ pops: 0, cities: 0 })
    const bare = {
      ...empty,
      pops: [],
      countries: [],
      behaviors: [],
      missReasons: {},
      histogram: { upToMs: [], withCdn: [], withoutCdn: [] },
      series: { stepMs: 1, requests: [], hitRatio: [], originRequests: [], stale: [], errors: [], p95Ms: [] },
      events: [],
    }
    const shown = reportHtml(bare, { scenario: '', land }).replace(/<(script|style)>[\s\S]*?<\/\1>/g, '')
    expect(/.{0,40}(?:NaN|undefined|Infinity).{0,20}/.exec(shown)?.[0]).toBeUndefined()
  })
})

function hostileName(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    '</script>', '<script>alert(1)</script>', '<!--', ']]>', '</style>', '</pre>', '"><img src=x onerror=alert(1)>', "' onload='", '&lt;',
    '\u001b[2J', '\u202e', '\u0000', '\u2028', '\r\n', '=1+1', 'https://example.org', '\ud800',
  ) // biome-ignore format: a list
  return fc
    .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 5 })
    .map(parts => parts.join(''))
}
