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
})
