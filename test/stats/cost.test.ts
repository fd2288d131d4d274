import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type CostPlan, costOf, monthMs } from '../../src/stats/cost.ts'
import { parsePrices, zoneOf } from '../../src/stats/cost-prices.ts'

const book = parsePrices(readFileSync('config/prices.json', 'utf8'), 'prices.json')
const GiB = 2 ** 30

/** PoPs in Frankfurt and Tokyo, the origin near Ashburn. */
function planOf(cdnName: string, cloudName: string): CostPlan {
  const cdn = book.cdns[cdnName]!
  const cloud = book.clouds[cloudName]!
  return {
    cdn,
    cloud,
    isFetchFree: cdn.freeFrom.includes(cloudName),
    zoneOfEdge: [zoneOf(cdn.zones, 'DE', 'EUW'), zoneOf(cdn.zones, 'JP', 'EAS')],
    originZone: zoneOf(cdn.zones, 'US', 'NA'),
    cloudZone: zoneOf(cloud.zones, 'US', 'NA'),
    date: book.date,
    sources: [],
  }
}

/** A month: 15 TiB and 30 million requests in Frankfurt, 5 TiB and 10 million in Tokyo; a tenth of it is fetched. */
const usage = {
  ms: monthMs,
  edges: [
    { requests: 30e6, bytes: 15_360 * GiB, missedBytes: 1536 * GiB },
    { requests: 10e6, bytes: 5120 * GiB, missedBytes: 512 * GiB },
  ],
  origin: { asks: 4e6, bytes: 2048 * GiB },
  storedBytes: 100 * GiB,
}

/** The bill of Amazon alone: 100 GiB free, 10 TiB at 9 cents, the rest at 8.5; reads and storage. */
const directUsd = 10_240 * 0.09 + (20_480 - 100 - 10_240) * 0.085 + 40_000 * 0.0004 + 100 * 0.023

describe('a month in money', () => {
  it('is what the CloudFront page and the S3 page come to by hand', () => {
    const cost = costOf(planOf('cloudfront', 'aws'), usage)
    // 1 TiB of 20 and 10 of 40 million requests are free, in proportion.
    const [frankfurt, tokyo] = [15_360 * 0.95, 5120 * 0.95]
    const egress = 10_240 * 0.085 + (frankfurt - 10_240) * 0.08 + tokyo * 0.114
    const requests = 2250 * 0.012 + 750 * 0.012
    const cloud = 4000 * 0.0004 + 100 * 0.023
    expect(cost.withCdnUsd).toBeCloseTo(egress + requests + cloud, 6)
    expect(cost.withoutCdnUsd).toBeCloseTo(directUsd, 6)
    expect(cost.savedUsd).toBeCloseTo(cost.withoutCdnUsd - cost.withCdnUsd, 9)
    expect(cost.lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(cost.withCdnUsd, 9)
  })

  it('charges fetches where the cloud and the CDN are not of one house', () => {
    const cost = costOf(planOf('bunny', 'aws'), usage)
    const egress = (15_360 * 0.01 + 5120 * 0.03) * (GiB / 1e9)
    const fetches = (2048 - 100) * 0.09 + 4000 * 0.0004 + 100 * 0.023
    expect(cost.withCdnUsd).toBeCloseTo(egress + fetches, 6)
  })

  it('takes a fee, the least bill, and fills by how far the origin is', () => {
    const flat = costOf(planOf('cloudflare', 'r2'), usage)
    expect(flat.lines.find(({ what }) => what === 'CDN fee of a month')!.usd).toBe(25)
    const idle = { ...usage, edges: usage.edges.map(() => ({ requests: 0, bytes: 0, missedBytes: 0 })) }
    expect(costOf(planOf('fastly', 'aws'), idle).lines[0]).toMatchObject({ usd: 50 })
    const fills = costOf(planOf('google', 'gcp'), usage).lines.find(({ what }) => what === 'CDN cache fills')!
    // Frankfurt shares the origin's zone in Google's list, Tokyo does not.
    expect(fills.usd).toBeCloseTo(1536 * 0.02 + 512 * 0.04, 6)
  })

  it('fills a month with a shorter run: twice as long with twice as much costs the same', () => {
    const twice = {
      ...usage,
      ms: usage.ms * 2,
      edges: usage.edges.map(({ requests, bytes, missedBytes }) => ({
        requests: 2 * requests,
        bytes: 2 * bytes,
        missedBytes: 2 * missedBytes,
      })),
      origin: { asks: 2 * usage.origin.asks, bytes: 2 * usage.origin.bytes },
    }
    expect(costOf(planOf('cloudfront', 'aws'), twice).savedUsd).toBeCloseTo(
      costOf(planOf('cloudfront', 'aws'), usage).savedUsd,
      6,
    )
  })
})
