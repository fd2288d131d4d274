import { z } from 'zod'
import { parseNumber, parseWhole, textOf } from '../traces/cells.ts'
import type { LogFormat, LogOptions, ReadLine } from './format.ts'
import type { LogRow } from './log-row.ts'
import { addByte, addBytes, addText, beginName, type NameHash, popCode } from './names.ts'
import { dateMs, timeOfDayMs } from './times.ts'
import { cloudfrontVerdict } from './verdicts.ts'
import { createWords } from './words.ts'

/** The fields that are read, by the names of the line `#Fields:`. */
export const cloudfrontFields = [
  'date', 'time', 'timestamp', 'timestamp(ms)', 'x-edge-location', 'sc-bytes', 'c-ip', 'cs-method', 'cs(Host)', 'x-host-header',
  'cs-uri-stem', 'cs-uri-query', 'sc-status', 'x-edge-result-type', 'sc-content-len', 'sc-range-end', 'c-country',
] as const // biome-ignore format: names of fields
type Field = (typeof cloudfrontFields)[number]
const needed: readonly Field[] = ['cs-method', 'cs-uri-stem', 'sc-status']

/** Where in that list a field stands. */
const at = (field: Field): number => cloudfrontFields.indexOf(field)
const [dateAt, timeAt, secondsAt, msAt] = [at('date'), at('time'), at('timestamp'), at('timestamp(ms)')]
const [hostAt, hostHeaderAt, stemAt, queryAt] = [
  at('cs(Host)'),
  at('x-host-header'),
  at('cs-uri-stem'),
  at('cs-uri-query'),
]
const [statusAt, methodAt, verdictAt, addressAt] = [
  at('sc-status'),
  at('cs-method'),
  at('x-edge-result-type'),
  at('c-ip'),
]
const [lengthAt, sentAt, rangeEndAt] = [at('sc-content-len'), at('sc-bytes'), at('sc-range-end')]
const [popAt, countryAt] = [at('x-edge-location'), at('c-country')]

const tab = 9
const hash35 = 35
const question = 63
const dash = 45

/** Amazon CloudFront's standard log with tabs, versions 1 and 2: columns are found by name in the line `#Fields:`, never by position. */
export const cloudfront: LogFormat = {
  name: 'cloudfront',
  title: 'Amazon CloudFront standard log, tab-separated',
  source: 'Amazon CloudFront developer guide: standard log file fields',
  params: z.strictObject({}),
  looksLike: head => /^(?:#.*\n)*#Fields:.*\b(?:x-edge-|cs-uri-stem|sc-status)/.test(head),
  createReader: createCloudFrontReader,
}

function createCloudFrontReader(options: LogOptions): ReadLine {
  /** Column of each field of `cloudfrontFields`; -1 for one that the log lacks. */
  let columnOf: number[] | undefined
  /** Field of each column, or -1. */
  let fieldOf = new Int32Array(0)
  const starts = new Int32Array(cloudfrontFields.length)
  const ends = new Int32Array(cloudfrontFields.length)
  const words = createWords()
  const name: NameHash = { low: 0, high: 0 }

  function learn(text: string): false | string {
    const names = text.slice('#Fields:'.length).trim().split(/\s+/)
    columnOf = cloudfrontFields.map(field => names.indexOf(field))
    const missing = needed.find(field => !names.includes(field))
    if (missing) return `the log has no field ${missing}`
    if (![dateAt, secondsAt, msAt].some(has)) return 'the log has neither date nor timestamp'
    fieldOf = Int32Array.from(names, column => (cloudfrontFields as readonly string[]).indexOf(column))
    return false
  }
  const has = (field: number): boolean => columnOf![field]! >= 0

  function split(bytes: Uint8Array, start: number, end: number): boolean {
    let from = start
    for (let column = 0; column < fieldOf.length; column++) {
      if (from > end) return false
      let stop = from
      while (stop < end && bytes[stop] !== tab) stop++
      const field = fieldOf[column]!
      if (field >= 0) {
        starts[field] = from
        ends[field] = stop
      }
      from = stop + 1
    }
    return from === end + 1
  }

  /** Whether a field is there and is no dash, which stands for nothing. */
  function isGiven(bytes: Uint8Array, field: number): boolean {
    const length = ends[field]! - starts[field]!
    return has(field) && length > 0 && !(length === 1 && bytes[starts[field]!] === dash)
  }
  const word = (bytes: Uint8Array, field: number): string =>
    isGiven(bytes, field) ? words(bytes, starts[field]!, ends[field]!) : ''
  const whole = (bytes: Uint8Array, field: number): number =>
    isGiven(bytes, field) ? parseWhole(bytes, starts[field]!, ends[field]!) : -1

  function fill(bytes: Uint8Array, row: LogRow): true | string {
    row.timeMs = timeOf(bytes)
    if (Number.isNaN(row.timeMs)) return 'date and time are none'
    row.status = whole(bytes, statusAt)
    if (row.status < 0) return 'sc-status is no number'
    row.method = word(bytes, methodAt)
    const length = whole(bytes, lengthAt)
    const sent = length >= 0 ? length : whole(bytes, sentAt)
    row.bodyBytes = sent < 0 ? Number.NaN : sent
    const last = whole(bytes, rangeEndAt)
    row.leastBytes = last < 0 ? Number.NaN : last + 1
    row.verdict = cloudfrontVerdict(word(bytes, verdictAt))
    row.pop = popCode(word(bytes, popAt))
    row.country = word(bytes, countryAt)
    row.visitorLow = row.visitorHigh = 0
    if (isGiven(bytes, addressAt)) nameVisitor(bytes, row)
    nameObject(bytes, row)
    return true
  }

  function timeOf(bytes: Uint8Array): number {
    if (isGiven(bytes, msAt)) return parseNumber(bytes, starts[msAt]!, ends[msAt]!)
    if (isGiven(bytes, dateAt) && isGiven(bytes, timeAt))
      return dateMs(bytes, starts[dateAt]!, ends[dateAt]!) + timeOfDayMs(bytes, starts[timeAt]!, ends[timeAt]!)
    return isGiven(bytes, secondsAt) ? parseNumber(bytes, starts[secondsAt]!, ends[secondsAt]!) * 1000 : Number.NaN
  }

  function nameVisitor(bytes: Uint8Array, row: LogRow): void {
    beginName(name, options.salt.low, options.salt.high)
    addBytes(name, bytes, starts[addressAt]!, ends[addressAt]!)
    row.visitorLow = name.low
    row.visitorHigh = name.high | 1
    if (options.withAddress) row.address = textOf(bytes, starts[addressAt]!, ends[addressAt]!)
  }

  function nameObject(bytes: Uint8Array, row: LogRow): void {
    beginName(name)
    if (row.method !== 'GET' && row.method !== 'HEAD' && row.method !== '') addText(name, `${row.method} `)
    const host = isGiven(bytes, hostHeaderAt) ? hostHeaderAt : hostAt
    if (isGiven(bytes, host)) addBytes(name, bytes, starts[host]!, ends[host]!)
    addBytes(name, bytes, starts[stemAt]!, ends[stemAt]!)
    if (options.withQuery && isGiven(bytes, queryAt)) {
      addByte(name, question)
      addBytes(name, bytes, starts[queryAt]!, ends[queryAt]!)
    }
    row.idLow = name.low
    row.idHigh = name.high
  }

  return (bytes, start, end, row) => {
    if (bytes[start] === hash35) {
      const text = textOf(bytes, start, end)
      return text.startsWith('#Fields:') ? learn(text) : false
    }
    if (!columnOf) return 'no line "#Fields:" says what the columns are'
    if (!split(bytes, start, end)) return `not the ${fieldOf.length} columns that "#Fields:" names`
    return fill(bytes, row)
  }
}
