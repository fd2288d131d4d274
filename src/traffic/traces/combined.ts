import { z } from 'zod'
import { UserError } from '../../lib/user-error.ts'
import { idHalves, parseName, textOf } from './cells.ts'
import type { TraceFormat } from './format.ts'
import { createLineParser } from './lines.ts'
import { objectName } from './object-name.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Time, request and size; what stands before and behind may differ from server to server. */
const request =
  /\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\] "((?:[^"\\]|\\.)*)" \d{3} (\d+|-)(?: |$)/

/**
 * The access log of Apache and nginx, common or combined. The object is the target of the request, the size what was sent; `-` is no
 * body, and such a request is left out like every other of size 0.
 */
export const combined: TraceFormat = {
  name: 'combined',
  title: 'Access log of Apache and nginx',
  source: 'Apache HTTP Server documentation: mod_log_config, Common and Combined Log Format',
  params: z.strictObject({}),
  looksLike: head => request.test(textOf(head, 0, head.length).split('\n')[0]!),
  createParser: (sink, { file }) =>
    createLineParser(file, (bytes, start, end, line) => {
      const found = request.exec(textOf(bytes, start, end))
      if (!found)
        throw new UserError({
          message: 'no line of an access log: expected [time] "request" status bytes',
          at: { file, line },
        })
      const [method = '', target] = found[10]!.split(' ')
      parseName(target === undefined ? method : objectName(method, target))
      const size = found[11] === '-' ? 0 : Number(found[11])
      sink.row(secondsOf(found), idHalves.low, idHalves.high, size, Number.NaN, Number.NaN)
    }),
}

/** `10/Oct/2000:13:55:36 -0700` as Unix seconds. */
function secondsOf(found: RegExpExecArray): number {
  const [day, year, hour, minute, second, zoneHours, zoneMinutes] = [1, 3, 4, 5, 6, 8, 9].map(group =>
    Number(found[group]),
  )
  const utc = Date.UTC(year!, months.indexOf(found[2]!), day, hour, minute, second) / 1000
  const zone = 3600 * zoneHours! + 60 * zoneMinutes!
  return found[7] === '-' ? utc + zone : utc - zone
}
