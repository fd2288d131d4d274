import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLimitedOrigin, createOrigin, type Health } from '../../src/network/origin.ts'
import { asked, healthy, holdings } from './world.ts'

describe('an origin', () => {
  it('answers 304 to who holds the version of the moment, and sends the new one else', () => {
    const totals = { asks: 0, bytes: 0 }
    const changing = { ...holdings, versionAt: (_id: number, now: number) => Math.floor(now / 1000) }
    const origin = createOrigin(changing, healthy, 5, totals)
    expect(asked(origin, 1, 900)).toMatchObject([{ status: 200, version: 0, at: 905 }])
    expect(asked(origin, 1, 950, 0)).toMatchObject([{ status: 304, version: 0, at: 955 }])
    expect(asked(origin, 1, 1000, 0)).toMatchObject([{ status: 200, version: 1, at: 1005 }])
    expect(totals).toEqual({ asks: 3, bytes: 200 })
  })

  it('answers 502 at once while it is down, and thinks longer while it is slow', () => {
    const health: Health = { isDown: now => now < 100, slowness: now => (now < 200 ? 10 : 1) }
    const totals = { asks: 0, bytes: 0 }
    const origin = createOrigin(holdings, health, 5, totals)
    expect(asked(origin, 1, 99)).toMatchObject([{ status: 502, bytes: 0, at: 99 }])
    expect(asked(origin, 1, 100)).toMatchObject([{ status: 200, at: 150 }])
    expect(asked(origin, 1, 200)).toMatchObject([{ status: 200, at: 205 }])
    expect(totals).toEqual({ asks: 3, bytes: 200 })
  })
})

/** First come, first served, by brute force: each ask is given to the worker that is free first. */
function served(times: readonly number[], workers: number, queue: number, thinkMs: number): (number | null)[] {
  const freeAt = new Array<number>(workers).fill(0)
  const starts: number[] = []
  return times.map(now => {
    const worker = freeAt.indexOf(Math.min(...freeAt))
    const start = Math.max(now, freeAt[worker]!)
    if (start > now && starts.filter(other => other > now).length >= queue) return null
    starts.push(start)
    freeAt[worker] = start + thinkMs
    return start + thinkMs
  })
}

describe('an origin with limits', () => {
  it('fails and slows down as one without, by the moment at which it begins', () => {
    const health: Health = { isDown: now => now < 100, slowness: now => (now < 200 ? 10 : 1) }
    const totals = { asks: 0, bytes: 0 }
    const origin = createLimitedOrigin(holdings, health, 5, totals, { concurrency: 1, queue: 1 })
    expect(asked(origin, 1, 99)).toMatchObject([{ status: 502, bytes: 0, at: 99 }])
    expect(asked(origin, 1, 160)).toMatchObject([{ status: 200, at: 210 }])
    expect(asked(origin, 1, 190)).toMatchObject([{ status: 200, at: 215 }])
    expect(totals).toEqual({ asks: 3, bytes: 200 })
  })

  it('serves as many at once as it may, lets some wait, and refuses the rest', () => {
    const drawn = fc.record({
      // Small, so that an ask often comes at the moment at which a worker is free.
      gaps: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 80 }),
      workers: fc.integer({ min: 1, max: 4 }),
      queue: fc.integer({ min: 0, max: 5 }),
      thinkMs: fc.constantFrom(1, 10, 40),
    })
    fc.assert(
      fc.property(drawn, ({ gaps, workers, queue, thinkMs }) => {
        let now = 0
        const times = gaps.map(gap => {
          now += gap
          return now
        })
        const totals = { asks: 0, bytes: 0 }
        const limits = { concurrency: workers, queue }
        const origin = createLimitedOrigin(holdings, healthy, thinkMs, totals, limits)
        const expected = served(times, workers, queue, thinkMs)
        times.forEach((time, id) => {
          const end = expected[id]!
          const answer = end === null ? { status: 503, at: time } : { status: 200, at: end }
          expect(asked(origin, id, time)).toMatchObject([answer])
        })
        expect(totals.asks).toBe(times.length)
        expect(totals.bytes).toBe(100 * expected.filter(end => end !== null).length)
      }),
      { seed: 3 },
    )
  })
})
