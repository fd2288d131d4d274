import { describe, expect, it } from 'vitest'
import { parseSchedule } from '../../src/backend/schedule.ts'

const from = Date.UTC(2026, 0, 1, 0, 0, 30)

function next(text: string, count = 3): string[] {
  const schedule = parseSchedule(text)
  const times: string[] = []
  for (let at = schedule(from); times.length < count && Number.isFinite(at); at = schedule(at))
    times.push(new Date(at).toISOString().slice(0, 16))
  return times
}

describe('schedules', () => {
  // Written down by hand from a calendar; 1 January 2026 is a Thursday.
  it.each([
    ['rate(5 minutes)', ['2026-01-01T00:05', '2026-01-01T00:10', '2026-01-01T00:15']],
    ['rate(1 hour)', ['2026-01-01T01:00', '2026-01-01T02:00', '2026-01-01T03:00']],
    ['cron(0 12 * * ? *)', ['2026-01-01T12:00', '2026-01-02T12:00', '2026-01-03T12:00']],
    ['cron(15 10 ? * MON-FRI *)', ['2026-01-01T10:15', '2026-01-02T10:15', '2026-01-05T10:15']],
    ['cron(0/20 8-9 ? * 2 *)', ['2026-01-05T08:00', '2026-01-05T08:20', '2026-01-05T08:40']],
    ['cron(0 8 1 * ? *)', ['2026-01-01T08:00', '2026-02-01T08:00', '2026-03-01T08:00']],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00', '2026-02-28T00:00', '2026-03-31T00:00']],
    ['cron(0 0 ? * 6L *)', ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-27T00:00']],
    ['cron(0 0 ? * FRI#2 *)', ['2026-01-09T00:00', '2026-02-13T00:00', '2026-03-13T00:00']],
    // 15 February and 15 March are Sundays.
    ['cron(0 0 15W * ? *)', ['2026-01-15T00:00', '2026-02-16T00:00', '2026-03-16T00:00']],
    // 1 August is a Saturday.
    ['cron(0 0 1W 8 ? 2026)', ['2026-08-03T00:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['cron(1,59 23 31 DEC ? 2026)', ['2026-12-31T23:01', '2026-12-31T23:59']],
    ['cron(0 0 1 1 ? 2020)', []],
  ])('%s', (text, times) => expect(next(text)).toEqual(times))

  it.each([
    'rate(0 minutes)',
    'rate(5 weeks)',
    'cron(* * * * *)',
    'cron(* * * * * *)',
    'cron(60 * * * ? *)',
    'cron(* * ? * ? *)',
    'cron(5-1 * * * ? *)',
    'cron(*/0 * * * ? *)',
    'cron(* * 0 * ? *)',
    'cron(* * 40W * ? *)',
    'cron(* * ? * MONDAY *)',
    'every day',
  ])('refuses %s', text => expect(() => parseSchedule(text)).toThrow(`schedule "${text}"`))
})
