import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenBucket } from '../../src/backend/token-bucket.ts'

describe('a token bucket', () => {
  it('gives its burst at once and then its rate', () => {
    const bucket = createTokenBucket(10, 5)
    expect([1, 2, 3, 4, 5, 6].map(() => bucket.take(0))).toEqual([true, true, true, true, true, false])
    expect(bucket.take(99)).toBe(false)
    expect(bucket.take(100)).toBe(true)
    expect(bucket.take(100)).toBe(false)
  })

  it('holds no more than its burst however long nobody comes', () => {
    const bucket = createTokenBucket(10, 5)
    bucket.take(0, 5)
    expect(bucket.level(3_600_000)).toBe(5)
  })

  it('tells how long to wait, and is right about it', () => {
    const bucket = createTokenBucket(4, 8)
    expect(bucket.waitMs(0, 8)).toBe(0)
    bucket.take(0, 8)
    expect(bucket.waitMs(0, 2)).toBe(500)
    expect(bucket.take(499, 2)).toBe(false)
    expect(bucket.take(500, 2)).toBe(true)
    expect(bucket.waitMs(500, 9)).toBe(Number.POSITIVE_INFINITY)
    const dry = createTokenBucket(0, 1)
    dry.take(0)
    expect(dry.waitMs(0)).toBe(Number.POSITIVE_INFINITY)
  })

  it('goes into debt when it is charged, and comes out of it', () => {
    const bucket = createTokenBucket(10, 10)
    bucket.charge(0, 25)
    expect(bucket.level(0)).toBe(-15)
    expect(bucket.take(1500)).toBe(false)
    expect(bucket.take(1600)).toBe(true)
  })

  it('refills nothing when time stands still or goes back', () => {
    const bucket = createTokenBucket(1000, 1)
    bucket.take(1000)
    expect(bucket.take(1000)).toBe(false)
    expect(bucket.take(0)).toBe(false)
    expect(bucket.take(1001)).toBe(true)
  })

  it('never gives more in any window than the burst and what the rate brings in it', () => {
    const takers = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 6 })), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), takers, (rate, burst, steps) => {
        const bucket = createTokenBucket(rate, burst)
        const given: [number, number][] = []
        let now = 0
        for (const [gapMs, count] of steps) {
          now += gapMs
          if (bucket.take(now, count)) given.push([now, count])
        }
        for (let first = 0; first < given.length; first++) {
          let sum = 0
          for (let last = first; last < given.length; last++) {
            sum += given[last]![1]
            const allowed = burst + ((given[last]![0] - given[first]![0]) * rate) / 1000
            expect(sum).toBeLessThanOrEqual(allowed + 1e-3)
          }
        }
      }),
    )
  })
})
