import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { placeHtml } from '../../src/report/html/place-page.ts'
import type { PlaceResult } from '../../src/report/place.ts'
import { manifest } from './compare-fixture.ts'

function resultWith(name: string): PlaceResult {
  const figures = { hitRatio: 0.5, meanMs: 90, originOffload: 0.5 }
  return {
    format: 'cdnlab-place-1',
    title: `Europe ${name}`,
    standing: [{ lat: 50, lon: 8.7, name: `Frankfurt ${name}` }],
    candidates: 9,
    places: 60,
    people: 1000,
    todayMs: 20,
    pops: [
      {
        place: { lat: 40.4, lon: -3.7, name: `Madrid ${name}`, cc: 'ES' },
        meanMs: 15,
        gainShare: 0.25,
        gainMs: 20,
        serveShare: 0.2,
      },
    ],
    boundMs: 15,
    split: {
      totalBytes: 2 ** 30,
      pops: [{ id: name, requests: 5, bytes: 2 ** 30, hitRatio: 0.6 }],
      expected: { even: 0.5, split: 0.6 },
      simulated: { even: figures, split: { ...figures, hitRatio: 0.6 } },
    },
    notes: [name],
  }
}

function elementsOf(page: string): string[] {
  const bare = page.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '<$1>')
  return [...bare.matchAll(/<([a-z][a-z0-9]*)/gi)].map(match => match[1]!.toLowerCase())
}

describe('the page of a placement', () => {
  const page = placeHtml(resultWith('x'), '', manifest)

  it('says what each PoP is worth, for whom, and marks it on the map', () => {
    expect(page).toContain('1 more, chosen among 9 places, bring that to 15.00 ms; no other choice is better.')
    expect(page).toContain(
      '<th scope="row">Madrid x, ES</th><td data-v="15">15.0</td><td data-v="20">20.0</td><td data-v="250">250</td>',
    )
    expect(page).toMatch(/<g class="next"><g><circle [^>]*\/><text [^>]*>1<\/text><title>Madrid x<\/title>/)
    expect(page).toContain('1.00 GiB over 1 PoPs: 60.00 % of the requests hit, 50.00 % with equal parts')
  })

  it('lets run only its own style and script, and asks nobody', () => {
    const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
    expect(policy).toContain(`script-src ${hashOf(/<script>([\s\S]*?)<\/script>/.exec(page)![1]!)}`)
    expect(policy).toContain(`style-src ${hashOf(/<style>([\s\S]*?)<\/style>/.exec(page)![1]!)}`)
    expect(page).not.toMatch(/\b(?:src|href|action)="(?!#)|url\(|@import|https?:| style="| on[a-z]+="/)
  })

  it.each([
    '</script><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '</title><svg onload=1>',
    '\u001b[2J\u202e',
  ])('has the same elements with a name like %j', name => {
    expect(elementsOf(placeHtml(resultWith(name), '', manifest))).toEqual(elementsOf(page))
  })
})
