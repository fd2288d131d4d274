import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../src/lib/virtual-clock.ts'
import { MomentClock } from '../../src/sim/moment-clock.ts'

/** Requests in order of time, many at one moment; each asks for a task a whole number of steps later, which may ask for another one. */
const requests = fc.array(
  fc.record({ step: fc.integer({ min: 0, max: 2 }), wait: fc.integer({ min: 0, max: 4 }), again: fc.nat(3) }),
  { maxLength: 60 },
)

describe('the clock of moments', () => {
  it('does everything in the order of a plain clock', () => {
    fc.assert(
      fc.property(requests, rows => {
        const told = (clock: ReturnType<typeof createVirtualClock>, begin: (row: number, now: number) => void) => {
          const log: string[] = []
          let now = 0
          rows.forEach(({ step, wait, again }, row) => {
            now += step
            begin(row, now)
            log.push(`row ${row}`)
            clock.at(now + wait, at => {
              log.push(`task ${row} at ${at}`)
              if (again > 0) clock.at(at + again - 1, then => log.push(`again ${row} at ${then}`))
            })
          })
          clock.runOut()
          return log
        }
        const plain = createVirtualClock()
        const moments = new MomentClock()
        expect(told(moments, (row, now) => moments.begin(row, now))).toEqual(
          told(plain, (_, now) => plain.runUntil(now)),
        )
      }),
      { seed: 3 },
    )
  })

  it('takes what comes late from other threads in its true order', () => {
    const plain = createVirtualClock()
    const moments = new MomentClock()
    const [expected, log]: [number[], number[]] = [[], []]
    for (let row = 0; row < 200; row++) plain.at(100 + (row % 7), () => expected.push(row))
    for (let row = 0; row < 200; row += 2) {
      moments.begin(row, 0)
      moments.at(100 + (row % 7), () => log.push(row))
    }
    for (let row = 199; row > 0; row -= 2) moments.atMoment(100 + (row % 7), 0, row, () => log.push(row))
    plain.runOut()
    moments.runOut()
    expect(log).toEqual(expected)
  })

  /** What is done at 10 when a task of 3 asked for it, and then somebody elsewhere at moment (`ms`, `order`). */
  function doneAt10(begun: { request: number; ms: number } | null, ms: number, order: number): string[] {
    const clock = new MomentClock()
    const done: string[] = []
    if (begun !== null) clock.begin(begun.request, begun.ms)
    clock.at(3, () => {
      clock.at(10, () => done.push('here'))
      clock.atMoment(10, ms, order, () => done.push('elsewhere'))
    })
    clock.runOut()
    return done
  }

  it('puts a task before the first request of its time, and after the last one that was seen to', () => {
    const first = ['here', 'elsewhere']
    const second = ['elsewhere', 'here']
    // Request 7 came before: what is done at 3 comes before all requests of that time, in the order of asking among itself.
    expect(doneAt10({ request: 7, ms: 1 }, 3, 0)).toEqual(first)
    expect(doneAt10({ request: 7, ms: 1 }, 3, 8)).toEqual(first)
    expect(doneAt10({ request: 7, ms: 1 }, 3, -1)).toEqual(first)
    expect(doneAt10({ request: 7, ms: 1 }, 2.9, 8)).toEqual(second)
    // Request 7 is of that time: what is done at 3 comes between it and request 8.
    expect(doneAt10({ request: 7, ms: 3 }, 3, 6)).toEqual(second)
    expect(doneAt10({ request: 7, ms: 3 }, 3, 7)).toEqual(second)
    expect(doneAt10({ request: 7, ms: 3 }, 3, 8)).toEqual(first)
    expect(doneAt10(null, 3, 0)).toEqual(first)
    expect(doneAt10(null, 3, -1)).toEqual(first)
  })

  it('is before all requests when it begins', () => {
    for (const wait of [0, 1]) {
      const clock = new MomentClock()
      const done: string[] = []
      const ask = (): void => {
        clock.at(5, () => done.push('first'))
        clock.atMoment(5, wait, -1, () => done.push('second'))
        clock.atMoment(5, wait, 0, () => done.push('request 0'))
      }
      if (wait === 0) ask()
      else clock.at(wait, ask)
      clock.runOut()
      expect(done).toEqual(['first', 'second', 'request 0'])
    }
  })
})
