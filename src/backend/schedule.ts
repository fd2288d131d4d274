import type { Ms } from '../lib/clock.ts'
import { UserError } from '../lib/user-error.ts'

/** When a schedule is due next after a time, in milliseconds since 1970 UTC; Infinity when never again. */
export type Schedule = (after: Ms) => Ms

const unitMs: Record<string, Ms> = { minute: 60e3, hour: 3600e3, day: 864e5 }
const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const dayMs = 864e5

/**
 * Reads `rate(5 minutes)` and `cron(minutes hours day-of-month month day-of-week year)` in UTC. In a cron a field is `*`, `?`,
 * numbers and names with `,`, `-` and `/`; for days also `L` (the last one, or `6L`: the last Friday), `15W` (the weekday nearest to
 * the 15th) and `6#2` (the second Friday). One of the two day fields is `?`. Throws UserError.
 * Source: Amazon EventBridge User Guide, "Schedule types in EventBridge".
 */
export function parseSchedule(text: string): Schedule {
  const [, count, unit] = /^rate\(\s*([1-9]\d{0,8}) (minute|hour|day)s?\s*\)$/.exec(text) ?? []
  if (count !== undefined) {
    const everyMs = Number(count) * unitMs[unit!]!
    return after => after + everyMs
  }
  const [, fields] = /^cron\(\s*(.*?)\s*\)$/.exec(text) ?? []
  if (fields === undefined) throw wrong(text, 'it is neither rate(5 minutes) nor cron(0 12 * * ? *)')
  const [minutes, hours, daysOfMonth, months, daysOfWeek, years, ...rest] = fields.split(/\s+/)
  if (years === undefined || rest.length > 0) throw wrong(text, 'a cron has six fields')
  if ((daysOfMonth === '?') === (daysOfWeek === '?'))
    throw wrong(text, 'one of the two fields for days is ?, and the other is not')
  const minute = setOf(text, minutes!, 0, 59)
  const hour = setOf(text, hours!, 0, 23)
  const month = setOf(text, months!, 1, 12, monthNames)
  const year = setOf(text, years, 1970, 2199)
  const isDay = daysOfWeek === '?' ? dayOfMonthTest(text, daysOfMonth!) : dayOfWeekTest(text, daysOfWeek!)
  return after => {
    const start = new Date(after - (after % 60e3) + 60e3)
    let day = Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate())
    // A calendar repeats after 28 years, or 40 around a century without a leap day.
    const lastDay = day + 41 * 366 * dayMs
    for (let from = start.getTime() - day; day <= lastDay; day += dayMs, from = 0) {
      const date = new Date(day)
      if (!month.has(date.getUTCMonth() + 1) || !year.has(date.getUTCFullYear()) || !isDay(date)) continue
      for (let at = from; at < dayMs; at += 60e3)
        if (hour.has(Math.floor(at / 3600e3)) && minute.has((at / 60e3) % 60)) return day + at
    }
    return Number.POSITIVE_INFINITY
  }
}

function wrong(text: string, message: string): UserError {
  return new UserError({ message: `schedule "${text}": ${message}` })
}

function setOf(
  text: string,
  field: string,
  least: number,
  greatest: number,
  names: readonly string[] = [],
): Set<number> {
  const values = new Set<number>()
  const read = (word: string): number => {
    const named = names.indexOf(word.toUpperCase())
    const value =
      named >= 0 ? named + (names === dayNames ? 1 : least) : /^\d{1,4}$/.test(word) ? Number(word) : Number.NaN
    if (!(value >= least && value <= greatest)) throw wrong(text, `"${word}" is not from ${least} to ${greatest}`)
    return value
  }
  for (const part of field.split(',')) {
    const [range = '', step, ...rest] = part.split('/')
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) throw wrong(text, `"${part}" is no step`)
    const [from, until, ...more] = range === '*' ? [least, greatest] : range.split('-').map(read)
    if (more.length > 0 || from === undefined) throw wrong(text, `"${range}" is no range`)
    const last = until ?? (step === undefined ? from : greatest)
    if (last < from) throw wrong(text, `"${range}" ends before it begins`)
    for (let value = from; value <= last; value += Number(step ?? 1)) values.add(value)
  }
  return values
}

type DayTest = (date: Date) => boolean

function lastOfMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
}

function dayOfMonthTest(text: string, field: string): DayTest {
  if (field === 'L') return date => date.getUTCDate() === lastOfMonth(date)
  const [, nearest] = /^(\d{1,2})W$/.exec(field) ?? []
  if (nearest === undefined) {
    const days = setOf(text, field, 1, 31)
    return date => days.has(date.getUTCDate())
  }
  const wanted = Number(nearest)
  if (wanted < 1 || wanted > 31) throw wrong(text, `"${field}" is no day of a month`)
  return date => {
    const last = lastOfMonth(date)
    if (wanted > last) return false
    const week = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), wanted)).getUTCDay()
    // A Saturday gives way to the Friday before, a Sunday to the Monday after, within the month.
    const shift = week === 6 ? (wanted === 1 ? 2 : -1) : week === 0 ? (wanted === last ? -2 : 1) : 0
    return date.getUTCDate() === wanted + shift
  }
}

function dayOfWeekTest(text: string, field: string): DayTest {
  const [, day, sign, count] = /^([1-7]|[A-Za-z]{3})(?:(L)|#([1-5]))$/.exec(field) ?? []
  if (day === undefined) {
    const days = field === 'L' ? new Set([7]) : setOf(text, field, 1, 7, dayNames)
    return date => days.has(date.getUTCDay() + 1)
  }
  const [wanted] = setOf(text, day, 1, 7, dayNames)
  return date => {
    if (date.getUTCDay() + 1 !== wanted) return false
    return sign === 'L' ? date.getUTCDate() + 7 > lastOfMonth(date) : Math.ceil(date.getUTCDate() / 7) === Number(count)
  }
}
