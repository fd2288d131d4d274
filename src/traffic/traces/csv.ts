import { z } from 'zod'
import type { RowsTaken } from '../../kernels/numbering.ts'
import { nameHint } from '../../lib/nearest-name.ts'
import { UserError } from '../../lib/user-error.ts'
import { idHalves, parseId, parseNumber, textOf, unixSeconds } from './cells.ts'
import type { RowSink, TraceFormat, TraceOptions, TraceParser } from './format.ts'
import { createLineParser } from './lines.ts'
import { createPlainRowReader } from './plain-row.ts'

/** What a column may hold, and how it is usually headed. */
const meanings: Record<string, readonly string[]> = {
  time: ['time', 'timestamp', 'ts', 'time_s', 'seconds'],
  id: ['id', 'object', 'obj_id', 'object_id', 'key', 'url', 'path'],
  size: ['size', 'bytes', 'obj_size', 'size_bytes', 'response_size'],
  lat: ['lat', 'latitude', 'client_lat'],
  lon: ['lon', 'lng', 'longitude', 'client_lon'],
  uncacheable: ['uncacheable'],
}
type Meaning = 'time' | 'id' | 'size' | 'lat' | 'lon' | 'uncacheable'
type Places = Partial<Record<Meaning, number>>
const fieldSeparators = [',', '\t', ';', ' ']
const quote = 34
const one = 49

/**
 * Text with a line a request and separated columns: time in seconds, object id, size in bytes, and perhaps coordinates, perhaps a 1 for an object
 * that must not be stored. Columns are
 * found by the names of a header, named by the user (`columns: {id: url}`), or numbered from 1 (`columns: {id: 2}`); without either
 * they are time, id, size. Fields may be quoted (RFC 4180), not across lines. Times after 1973 may also be milli-, micro- or nanoseconds.
 */
export const csv: TraceFormat = {
  name: 'csv',
  title: 'Columns of text: time, object, size, perhaps coordinates',
  source: 'RFC 4180',
  params: z.strictObject({}),
  looksLike(head, fileName) {
    if (/\.(?:csv|tsv)(?:\.|$)/i.test(fileName)) return true
    const [first = ''] = textOf(head, 0, head.length).split('\n')
    return /^[\x20-\x7e\t\r]+$/.test(first) && separatorOf(first) !== undefined
  },
  createParser: createCsvParser,
}

function separatorOf(line: string): string | undefined {
  return fieldSeparators.find(separator => line.includes(separator))
}

function createCsvParser(sink: RowSink, options: TraceOptions): TraceParser {
  const { file } = options
  const { bulk } = sink
  let places: Required<Places> | undefined
  /** Columns that are read are these many from the left. */
  let need = 0
  let separator = 0
  let readPlain = (_bytes: Uint8Array, _start: number): number => -1
  let takeMany = (_bytes: Uint8Array, start: number, _stop: number): RowsTaken => ({ rows: 0, next: start })
  let starts = new Int32Array(1)
  let ends = new Int32Array(1)

  /** Finds the columns that are read; false when there are fewer. */
  function split(bytes: Uint8Array, start: number, end: number): boolean {
    let index = start
    for (let field = 0; field < need; field++) {
      if (index > end) return false
      let stop = index
      if (bytes[index] === quote) {
        stop = closingQuote(bytes, index + 1, end)
        starts[field] = index + 1
        ends[field] = stop
        if (stop < end) stop++
        if (stop < end && bytes[stop] !== separator) return false
      } else {
        while (stop < end && bytes[stop] !== separator) stop++
        starts[field] = index
        ends[field] = stop
      }
      index = stop + 1
    }
    return true
  }

  /** Learns the columns from the first line; true when it is a header. */
  function begin(bytes: Uint8Array, start: number, end: number): boolean {
    const first = textOf(bytes, start, end)
    separator = (options.delimiter ?? separatorOf(first) ?? ',').charCodeAt(0)
    const names = first.split(String.fromCharCode(separator)).map(name => name.trim().replace(/^"|"$/g, ''))
    const isHeader = names.every(name => !/^-?\d/.test(name))
    places = { time: -1, id: -1, size: -1, lat: -1, lon: -1, uncacheable: -1, ...findColumns(names, isHeader, options) }
    need = Math.max(...Object.values(places)) + 1
    starts = new Int32Array(need)
    ends = new Int32Array(need)
    if (places.lat < 0 && places.lon < 0 && places.uncacheable < 0) {
      const columns = places
      readPlain = createPlainRowReader(sink, columns, separator)
      if (bulk) takeMany = (bytes, start, stop) => bulk.plainRows(bytes, start, stop, columns, separator)
    }
    return isHeader
  }

  function number(bytes: Uint8Array, column: number, what: string, start: number, line: number): number {
    const value = parseNumber(bytes, starts[column]!, ends[column]!)
    if (Number.isNaN(value))
      throw new UserError({
        message: `"${textOf(bytes, starts[column]!, Math.min(ends[column]!, starts[column]! + 40))}" is no ${what}`,
        at: { file, line, column: starts[column]! - start + 1 },
      })
    return value
  }

  /** A coordinate; an empty column says that it is not known. */
  function degrees(bytes: Uint8Array, column: number, what: string, start: number, line: number): number {
    return starts[column] === ends[column] ? Number.NaN : number(bytes, column, what, start, line)
  }

  function read(bytes: Uint8Array, start: number, end: number, line: number): void {
    if (places === undefined && begin(bytes, start, end)) return
    const { time, id, size, lat, lon, uncacheable } = places!
    if (!split(bytes, start, end)) refuse(bytes, start, end, line)
    const timeS = time < 0 ? 0 : unixSeconds(number(bytes, time, 'time in seconds', start, line))
    const sizeBytes = size < 0 ? 1 : Math.round(number(bytes, size, 'size in bytes', start, line))
    if (sizeBytes < 0) throw new UserError({ message: `a negative size: ${sizeBytes}`, at: { file, line } })
    parseId(bytes, starts[id]!, ends[id]!)
    sink.row(
      timeS,
      idHalves.low,
      idHalves.high,
      sizeBytes,
      lat < 0 ? Number.NaN : degrees(bytes, lat, 'latitude', start, line),
      lon < 0 ? Number.NaN : degrees(bytes, lon, 'longitude', start, line),
      uncacheable >= 0 && bytes[starts[uncacheable]!] === one,
    )
  }

  function refuse(bytes: Uint8Array, start: number, end: number, line: number): never {
    const fields = textOf(bytes, start, end).split(String.fromCharCode(separator)).length
    throw new UserError({
      message:
        fields < need ? `${fields} columns where ${need} are read` : 'a quoted column does not end at a separator',
      at: { file, line },
    })
  }

  const readMany = bulk && ((bytes: Uint8Array, start: number, stop: number) => takeMany(bytes, start, stop))
  return createLineParser(file, read, (bytes, start) => readPlain(bytes, start), readMany)
}

/** Where a quoted column ends: at the first quote that is not doubled, or with its line. */
function closingQuote(bytes: Uint8Array, from: number, end: number): number {
  let stop = from
  while (stop < end && (bytes[stop] !== quote || (stop + 1 < end && bytes[stop + 1] === quote)))
    stop += bytes[stop] === quote ? 2 : 1
  return Math.min(stop, end)
}

/** Which column holds what. Throws UserError with the nearest name. */
function findColumns(names: readonly string[], isHeader: boolean, { columns, file }: TraceOptions): Places {
  const places: Places = {}
  const lower = names.map(name => name.toLowerCase())
  for (const [meaning, usual] of Object.entries(meanings) as [Meaning, readonly string[]][]) {
    const given = columns[meaning]
    if (given !== undefined) places[meaning] = columnOf(given, names, file)
    else if (isHeader) {
      const found = lower.findIndex(name => usual.includes(name))
      if (found >= 0) places[meaning] = found
    } else if (Object.keys(columns).length === 0 && ['time', 'id', 'size'].includes(meaning))
      places[meaning] = ['time', 'id', 'size'].indexOf(meaning)
  }
  if (places.id === undefined)
    throw new UserError({
      message: `no column holds the object's id; the columns are: ${names.slice(0, 20).join(', ')}`,
      at: { file, line: 1 },
      hint: 'name it, as in columns: {id: url}',
    })
  return places
}

function columnOf(given: string, names: readonly string[], file: string): number {
  if (/^\d+$/.test(given)) return Number(given) - 1
  const found = names.findIndex(name => name.toLowerCase() === given.toLowerCase())
  if (found < 0)
    throw new UserError({ message: `no column "${given}"`, at: { file, line: 1 }, hint: nameHint(given, names) })
  return found
}
