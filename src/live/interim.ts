import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Fields } from '../cache/http/fields.ts'
import { endToEndFields } from '../cache/http/hop-by-hop.ts'
import { isHttp2, sendInterim } from './http2.ts'

/**
 * Passes an interim response on as it came; none is kept. It is written past `ServerResponse`, whose own method takes only some
 * forms of Link. HTTP/1.0 clients know no interim responses. Source: RFC 9110, 15.2; RFC 8297.
 */
export function passInterim(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  status: number,
  rawFields: Fields,
): void {
  if (status < 102) return
  if (isHttp2(response)) {
    sendInterim(response, status, rawFields)
    return
  }
  const { socket } = response
  if (socket === null || socket.destroyed || response.headersSent || request.httpVersionMinor === 0) return
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  const fields = endToEndFields(rawFields)
  for (let at = 0; at < fields.length; at += 2) text += `${fields[at]}: ${fields[at + 1]}\r\n`
  socket.write(`${text}\r\n`, 'latin1')
}
