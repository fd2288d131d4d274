import { UserError } from '../../lib/user-error.ts'
import type { LogFormat } from '../logs/format.ts'
import { createLogParser } from '../logs/read-log.ts'
import { textOf } from './cells.ts'
import type { TraceFormat } from './format.ts'

/** No address is kept by a trace, so it needs no salt. */
const noSalt = { low: 0, high: 0 }

/**
 * A log as a trace: each request with the object it asks for, what was sent for it, and the visitor's coordinates where the log has them.
 * A request without a body is one of size 0.
 */
export function traceOfLog(log: LogFormat): TraceFormat {
  const { name, title, source, params } = log
  return {
    name,
    title,
    source,
    params,
    looksLike: head => log.looksLike(textOf(head, 0, head.length)),
    createParser: (sink, { file }) => {
      return createLogParser(log, {
        file,
        salt: noSalt,
        withQuery: true,
        withAddress: false,
        broken: null,
        onRow({ timeMs, idLow, idHigh, bodyBytes, lat, lon }, line) {
          if (Number.isNaN(bodyBytes))
            throw new UserError({ message: 'the log does not say how much was sent', at: { file, line } })
          sink.row(timeMs / 1000, idLow, idHigh, bodyBytes, lat, lon)
        },
      })
    },
  }
}
