import { z } from 'zod'
import { nameHint } from '../../lib/nearest-name.ts'
import { UserError } from '../../lib/user-error.ts'
import { textOf } from '../traces/cells.ts'
import { splitRequest } from './combined.ts'
import type { LogFormat, LogOptions, ReadLine } from './format.ts'
import type { LogRow } from './log-row.ts'
import { popCode, setObject, setVisitor } from './names.ts'
import { clfMs, momentMs } from './times.ts'
import { cacheStatusVerdict } from './verdicts.ts'

/** What a line says beside what goes straight into its row. */
interface Parts {
  host: string
  target: string
  path: string
  query: string
  address: string
}

type Take = (text: string, row: LogRow, parts: Parts) => void

const size = (text: string): number => (text === '-' ? 0 : Number(text))
const verdict: Take = (text, row) => {
  if (text !== '-' && row.verdict === 'none') row.verdict = cacheStatusVerdict(text)
}
const address: Take = (text, _row, parts) => {
  if (parts.address === '' && text !== '-') parts.address = text.split(',')[0]!.trim()
}
const country: Take = (text, row) => {
  if (/^[A-Za-z]{2}$/.test(text)) row.country = text.toUpperCase()
}
const host: Take = (text, _row, parts) => {
  if (parts.host === '' && text !== '-') parts.host = text
}
const moment: Take = (text, row) => {
  row.timeMs = momentMs(text)
}

/** The variables that mean something here. Source: nginx, alphabetical index of variables. */
const variables: Record<string, Take> = {
  time_local: (text, row) => {
    row.timeMs = clfMs(text)
  },
  time_iso8601: moment,
  msec: moment,
  request: (text, row, parts) => {
    ;[row.method, parts.target] = splitRequest(text)
  },
  request_method: (text, row) => {
    row.method = text
  },
  request_uri: (text, _row, parts) => {
    parts.target = text
  },
  uri: (text, _row, parts) => {
    parts.path = text
  },
  args: (text, _row, parts) => {
    parts.query = text === '-' ? '' : text
  },
  query_string: (text, _row, parts) => {
    parts.query = text === '-' ? '' : text
  },
  host,
  http_host: host,
  server_name: host,
  status: (text, row) => {
    row.status = Number(text)
  },
  body_bytes_sent: (text, row) => {
    row.bodyBytes = size(text)
  },
  bytes_sent: (text, row) => {
    if (Number.isNaN(row.bodyBytes)) row.bodyBytes = size(text)
  },
  sent_http_content_range: (text, row) => {
    const whole = /\/(\d+)$/.exec(text)
    if (whole) row.leastBytes = Number(whole[1])
  },
  upstream_cache_status: verdict,
  sent_http_cache_status: verdict,
  sent_http_x_cache: verdict,
  upstream_http_x_cache: verdict,
  remote_addr: address,
  realip_remote_addr: address,
  http_x_forwarded_for: address,
  geoip_country_code: country,
  geoip2_country_code: country,
  geoip2_data_country_code: country,
  geoip_latitude: (text, row) => {
    row.lat = text === '-' ? Number.NaN : Number(text)
  },
  geoip_longitude: (text, row) => {
    row.lon = text === '-' ? Number.NaN : Number(text)
  },
  pop: (text, row) => {
    row.pop = popCode(text)
  },
}

/**
 * Makes a reader from the text of an nginx `log_format`. Variables that mean nothing here may stand anywhere. Throws UserError when time,
 * request or status is missing. A variable `$pop`, which nginx does not have, takes the place of what names the PoP.
 */
export function createNginxFormat(text: string): LogFormat {
  const { expression, takes, names } = compile(text)
  if (!names.some(name => ['time_local', 'time_iso8601', 'msec'].includes(name)))
    throw new UserError({ message: '--log-format names no time', hint: '$time_local, $time_iso8601 or $msec' })
  if (!names.some(name => ['request', 'request_uri', 'uri'].includes(name)))
    throw new UserError({ message: '--log-format names no request', hint: hintFor('request', names) })
  if (!names.includes('status'))
    throw new UserError({ message: '--log-format names no status', hint: hintFor('status', names) })
  return {
    name: 'custom',
    title: 'A log_format of nginx',
    source: 'nginx, ngx_http_log_module: log_format',
    params: z.strictObject({}),
    looksLike: () => false,
    createReader: options => createReader(expression, takes, options),
  }
}

function hintFor(name: string, names: readonly string[]): string {
  return names.length === 0 ? 'variables are written $name' : nameHint(name, names)
}

function createReader(expression: RegExp, takes: readonly (Take | undefined)[], options: LogOptions): ReadLine {
  const parts: Parts = { host: '', target: '', path: '', query: '', address: '' }
  return (bytes, start, end, row) => {
    const found = expression.exec(textOf(bytes, start, end))
    if (!found) return 'the line does not fit --log-format'
    parts.host = parts.target = parts.path = parts.query = parts.address = ''
    row.verdict = 'none'
    row.bodyBytes = row.leastBytes = row.lat = row.lon = Number.NaN
    row.timeMs = row.status = Number.NaN
    row.method = row.country = row.pop = ''
    for (let group = 0; group < takes.length; group++) takes[group]?.(found[group + 1]!, row, parts)
    if (Number.isNaN(row.timeMs)) return 'the time is none'
    if (!(row.status >= 0)) return 'the status is no number'
    const target = parts.target || `${parts.path}${parts.query === '' ? '' : `?${parts.query}`}`
    setVisitor(row, parts.address, options.salt)
    row.address = options.withAddress ? parts.address : ''
    setObject(row, row.method, parts.host, target, options.withQuery)
    return true
  }
}

function compile(text: string): { expression: RegExp; takes: (Take | undefined)[]; names: string[] } {
  const names: string[] = []
  let pattern = ''
  let last = 0
  for (const match of text.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)) {
    const name = (match[1] ?? match[2])!
    const behind = match.index + match[0].length
    pattern += escaped(text.slice(last, match.index)) + patternOf(name, text[behind])
    names.push(name)
    last = behind
  }
  const expression = new RegExp(`^${pattern}${escaped(text.slice(last))}$`)
  return { expression, takes: names.map(name => (Object.hasOwn(variables, name) ? variables[name] : undefined)), names }
}

/** What a variable's value may hold, by the letter that follows it. */
function patternOf(name: string, next: string | undefined): string {
  if (name === 'is_args') return '(\\??)'
  if (name === 'time_local') return '(\\d\\d/\\w{3}/\\d{4}:[\\d:.]+ [+-]\\d{4})'
  if (next === undefined) return '(.*)'
  // A list with a comma and a space between its addresses.
  if (name === 'http_x_forwarded_for' && next === ' ') return '((?:[^ ,]+, )*[^ ]*)'
  if (next === '"') return '((?:[^"\\\\]|\\\\.)*)'
  return next === '$' ? '(\\S*?)' : `([^${escaped(next)}]*)`
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
