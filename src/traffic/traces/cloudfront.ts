import { z } from 'zod'
import { nameHint } from '../../lib/nearest-name.ts'
import { UserError } from '../../lib/user-error.ts'
import { idHalves, parseName, textOf } from './cells.ts'
import type { RowSink, TraceFormat, TraceOptions, TraceParser } from './format.ts'
import { createLineParser } from './lines.ts'
import { objectName } from './object-name.ts'

const needed = ['date', 'time', 'cs-uri-stem', 'sc-bytes'] as const

/**
 * Amazon CloudFront's standard log: tab-separated, columns named by a line `#Fields:` and found by name, never by position. The object is
 * host, path and query; its size what was sent (`sc-content-len` where the log has it, else `sc-bytes`, which counts the head too).
 */
export const cloudfront: TraceFormat = {
  name: 'cloudfront',
  title: 'Amazon CloudFront standard log',
  source: 'Amazon CloudFront developer guide: standard log file fields',
  params: z.strictObject({}),
  looksLike: head => /^#Version: ?[\d.]+\r?\n#Fields:/.test(textOf(head, 0, head.length)),
  createParser: createCloudFrontParser,
}

function createCloudFrontParser(sink: RowSink, { file }: TraceOptions): TraceParser {
  let columns: Map<string, number> | undefined
  const setColumns = (text: string, line: number): void => {
    const names = text.trim().split(/\s+/)
    columns = new Map(names.map((name, column) => [name, column]))
    for (const name of needed)
      if (!columns.has(name))
        throw new UserError({
          message: `the log has no field ${name}`,
          at: { file, line },
          hint: nameHint(name, names),
        })
  }
  return createLineParser(file, (bytes, start, end, line) => {
    const text = textOf(bytes, start, end)
    if (text.startsWith('#')) {
      if (text.startsWith('#Fields:')) setColumns(text.slice('#Fields:'.length), line)
      return
    }
    if (!columns) throw new UserError({ message: 'no line "#Fields:" says what the columns are', at: { file, line } })
    const cells = text.split('\t')
    const cell = (name: string): string => cells[columns!.get(name) ?? -1] ?? '-'
    const time = Date.parse(`${cell('date')}T${cell('time')}Z`)
    const length = cell('sc-content-len')
    const size = Number(/^\d+$/.test(length) ? length : cell('sc-bytes'))
    if (Number.isNaN(time) || !(size >= 0))
      throw new UserError({
        message: `date "${cell('date')}", time "${cell('time')}", sc-bytes "${cell('sc-bytes')}": one of them is none`,
        at: { file, line },
      })
    const host = cell('x-host-header') === '-' ? cell('cs(Host)') : cell('x-host-header')
    const query = cell('cs-uri-query')
    parseName(objectName(cell('cs-method'), `${host}${cell('cs-uri-stem')}${query === '-' ? '' : `?${query}`}`))
    sink.row(time / 1000, idHalves.low, idHalves.high, size, Number.NaN, Number.NaN)
  })
}
