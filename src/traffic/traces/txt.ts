import { z } from 'zod'
import { idHalves, parseId, textOf } from './cells.ts'
import type { TraceFormat } from './format.ts'
import { createLineParser } from './lines.ts'

/** One object id a line; every object has size 1 and the requests have no time. */
export const txt: TraceFormat = {
  name: 'txt',
  title: 'One object id a line',
  source: 'libCacheSim, traceReader: txt',
  params: z.strictObject({}),
  looksLike: (head, fileName) =>
    /\.txt(?:\.|$)/i.test(fileName) || /^[\x21-\x7e]+\r?\n[\x21-\x7e]+\r?\n/.test(textOf(head, 0, head.length)),
  createParser: (sink, { file }) =>
    createLineParser(file, (bytes, start, end) => {
      parseId(bytes, start, end)
      sink.row(0, idHalves.low, idHalves.high, 1, Number.NaN, Number.NaN)
    }),
}
