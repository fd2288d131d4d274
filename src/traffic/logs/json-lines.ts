import { z } from 'zod'
import { textOf } from '../traces/cells.ts'
import type { LogFormat, LogOptions, ReadLine } from './format.ts'
import type { LoggedVerdict } from './log-row.ts'
import { popCode, setObject, setVisitor } from './names.ts'
import { momentMs } from './times.ts'

/** Which keys hold what; of several the first that is there counts. */
export interface JsonFields {
  time: readonly string[]
  /** A time of day that belongs to a date in `time`. */
  timeOfDay?: string
  method: readonly string[]
  host: readonly string[]
  target: readonly string[]
  /** A query that is no part of the target. */
  query?: string
  status: readonly string[]
  bytes: readonly string[]
  rangeEnd?: string
  verdict: readonly string[]
  pop: readonly string[]
  lat: readonly string[]
  lon: readonly string[]
  country: readonly string[]
  address: readonly string[]
  /** A key that is false for what another tier of the same CDN asked for. */
  isEdge?: string
}

type Json = Record<string, unknown>

/** An object may stand behind what syslog puts before it. */
const longestPrefix = 200
const prefixed = /^[^{\n]{0,200}\{/
const brace = 123

/** Declares a log of JSON objects, one a line. */
export function defineJsonLog(
  { name, title, source }: Pick<LogFormat, 'name' | 'title' | 'source'>,
  looksLike: (head: string) => boolean,
  fields: JsonFields,
  verdictOf: (text: string) => LoggedVerdict,
): LogFormat {
  return {
    name,
    title,
    source,
    params: z.strictObject({}),
    looksLike: head => prefixed.test(head) && looksLike(head),
    createReader: options => createJsonReader(fields, verdictOf, options),
  }
}

function createJsonReader(
  fields: JsonFields,
  verdictOf: (text: string) => LoggedVerdict,
  { salt, withQuery, withAddress }: LogOptions,
): ReadLine {
  return (bytes, start, end, row) => {
    const line = readObject(bytes, start, end)
    if (line === undefined) return 'the line is no JSON object'
    const date = valueAt(line, fields.time)
    const clock = fields.timeOfDay === undefined ? undefined : line[fields.timeOfDay]
    row.timeMs = momentMs(
      typeof clock === 'string' && /^\d{4}-\d\d-\d\d$/.test(String(date)) ? `${date}T${clock}Z` : date,
    )
    if (Number.isNaN(row.timeMs)) return `${fields.time[0]} is missing or no time`
    const target = valueAt(line, fields.target)
    if (typeof target !== 'string') return `${fields.target.join(', ')}: none of them is there`
    // A log may be without a field that nobody chose: an answer is then taken for a good one.
    row.status = numberOf(valueAt(line, fields.status) ?? 200)
    if (!(row.status >= 0)) return `${fields.status[0]} is no number`
    row.method = textAt(line, fields.method)
    row.bodyBytes = numberOf(valueAt(line, fields.bytes))
    if (row.bodyBytes < 0) return `${fields.bytes[0]} is negative`
    row.leastBytes = fields.rangeEnd === undefined ? Number.NaN : numberOf(line[fields.rangeEnd]) + 1
    row.verdict = verdictOf(textAt(line, fields.verdict))
    row.pop = popCode(textAt(line, fields.pop))
    row.lat = numberOf(valueAt(line, fields.lat))
    row.lon = numberOf(valueAt(line, fields.lon))
    row.country = textAt(line, fields.country).toUpperCase()
    const address = textAt(line, fields.address)
    setVisitor(row, address, salt)
    row.address = withAddress ? address : ''
    row.isVisitor = fields.isEdge === undefined || String(line[fields.isEdge] ?? true) !== 'false'
    const query = fields.query === undefined ? '' : textAt(line, [fields.query])
    setObject(row, row.method, textAt(line, fields.host), query === '' ? target : `${target}?${query}`, withQuery)
    return true
  }
}

function readObject(bytes: Uint8Array, start: number, end: number): Json | undefined {
  let from = start
  while (from < end && from < start + longestPrefix && bytes[from] !== brace) from++
  try {
    const value: unknown = JSON.parse(textOf(bytes, from, end))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    // The caller says which line it is.
    return undefined
  }
}

/** A dash is how logs write that there is nothing. */
function valueAt(line: Json, keys: readonly string[]): unknown {
  for (const key of keys) {
    const value = line[key]
    if (value !== undefined && value !== null && value !== '' && value !== '-') return value
  }
  return undefined
}

function textAt(line: Json, keys: readonly string[]): string {
  const value = valueAt(line, keys)
  return typeof value === 'string' ? value : value === undefined ? '' : String(value)
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}
