import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimedQueue } from '../../src/lib/timed-queue.ts'
import { estimateOf, studentQuantile95 } from '../../src/stats/estimate.ts'
import { mser5 } from '../../src/stats/warmup.ts'

describe('estimates over replications', () => {
  it('have the quantiles of Student: Abramowitz and Stegun, table 26.10', () => {
    expect([1, 4, 9, 29].map(studentQuantile95)).toEqual([12.706, 2.776, 2.262, 2.045])
    expect(studentQuantile95(60)).toBeCloseTo(2.0, 2)
    expect(studentQuantile95(120)).toBeCloseTo(1.98, 2)
  })

  it('have an interval only where there are several', () => {
    expect(estimateOf([7])).toEqual({ value: 7, halfWidth: null })
    // Deviation 1, so the half width is t(2) / sqrt(3).
    expect(estimateOf([1, 2, 3]).halfWidth).toBeCloseTo(4.303 / Math.sqrt(3), 3)
  })
})

describe('the warm-up by MSER-5', () => {
  it('cuts where the standard error of the rest is least, by brute force over all cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 120 }), values => {
        const batches = Math.floor(values.length / 5)
        const means = Array.from({ length: batches }, (_, batch) =>
          values.slice(5 * batch, 5 * batch + 5).reduce((sum, value) => sum + value / 5, 0),
        )
        const score = (cut: number): number => {
          const rest = means.slice(cut)
          const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length
          return rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2
        }
        const cut = mser5(values)
        expect(cut % 5).toBe(0)
        for (let other = 0; other <= Math.floor(batches / 2); other++)
          expect(score(cut / 5)).toBeLessThanOrEqual(score(other) + 1e-12)
      }),
    )
  })

  it('cuts off a ramp and keeps what is level', () => {
    const ramp = Array.from({ length: 100 }, (_, step) => Math.min(1, step / 20) + 0.001 * (step % 2))
    expect(mser5(ramp)).toBe(20)
  })
})

describe('numbers waiting for their time', () => {
  it('come out by time, and among equal times as they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 300 }), times => {
        const queue = new TimedQueue()
        times.forEach((time, value) => {
          queue.push(time, value)
        })
        const expected = times.map((time, value) => ({ time, value })).sort((a, b) => a.time - b.time)
        for (const { time, value } of expected) {
          expect(queue.nextTime).toBe(time)
          expect(queue.pop()).toBe(value)
        }
        expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY)
      }),
    )
  })
})
