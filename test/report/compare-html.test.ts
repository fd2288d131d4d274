import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { compareHtml } from '../../src/report/html/compare-page.ts'
import { mrcHtml } from '../../src/report/html/mrc-page.ts'
import { createCompareFixture, createMrcFixture, manifest } from './compare-fixture.ts'

const hostile = [
  '</script><script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '</title><svg onload=1>', "' onload='", '\u001b[2J\u202e\r\n', '</style>',
] // biome-ignore format: a list

function elementsOf(page: string): string[] {
  const bare = page.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '<$1>')
  return [...bare.matchAll(/<([a-z][a-z0-9]*)/gi)].map(match => match[1]!.toLowerCase())
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

describe.each([
  ['compare', (name?: string) => compareHtml(createCompareFixture(name))],
  ['mrc', (name?: string) => mrcHtml(createMrcFixture(name, name), manifest)],
] as const)('the page of %s', (_, make) => {
  const page = make()

  it('lets run only its own style and script', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
    expect(policy).toContain(`style-src ${hashOf(/<style>([\s\S]*?)<\/style>/.exec(page)![1]!)}`)
    expect(policy).toContain(`script-src ${hashOf(/<script>([\s\S]*?)<\/script>/.exec(page)![1]!)}`)
  })

  it('asks nobody for anything', () => {
    const outward = /\b(?:src|href|action|poster|data)="(?!#)|url\(|@import|https?:| style="| on[a-z]+="/
    expect(outward.exec(page)?.[0]).toBeUndefined()
  })

  it.each(hostile)('has the same elements on a trace called %j', name => {
    expect(elementsOf(make(name))).toEqual(elementsOf(page))
  })

  it('gives each plot its words and its data', () => {
    const told = [...page.matchAll(/<svg[^>]*role="img"[^>]*>/g)].map(match => match[0])
    expect(told.length).toBeGreaterThan(0)
    for (const svg of told)
      expect(svg).toMatch(/aria-label="[^"]*iss ratio over size. Over the size of the cache, [^"]{20,}/)
    expect(page.match(/<figure>[\s\S]*?<\/figure>/g)!.filter(figure => !figure.includes('Data as CSV'))).toEqual([])
  })

  it('carries its manifest', () => expect(page).toContain(`<dd>${manifest.command}</dd>`))
})

describe('the page of a comparison', () => {
  it('marks as best only what is shown to be, and says by which rule', () => {
    const page = compareHtml(createCompareFixture())
    expect(page.match(/<b>best<\/b>/g)).toHaveLength(3)
    expect(page).toContain('95 % interval of the paired difference over 30 stretches')
    const result = createCompareFixture()
    const [lru, sieve] = [result.rows.slice(0, 3), result.rows.slice(3)]
    sieve.forEach((row, step) => {
      row.blocks = lru[step]!.blocks
    })
    const undecided = compareHtml(result)
    expect(undecided).not.toContain('<b>best</b>')
    expect(undecided).toContain('no difference shown')
  })

  it("draws Belady's bound in every bar, where it is beside the longest one", () => {
    const page = compareHtml(createCompareFixture('t', 1))
    const marks = [...page.matchAll(/class="bar versus"[\s\S]*?x1="([\d.]+)%"/g)].map(match => match[1])
    expect(marks).toEqual(['55.6', '55.6', '55.6', '55.6'])
  })

  it('plots over the sizes from three on', () => {
    expect(compareHtml(createCompareFixture('t', 2))).not.toContain('Over the sizes')
    const curve = /<path class="line k0 d0"[^>]* d="([^"]*)"/.exec(compareHtml(createCompareFixture('t', 3)))![1]
    expect(curve).toBe('M0 2.2L500 24.4L1000 56.7')
  })
})
