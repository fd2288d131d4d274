const digit0 = 48
const point = 46
const dayMs = 86_400_000
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0
  for (let index = start; index < start + count; index++) {
    const digit = bytes[index]! - digit0
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

let lastDay = -1
let lastDayMs = 0

/** `2019-12-04` in bytes as Unix ms of its beginning; NaN when it is no date. */
export function dateMs(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 10) return Number.NaN
  const day = digits(bytes, start, 4) * 10_000 + digits(bytes, start + 5, 2) * 100 + digits(bytes, start + 8, 2)
  if (day === lastDay) return lastDayMs
  const month = Math.floor(day / 100) % 100
  const ms = Date.UTC(Math.floor(day / 10_000), month - 1, day % 100)
  if (Number.isNaN(ms) || month < 1 || month > 12 || day % 100 < 1 || day % 100 > 31) return Number.NaN
  lastDay = day
  lastDayMs = ms
  return ms
}

/** `21:02:31`, perhaps with decimals, in bytes as ms of the day; NaN when it is no time. */
export function timeOfDayMs(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8) return Number.NaN
  const seconds = digits(bytes, start, 2) * 3600 + digits(bytes, start + 3, 2) * 60 + digits(bytes, start + 6, 2)
  const decimals = end - start - 9
  const part = decimals > 0 ? digits(bytes, start + 9, decimals) / 10 ** decimals : 0
  const ms = (seconds + part) * 1000
  return ms < dayMs + 1000 ? ms : Number.NaN
}

/** `10/Oct/2000:13:55:36 -0700`, as Apache and nginx write it, as Unix ms; NaN when it is none. */
export function clfMs(text: string): number {
  const found = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d+))? ([+-])(\d\d)(\d\d)$/.exec(text)
  if (!found) return Number.NaN
  const month = months.indexOf(found[2]!)
  if (month < 0) return Number.NaN
  const number = (group: number): number => Number(found[group])
  const utc = Date.UTC(number(3), month, number(1), number(4), number(5), number(6))
  const zone = (60 * number(9) + number(10)) * 60_000
  return utc + Number(`0.${found[7] ?? 0}`) * 1000 + (found[8] === '-' ? zone : -zone)
}

/** Any other way to write a moment: RFC 3339, or Unix time in seconds, milli-, micro- or nanoseconds. NaN when it is none. */
export function momentMs(stamp: unknown): number {
  if (typeof stamp === 'number') return unixMs(stamp)
  if (typeof stamp !== 'string') return Number.NaN
  // Most logs write it so; Date.parse takes ten times as long.
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?(?:Z|\+00:?00)$/.test(stamp)) return utcMs(stamp)
  if (/^\d+(?:\.\d+)?$/.test(stamp)) return unixMs(Number(stamp))
  // A zone without a colon, as strftime writes it, is no RFC 3339 yet.
  const iso = Date.parse(stamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  return Number.isNaN(iso) ? clfMs(stamp) : iso
}

let lastIsoDay = ''
let lastIsoDayMs = 0

/** `2026-09-14T09:30:00.123Z`, checked already; its zone is that of UTC. */
function utcMs(stamp: string): number {
  const day = stamp.slice(0, 10)
  if (day !== lastIsoDay) {
    lastIsoDayMs = Date.parse(`${day}T00:00:00Z`)
    lastIsoDay = day
  }
  const two = (at: number): number => 10 * stamp.charCodeAt(at) + stamp.charCodeAt(at + 1) - 11 * digit0
  const seconds = 3600 * two(11) + 60 * two(14) + two(17)
  const ms = stamp.charCodeAt(19) === point ? 10 * two(20) + stamp.charCodeAt(22) - digit0 : 0
  return lastIsoDayMs + 1000 * seconds + ms
}

/** Since 1973 a number says by its size what it counts. */
function unixMs(value: number): number {
  if (value < 1e11) return value * 1000
  if (value < 1e14) return value
  return value < 1e17 ? value / 1e3 : value / 1e6
}
