import { z } from 'zod'
import { textOf } from '../traces/cells.ts'
import type { LogFormat, LogOptions, ReadLine } from './format.ts'
import type { LoggedVerdict } from './log-row.ts'
import { setObject, setVisitor } from './names.ts'
import { clfMs } from './times.ts'
import { cacheStatusVerdict, nginxVerdict } from './verdicts.ts'

/** Address, time, request, status, size and what stands behind: referer and agent, and what a site has appended. */
const line = /^(\S+) .*?\[([^\]]{20,40})\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(?: (.*))?$/
/** One field of the tail: quoted, or a word. */
const tailField = /"((?:[^"\\]|\\.)*)"|(\S+)/g
const statusWord = /^(?:HIT|MISS|EXPIRED|STALE|UPDATING|REVALIDATED|BYPASS)$/

/**
 * The access log of nginx and Apache, common or combined, and with fields behind it: a word of `$upstream_cache_status` or a `Cache-Status`
 * field is taken as the verdict wherever it stands there; everything else behind the agent is passed over.
 */
export const combined: LogFormat = {
  name: 'combined',
  title: 'Access log of nginx and Apache, common or combined',
  source: 'nginx, ngx_http_log_module; Apache HTTP Server, mod_log_config: Common and Combined Log Format',
  params: z.strictObject({}),
  looksLike: head => line.test(head.split(/\r?\n/, 1)[0]!),
  createReader: createCombinedReader,
}

function createCombinedReader({ salt, withQuery, withAddress }: LogOptions): ReadLine {
  return (bytes, start, end, row) => {
    const found = line.exec(textOf(bytes, start, end))
    if (!found) return 'no line of an access log: expected [time] "request" status bytes'
    row.timeMs = clfMs(found[2]!)
    if (Number.isNaN(row.timeMs)) return 'what stands in brackets is no time'
    const [method, target] = splitRequest(found[3]!)
    row.method = method
    row.status = Number(found[4])
    row.bodyBytes = found[5] === '-' ? 0 : Number(found[5])
    row.verdict = found[6] === undefined ? 'none' : verdictOf(found[6])
    setVisitor(row, found[1]!, salt)
    row.address = withAddress ? found[1]! : ''
    setObject(row, method, '', target, withQuery)
    return true
  }
}

/** Method and target of `GET /a HTTP/1.1`. What is no request line is its own target. */
export function splitRequest(request: string): [method: string, target: string] {
  const first = request.indexOf(' ')
  if (first < 0) return ['', request]
  const last = request.lastIndexOf(' ')
  return [request.slice(0, first), last > first ? request.slice(first + 1, last) : request.slice(first + 1)]
}

/** The verdict in the fields behind the size. The first two, referer and agent, are whatever a visitor writes: they do not count. */
function verdictOf(tail: string): LoggedVerdict {
  let quoted = 0
  for (const [, text, word] of tail.matchAll(tailField)) {
    if (text !== undefined && quoted++ < 2) continue
    const value = text ?? word!
    if (statusWord.test(value)) return nginxVerdict(value)
    if (text !== undefined && /;\s*(?:hit|fwd=)/.test(text)) return cacheStatusVerdict(text)
  }
  return 'none'
}
