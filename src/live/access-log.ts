import { commonLogTime, inertJson, inertQuoted } from '../lib/log-line.ts'
import type { Answered } from './exchange.ts'

export type LogFormat = 'combined' | 'json'

/**
 * One line for an answer: Apache's combined format with bucket, time and PoP behind it, or JSON. What a client sent is made
 * harmless: it can neither end the line nor reach a terminal.
 */
export function formatAccess(format: LogFormat, pop: string, answered: Answered, now: Date): string {
  const { request, status, bytes, bucket, isCollapsed, tookMs, upstreamMs } = answered
  const { method = '-', url = '-', httpVersion, headers, socket } = request
  const address = socket.remoteAddress ?? '-'
  const referer = headers.referer ?? '-'
  const agent = headers['user-agent'] ?? '-'
  if (format === 'json') {
    const line = { time: now.toISOString(), pop, address, method, url, status, bytes, bucket, isCollapsed }
    return inertJson({ ...line, tookMs: rounded(tookMs), upstreamMs: rounded(upstreamMs), referer, agent })
  }
  const requestLine = inertQuoted(`${method} ${url} HTTP/${httpVersion}`)
  const tail = `${inertQuoted(referer)} ${inertQuoted(agent)} ${pop} ${bucket} ${rounded(tookMs)}ms`
  return `${address} - - [${commonLogTime(now.getTime())}] ${requestLine} ${status} ${bytes} ${tail}`
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
