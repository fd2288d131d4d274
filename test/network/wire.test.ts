import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../src/lib/virtual-clock.ts'
import { type Ask, failureOf } from '../../src/network/ask.ts'
import { createOrigin } from '../../src/network/origin.ts'
import { createClockedWire, createDirectWire } from '../../src/network/wire.ts'
import { asked, healthy, holdings } from './world.ts'

const leg = { oneWayMs: 30, bytesPerMs: 50 }

describe('a wire', () => {
  it('costs one way there, one way back, and the body at its rate', () => {
    const origin = createOrigin(holdings, healthy, 20, { asks: 0, bytes: 0 })
    expect(asked(createDirectWire(origin, leg), 1, 1000)).toMatchObject([{ status: 200, at: 1000 + 30 + 20 + 30 + 2 }])
  })

  it('carries no body with a 304 or a failure', () => {
    const origin = createOrigin(holdings, healthy, 20, { asks: 0, bytes: 0 })
    expect(asked(createDirectWire(origin, leg), 1, 0, 0)).toMatchObject([{ status: 304, at: 80 }])
    const broken: Ask = (_id, now, _held, reply) => reply(failureOf(503), now)
    expect(asked(createDirectWire(broken, leg), 1, 0)).toMatchObject([{ status: 503, at: 60 }])
  })

  it('brings asks to a shared tier in order of arrival, whoever asked first', () => {
    const clock = createVirtualClock()
    const seen: [number, number][] = []
    const tier: Ask = (id, now, _held, reply) => {
      seen.push([id, now])
      reply(failureOf(502), now)
    }
    const far = createClockedWire(tier, { oneWayMs: 90, bytesPerMs: 1 }, clock)
    const near = createClockedWire(tier, { oneWayMs: 10, bytesPerMs: 1 }, clock)
    far(1, 0, -1, () => {})
    near(2, 50, -1, () => {})
    expect(seen).toEqual([])
    clock.runOut()
    expect(seen).toEqual([
      [2, 60],
      [1, 90],
    ])
  })

  it('dates an answer the same with a clock and without, where nothing is shared', () => {
    const asks = fc.array(fc.tuple(fc.nat(1000), fc.constantFrom(-1, 0)), { maxLength: 30 })
    fc.assert(
      fc.property(asks, fc.double({ min: 0, max: 500, noNaN: true }), (drawn, oneWayMs) => {
        const clock = createVirtualClock()
        const origin = createOrigin(holdings, healthy, 7, { asks: 0, bytes: 0 })
        const clocked = createClockedWire(origin, { oneWayMs, bytesPerMs: 3 }, clock)
        const direct = createDirectWire(origin, { oneWayMs, bytesPerMs: 3 })
        const late = drawn.map(([now, held], id) => asked(clocked, id, now, held))
        clock.runOut()
        expect(late).toEqual(drawn.map(([now, held], id) => asked(direct, id, now, held)))
      }),
    )
  })
})
