import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import { idHalves, parseId, parseNumber, parseWhole, textOf } from './cells.ts'
import type { TraceFormat } from './format.ts'
import { createLineParser } from './lines.ts'

const space = 32

/** webcachesim's and LRB's traces: `time id size` and perhaps features, apart by single spaces. The features are not read. */
export const tr: TraceFormat = {
  name: 'tr',
  title: 'webcachesim and LRB: time, id and size apart by spaces',
  source: 'Z. Song et al.: Learning relaxed Belady for content distribution network caching, NSDI 2020 (webcachesim2)',
  params: z.strictObject({}),
  looksLike: (head, fileName) =>
    /\.tr(?:\.|$)/i.test(fileName) || /^\d+ \d+ \d+(?: -?\d+)*\r?\n/.test(textOf(head, 0, head.length)),
  createParser: (sink, { file }) =>
    createLineParser(file, (bytes, start, end, line) => {
      const afterTime = bytes.indexOf(space, start)
      const afterId = afterTime < 0 ? -1 : bytes.indexOf(space, afterTime + 1)
      if (afterId < 0 || afterId >= end)
        throw new UserError({
          message: `"${textOf(bytes, start, Math.min(end, start + 40))}" is no line "time id size"`,
          at: { file, line },
        })
      let sizeEnd = afterId + 1
      while (sizeEnd < end && bytes[sizeEnd] !== space) sizeEnd++
      const timeS = parseNumber(bytes, start, afterTime)
      const size = parseWhole(bytes, afterId + 1, sizeEnd)
      if (Number.isNaN(timeS) || size < 0)
        throw new UserError({
          message: `"${textOf(bytes, start, Math.min(sizeEnd, start + 60))}": time and size are whole numbers`,
          at: { file, line },
        })
      parseId(bytes, afterTime + 1, afterId)
      sink.row(timeS, idHalves.low, idHalves.high, size, Number.NaN, Number.NaN)
    }),
}
