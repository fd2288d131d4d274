import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { meterUsd, parsePrices, zoneOf } from '../../src/stats/cost-prices.ts'

const text = readFileSync('config/prices.json', 'utf8')
const book = parsePrices(text, 'prices.json')
const GiB = 2 ** 30

describe('the price file', () => {
  it('names source, date and basis for each figure, and knows the large CDNs, clouds and services', () => {
    expect(Object.keys(book.cdns)).toEqual(
      expect.arrayContaining(['cloudfront', 'cloudflare', 'fastly', 'bunny', 'google', 'azure']),
    )
    expect(Object.keys(book.clouds)).toEqual(expect.arrayContaining(['aws', 'gcp', 'azure', 'r2']))
    expect(Object.keys(book.serverless)).toEqual(
      expect.arrayContaining(['lambda', 'api-gateway-http', 'api-gateway-rest', 'dynamodb-on-demand', 'workers']),
    )
    for (const source of Object.values(book.sources)) expect(source.url).toMatch(/^https:/)
  })

  it('puts every country of the atlas into a zone of every list, and only names regions that exist', () => {
    const { countryRegion } = loadAtlas()
    const known = new Set(countryRegion.values())
    for (const { zones } of [...Object.values(book.cdns), ...Object.values(book.clouds)]) {
      for (const [country, region] of countryRegion) expect(zones[zoneOf(zones, country, region)]).toBeDefined()
      for (const { regions } of zones) for (const region of regions) expect(known).toContain(region)
    }
  })

  it("sorts places as the vendors' pages do", () => {
    const { zones } = book.cdns.cloudfront!
    const name = (country: string, region: string) => zones[zoneOf(zones, country, region)]!.name
    expect(name('DE', 'EUW')).toBe('Europe, Israel, Türkiye')
    expect(name('MX', 'CAM')).toBe('United States, Mexico, Canada')
    expect(name('JP', 'EAS')).toBe('Japan')
    expect(name('SG', 'SEA')).toBe('Asia Pacific')
    expect(name('??', '')).toBe('Asia Pacific')
  })

  it('tells every mistake with its place', () => {
    const broken = (change: (bunny: (typeof book.cdns)[string]) => void) => {
      const value = JSON.parse(text)
      change(value.cdns.bunny)
      return () => parsePrices(JSON.stringify(value), 'mine.json')
    }
    expect(() => parsePrices('{', 'mine.json')).toThrow(/mine\.json: no JSON/)
    const shortened = broken(({ zones }) => zones[0]!.egress.tiers.splice(0, 1, [5, 1]))
    expect(shortened).toThrow(/cdns\.bunny\.zones\.0\.egress\.tiers: the last step/)
    const unsourced = broken(bunny => {
      bunny.source = 'rumour'
    })
    expect(unsourced).toThrow(/"rumour" is not among the sources/)
    expect(broken(({ zones }) => zones.pop())).toThrow(/only one, has neither/)
  })
})

describe('a meter', () => {
  const meter = {
    per: GiB,
    free: 0,
    tiers: [
      [10_240, 0.085],
      [51_200, 0.08],
      [null, 0.06],
    ] as [number | null, number][],
  }

  it("adds up its steps: Amazon's own example of 15 TB, 10 at the first price and 5 at the second", () => {
    expect(meterUsd(meter, 15 * 1024 * GiB)).toBeCloseTo(10_240 * 0.085 + 5120 * 0.08, 6)
    expect(meterUsd(meter, 100 * 1024 * GiB)).toBeCloseTo(10_240 * 0.085 + 40_960 * 0.08 + 51_200 * 0.06, 6)
    expect(meterUsd(meter, 0)).toBe(0)
  })

  it('takes off what is free first', () => {
    expect(meterUsd({ ...meter, free: GiB }, GiB)).toBe(0)
    expect(meterUsd({ ...meter, free: GiB }, 3 * GiB)).toBeCloseTo(0.17, 9)
  })

  it('prices a million requests of Lambda as its page does: 0.2 USD above the free million', () => {
    expect(meterUsd(book.serverless.lambda!.meters.requests!, 3e6)).toBeCloseTo(0.4, 9)
  })
})
