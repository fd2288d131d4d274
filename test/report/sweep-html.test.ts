import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sweepHtml } from '../../src/report/html/sweep-page.ts'
import type { Sweep, SweepRow } from '../../src/report/sweep.ts'
import { metrics } from '../../src/stats/metrics.ts'
import { manifest } from './compare-fixture.ts'

const hostile = [
  '</script><script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '</title><svg onload=1>', "' onload='", '\u001b[2J\u202e\r\n', '</style>',
] // biome-ignore format: a list

/** Two policies, three sizes, three seeds; the hit ratio is a line of the size, with a seed's own shift. */
function createSweep(name = 'lru'): Sweep {
  const rows: SweepRow[] = []
  for (const policy of [name, 'sieve'])
    for (const size of [10, 20, 30])
      for (const seed of [1, 2, 3]) {
        const ratio = size / 100 + (policy === 'sieve' ? 0.1 : 0) + seed / 1000
        const outcome = {
          metrics: Object.fromEntries(metrics.map(({ id, unit }) => [id, unit === '%' ? ratio : 100 * ratio])),
          halfWidths: {},
          thresholds: [{ text: `hit_ratio > ${name}`, value: ratio, passed: size > 10 }],
          notes: [],
        }
        const point = { 'edge.policy': policy, 'edge.capacity': `${size}MB`, seed: String(seed) }
        rows.push({ cell: rows.length, key: '', point, outcome })
      }
  rows.push({ cell: rows.length, key: '', point: { ...rows.at(-1)!.point, seed: '4' }, error: `failed ${name}` })
  return { title: `A sweep ${name}`, rows, isTraced: false }
}

function elementsOf(page: string): string[] {
  const bare = page.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '<$1>')
  return [...bare.matchAll(/<([a-z][a-z0-9]*)/gi)].map(match => match[1]!.toLowerCase())
}

describe('the page of a sweep', () => {
  const page = sweepHtml(createSweep(), manifest)

  it('shows means over seeds with intervals, and paired differences', () => {
    // 0.1 + (1 + 2 + 3) / 3 thousandths; the t interval of three values a thousandth apart is 4.303 / sqrt(3) thousandths wide.
    expect(page).toContain('10.2 % ± 0.25')
    expect(page).toContain('edge.policy: sieve − lru')
    expect(page).toContain('+10.00 ± 0.00 points')
  })

  it('draws a line a policy over the axis with most values, and says it in words', () => {
    expect(page.match(/<figure>/g)).toHaveLength(6)
    expect(page).toContain('Hit ratio over edge.capacity, from 10MB to 30MB: edge.policy=lru: 10.2 % to 30.2 %')
    expect(page).toContain('edge.capacity,edge.policy=lru,edge.policy=sieve')
  })

  it('tells what failed and what was missed', () => {
    expect(page).toContain('cell 18: failed lru')
    expect(page).toContain('hit_ratio &#62; lru, it is 0.10')
  })

  it('lets run only its own style and script, and asks nobody', () => {
    const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
    expect(policy).toContain(`script-src ${hashOf(/<script>([\s\S]*?)<\/script>/.exec(page)![1]!)}`)
    expect(page).not.toMatch(/\b(?:src|href|action)="(?!#)|url\(|@import|https?:| style="| on[a-z]+="/)
  })

  it.each(hostile)('has the same elements with a value called %j', name => {
    expect(elementsOf(sweepHtml(createSweep(name), manifest))).toEqual(elementsOf(page))
  })

  it('stands without any axis, and where everything failed', () => {
    const empty: Sweep = { title: 'x', rows: [{ cell: 0, key: '', point: {}, error: 'no' }], isTraced: false }
    expect(sweepHtml(empty, manifest)).toContain('cell 0: no')
  })
})
