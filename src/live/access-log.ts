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
    return escaped(
      JSON.stringify({ ...line, tookMs: rounded(tookMs), upstreamMs: rounded(upstreamMs), referer, agent }),
    )
  }
  const requestLine = quoted(`${method} ${url} HTTP/${httpVersion}`)
  const tail = `${quoted(referer)} ${quoted(agent)} ${pop} ${bucket} ${rounded(tookMs)}ms`
  return `${address} - - [${apacheTime(now)}] ${requestLine} ${status} ${bytes} ${tail}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function apacheTime(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${two(now.getUTCDate())}/${months[now.getUTCMonth()]}/${now.getUTCFullYear()}`
  return `${day}:${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())} +0000`
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, asHex)}"`
}

/** JSON with everything beyond printable ASCII as an escape: no line separators, no direction marks. */
function escaped(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function asHex(letter: string): string {
  return letter.charCodeAt(0) < 256
    ? `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`
    : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}
