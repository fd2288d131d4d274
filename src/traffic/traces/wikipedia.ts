import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import { idHalves, parseId, parseNumber, textOf } from './cells.ts'
import type { TraceFormat } from './format.ts'
import { createLineParser } from './lines.ts'

const tab = 9
const mostFields = 5

/**
 * Wikipedia's CDN traces of 2019, tab-separated: relative time in seconds, hash of host, path and query, for images their type, size of the
 * response, time to the first byte. The header may be missing.
 */
export const wikipedia: TraceFormat = {
  name: 'wikipedia',
  title: 'Wikipedia CDN traces of 2019',
  source: 'Wikimedia Analytics: Caching dataset, 2019',
  params: z.strictObject({}),
  looksLike(head) {
    const [first = ''] = textOf(head, 0, head.length).split('\n')
    return /^relative_unix\t/.test(first) || /^\d+\t-?\d+\t(?:[a-z+.-]+\t)?\d+\t\d*\.\d+\r?$/.test(first)
  },
  createParser(sink, { file }) {
    const starts = new Int32Array(mostFields + 1)
    return createLineParser(file, (bytes, start, end, line) => {
      let fields = 1
      starts[0] = start
      for (let index = start; index < end && fields < mostFields; index++)
        if (bytes[index] === tab) starts[fields++] = index + 1
      starts[fields] = end + 1
      if (line === 1 && bytes[start]! > 57) return
      const sizeAt = fields - 2
      const timeS = parseNumber(bytes, start, starts[1]! - 1)
      const size = fields < 4 ? Number.NaN : parseNumber(bytes, starts[sizeAt]!, starts[sizeAt + 1]! - 1)
      if (Number.isNaN(timeS) || !(size >= 0))
        throw new UserError({
          message: `"${textOf(bytes, start, Math.min(end, start + 60))}" is no line of time, hash, [image type,] size and time to first byte`,
          at: { file, line },
        })
      parseId(bytes, starts[1]!, starts[2]! - 1)
      sink.row(timeS, idHalves.low, idHalves.high, size, Number.NaN, Number.NaN)
    })
  },
}
