import { describe, expect, it } from 'vitest'
import { explainText } from '../../src/report/explain-text.ts'
import { widthOf } from '../../src/report/ink.ts'
import type { Story } from '../../src/sim/explain.ts'

/** A first visit from Sydney: three round trips of 10 ms to the edge, or of 160 ms to the origin. */
const story: Story = {
  request: 1234,
  atMs: 90_000,
  place: { name: 'Sydney', cc: 'AU' },
  object: { id: 7, path: '/images/7\u001b[2J', className: 'images', bytes: 2048 },
  behavior: '*',
  ttlMs: 3_600_000,
  route: { pop: 'SYD', rttMs: 10, distanceKm: 12, router: 'nearest' },
  alternatives: [
    { pop: 'SYD', rttMs: 10, distanceKm: 12 },
    { pop: 'MEL', rttMs: 22, distanceKm: 714 },
  ],
  connection: { isNew: true, protocol: 'tls13', access: 'fibre', accessMs: 0, jitterMs: 0 },
  verdict: 'hit',
  fate: 'hit',
  reason: '',
  ageMs: 60_000,
  hops: [],
  spans: [],
  withCdn: {
    totalMs: 30,
    steps: [
      { what: 'TCP handshake', ms: 10 },
      { what: 'TLS 1.3 handshake', ms: 10 },
      { what: 'request and first byte', ms: 10 },
    ],
  },
  direct: {
    totalMs: 480,
    steps: [
      { what: 'TCP handshake', ms: 160 },
      { what: 'TLS 1.3 handshake', ms: 160 },
      { what: 'request and first byte', ms: 160 },
    ],
  },
  savedMs: 450,
}

describe('the story of a request', () => {
  const text = explainText(story, { width: 100, colors: 0 })

  it('says who, what, where and why', () => {
    for (const part of [
      'Request 1,234',
      'Sydney, AU',
      '2.00 KiB',
      'nearest chose SYD',
      'MEL (714 km',
      'fresh copy',
      '60.0 s old',
    ])
      expect(text).toContain(part)
    expect(text).toContain('/images/7\\u{1b}[2J')
  })

  it('draws both ways on one scale: 160 ms are 16 times as long as 10', () => {
    // At 86 letters 48 are left for the bars: one for 10 ms.
    const drawn = explainText(story, { width: 86, colors: 0 })
    const bars = [...drawn.matchAll(/█+$/gm)].map(([bar]) => bar.length)
    expect(bars).toEqual([1, 1, 1, 16, 16, 16])
    expect(text).toContain('The CDN saves 450 ms')
  })

  it('says when the CDN costs time, and when nobody answers', () => {
    expect(explainText({ ...story, savedMs: -5 }, { width: 80, colors: 0 })).toContain('The CDN costs 5.00 ms')
    const lost = { ...story, route: null, withCdn: null, direct: null, savedMs: null, fate: 'error' }
    expect(explainText(lost, { width: 80, colors: 0 })).toContain('no PoP is alive')
  })

  it('keeps to its width', () => {
    for (let width = 60; width <= 120; width++) {
      const lines = explainText(story, { width, colors: 3 }).split('\n')
      expect(lines.filter(line => widthOf(line) > width)).toEqual([])
    }
  })
})
