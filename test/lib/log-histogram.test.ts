import { build } from 'hdr-histogram-js'
import { describe, expect, it } from 'vitest'
import {
  bucketCount,
  bucketOf,
  lowerBorderOf,
  middleOf,
  quantileOf,
  signedQuantileOf,
} from '../../src/lib/log-histogram.ts'
import { createRandom } from '../../src/lib/random.ts'

describe('log histogram', () => {
  it('puts each value into the bucket whose borders hold it', () => {
    const random = createRandom(3)
    for (let draw = 0; draw < 5000; draw++) {
      const value = 2 ** (random.unit() * 24 - 4.9)
      const bucket = bucketOf(value)
      expect(lowerBorderOf(bucket)).toBeLessThanOrEqual(value * (1 + 1e-7))
      expect(lowerBorderOf(bucket + 1)).toBeGreaterThanOrEqual(value * (1 - 1e-7))
      expect(Math.abs(middleOf(bucket) / value - 1)).toBeLessThan(0.004)
    }
    expect(bucketOf(0)).toBe(0)
    expect(bucketOf(1e9)).toBe(bucketCount - 1)
  })

  it('agrees with HDR Histogram on quantiles', () => {
    const random = createRandom(4)
    const counts = new Uint32Array(bucketCount)
    const hdr = build({ numberOfSignificantValueDigits: 3 })
    for (let draw = 0; draw < 50_000; draw++) {
      const value = 20 - Math.log(1 - random.unit()) * 80
      counts[bucketOf(value)]!++
      hdr.recordValue(Math.round(value * 1000))
    }
    for (const share of [0.01, 0.5, 0.9, 0.95, 0.99])
      expect(Math.abs(quantileOf(counts, share) / (hdr.getValueAtPercentile(share * 100) / 1000) - 1)).toBeLessThan(
        0.006,
      )
    expect(quantileOf(new Uint32Array(bucketCount), 0.5)).toBeNaN()
  })

  it('orders negative values before positive ones', () => {
    const positive = new Uint32Array(bucketCount)
    const negative = new Uint32Array(bucketCount)
    for (const value of [1, 2, 3, 4, 5]) positive[bucketOf(value)]!++
    for (const value of [10, 20, 30]) negative[bucketOf(value)]!++
    const near = (share: number, value: number) =>
      expect(Math.abs(signedQuantileOf(positive, negative, share) / value - 1)).toBeLessThan(0.005)
    near(0.01, -30)
    near(0.25, -20)
    near(0.375, -10)
    near(0.5, 1)
    near(1, 5)
  })
})
