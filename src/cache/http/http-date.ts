import type { Ms } from '../../lib/clock.ts'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const day = '(?:mon|tue|wed|thu|fri|sat|sun)'
const longDay = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)'
const month = `(${months.join('|')})`
const time = '(\\d\\d):(\\d\\d):(\\d\\d)'
const imfFixdate = new RegExp(`^${day}, (\\d\\d) ${month} (\\d{4}) ${time} gmt$`, 'i')
const rfc850Date = new RegExp(`^${longDay}, (\\d\\d)-${month}-(\\d\\d) ${time} gmt$`, 'i')
const asctimeDate = new RegExp(`^${day} ${month} (\\d\\d| \\d) ${time} (\\d{4})$`, 'i')

/**
 * Milliseconds since 1970 of an HTTP date in one of its three formats, names in any case; undefined for everything else. A year of
 * two digits that seems more than 50 years ahead of `now` is of the past. Source: RFC 9110, 5.6.7.
 */
export function parseHttpDate(text: string, now: Ms): Ms | undefined {
  const fixed = imfFixdate.exec(text)
  if (fixed) return toMs(Number(fixed[3]), fixed[2]!, fixed[1]!, fixed[4]!, fixed[5]!, fixed[6]!)
  const asctime = asctimeDate.exec(text)
  if (asctime) return toMs(Number(asctime[6]), asctime[1]!, asctime[2]!, asctime[3]!, asctime[4]!, asctime[5]!)
  const rfc850 = rfc850Date.exec(text)
  if (!rfc850) return undefined
  const thisYear = new Date(now).getUTCFullYear()
  const year = Math.floor(thisYear / 100) * 100 + Number(rfc850[3])
  return toMs(year > thisYear + 50 ? year - 100 : year, rfc850[2]!, rfc850[1]!, rfc850[4]!, rfc850[5]!, rfc850[6]!)
}

/** A date in the preferred format. Source: RFC 9110, 5.6.7, IMF-fixdate. */
export function formatHttpDate(ms: Ms): string {
  return new Date(ms).toUTCString()
}

function toMs(year: number, monthName: string, dayText: string, h: string, m: string, s: string): Ms | undefined {
  const monthNumber = months.indexOf(monthName.toLowerCase())
  const dayNumber = Number(dayText)
  const hours = Number(h)
  const minutes = Number(m)
  const seconds = Number(s)
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, monthNumber, dayNumber)
  if (date.getUTCMonth() !== monthNumber || date.getUTCDate() !== dayNumber) return undefined
  date.setUTCHours(hours, minutes, seconds)
  return date.getTime()
}
