import { z } from 'zod'
import { nameHint } from '../../lib/nearest-name.ts'
import { UserError } from '../../lib/user-error.ts'
import { idHalves, parseId, parseNumber, textOf } from './cells.ts'
import type { RowSink, TraceFormat, TraceOptions, TraceParser } from './format.ts'
import { createLineParser } from './lines.ts'

/** What a column may hold, and how it is usually headed. */
const meanings: Record<string, readonly string[]> = {
  time: ['time', 'timestamp', 'ts', 'time_s', 'seconds'],
  id: ['id', 'object', 'obj_id', 'object_id', 'key', 'url', 'path'],
  size: ['size', 'bytes', 'obj_size', 'size_bytes', 'response_size'],
  lat: ['lat', 'latitude', 'client_lat'],
  lon: ['lon', 'lng', 'longitude', 'client_lon'],
}
type Meaning = 'time' | 'id' | 'size' | 'lat' | 'lon'
type Places = Partial<Record<Meaning, number>>
const fieldSeparators = [',', '\t', ';', ' ']
const quote = 34

/**
 * Text with a line a request and separated columns: time in seconds, object id, size in bytes, and perhaps coordinates. Columns are
 * found by the names of a header, named by the user (`columns: {id: url}`), or numbered from 1 (`columns: {id: 2}`); without either
 * they are time, id, size. Fields may be quoted (RFC 4180), not across lines.
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
  let places: Places | undefined
  let separator = 0
  const starts: number[] = []
  const ends: number[] = []

  function split(bytes: Uint8Array, start: number, end: number): number {
    let field = 0
    for (let index = start; index <= end; field++) {
      const isQuoted = bytes[index] === quote
      let stop = index
      if (isQuoted) {
        stop = bytes.indexOf(quote, index + 1)
        if (stop < 0 || stop > end) stop = end
        starts[field] = index + 1
        ends[field] = stop
        stop++
      } else {
        while (stop < end && bytes[stop] !== separator) stop++
        starts[field] = index
        ends[field] = stop
      }
      index = stop + 1
    }
    return field
  }

  function read(bytes: Uint8Array, start: number, end: number, line: number): void {
    if (places === undefined) {
      const first = textOf(bytes, start, end)
      separator = (options.delimiter ?? separatorOf(first) ?? ',').charCodeAt(0)
      const names = first.split(String.fromCharCode(separator)).map(name => name.trim().replace(/^"|"$/g, ''))
      const isHeader = names.every(name => !/^-?\d/.test(name))
      places = findColumns(names, isHeader, options)
      if (isHeader) return
    }
    const fields = split(bytes, start, end)
    const { time, id = -1, size, lat, lon } = places
    const need = Math.max(time ?? 0, id, size ?? 0, lat ?? 0, lon ?? 0)
    if (fields <= need)
      throw new UserError({ message: `${fields} columns where ${need + 1} are read`, at: { file, line } })
    const number = (column: number | undefined, without: number, what: string): number => {
      if (column === undefined) return without
      const value = parseNumber(bytes, starts[column]!, ends[column]!)
      if (Number.isNaN(value))
        throw new UserError({
          message: `"${textOf(bytes, starts[column]!, ends[column]!).slice(0, 40)}" is no ${what}`,
          at: { file, line, column: starts[column]! - start + 1 },
        })
      return value
    }
    const timeS = number(time, 0, 'time in seconds')
    const bytesOf = number(size, 1, 'size in bytes')
    if (bytesOf < 0) throw new UserError({ message: `a negative size: ${bytesOf}`, at: { file, line } })
    parseId(bytes, starts[id]!, ends[id]!)
    sink.row(
      timeS,
      idHalves.low,
      idHalves.high,
      Math.round(bytesOf),
      number(lat, Number.NaN, 'latitude'),
      number(lon, Number.NaN, 'longitude'),
    )
  }

  return createLineParser(file, read)
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
