import { describe, expect, it } from 'vitest'
import { loadAtlas, loadPrices } from '../../src/files/atlas.ts'
import { reportHtml } from '../../src/report/html/page.ts'
import { reportText } from '../../src/report/text.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { runPlan } from '../../src/sim/run.ts'
import { monthMs } from '../../src/stats/cost.ts'
import type { RunResult } from '../../src/stats/result.ts'
import { manifest } from '../sim/run-scenario.ts'

const scenario = `
pops: [{id: A, at: Paris}]
visitors: {cities: [Paris]}
warmup: none
origins: {site: {bucket: assets}, shop: {api: shop}}
behaviors:
  - {path: /api/*, origin: shop, cache: {uncacheable: 100%}}
  - {path: "*", origin: site}
buckets: {assets: {}}
tables: {things: {key: {id: S}}}
functions: {thing: {handler: ./thing.mjs, uses: {things: read}}}
apis: {shop: {throttle: {rate: 5/s, burst: 5}, routes: {"GET /api/{id}": thing}}}
traffic:
  objects: 200
  requests: 4000
  rate: 20/s
  classes: {pictures: {share: 50%, sizes: "fixed:bytes=9000"}, things: {share: 50%, path: "/api/{id}"}}
`

function run(more = ''): RunResult {
  const { plan } = planOf(readScenario(`${scenario}${more}`, 'test.yaml'), loadAtlas(), loadPrices())
  return runPlan(plan, loadAtlas(), { manifest })
}

describe('what stands behind the edge, in reports', () => {
  const priced = run('cost: cloudfront\n')

  it('is a section of the terminal: kept, waited for, refused', () => {
    const text = reportText(priced, { width: 110, colors: 0 })
    const section = text.slice(text.indexOf('What stands behind the edge'), text.indexOf('What it costs'))
    for (const part of ['wire', 'gateway', 'cold start', 'function', 'table', 'bucket'])
      expect(section).toContain(`\n  ${part} `)
    const { meters } = priced.backends!.behaviors[0]!
    expect(section).toContain(`${meters['gateway throttles'].toLocaleString('en')} throttled by the gateway`)
    for (const width of [60, 80, 110])
      for (const line of reportText(priced, { width, colors: 0 }).split('\n'))
        expect(line.length).toBeLessThanOrEqual(width)
  })

  it('has no money where nobody asks for it, and is not there for a plain origin', () => {
    const { behaviors } = run().backends!
    expect(behaviors.map(({ usd }) => usd)).toEqual([null, null])
    const { plan } = planOf(readScenario('traffic: {objects: 10, requests: 100}', 'test.yaml'), loadAtlas())
    const plain = runPlan(plan, loadAtlas(), { manifest })
    expect(plain.backends).toBeUndefined()
    expect(reportText(plain, { width: 100, colors: 0 })).not.toContain('What stands behind')
  })

  it('is a section of the page', () => {
    const html = reportHtml(priced, { scenario, land: '' })
    expect(html).toContain('<section id="backends"')
    expect(html).toContain('<a href="#backends">')
  })

  it('is in the bill of a month, unit by unit', () => {
    const { meters } = priced.backends!.behaviors[0]!
    const line = (what: string) => priced.cost!.lines.find(each => each.what === what)!
    const times = priced.cost!.timesRun
    expect(times).toBeCloseTo(monthMs / 200_000, 0)
    expect(line('gateway requests').amount).toBeCloseTo(meters['gateway requests'] * times, 3)
    // One dollar for a million requests of an HTTP API.
    expect(line('gateway requests').usd).toBeCloseTo((meters['gateway requests'] * times) / 1e6, 6)
    // Only the bucket's asks are reads of the cloud.
    const reads = priced.backends!.behaviors[1]!.meters['bucket reads']
    expect(line('cloud reads, fetches of the CDN').amount).toBeCloseTo(reads * times, 3)
  })
})
