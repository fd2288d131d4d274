import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Fields } from '../cache/http/fields.ts'
import { endToEndFields } from '../cache/http/hop-by-hop.ts'
import { watchSessions } from './http2-watch.ts'
import { headLimits } from './request-head.ts'

export interface Http2Options {
  handle(request: IncomingMessage, response: ServerResponse): void
  idleTimeoutMs: number
  slowReaderMs: number
  checkEveryMs: number
  /** Told of each connection that was closed for its slowness. */
  onSlowClient(): void
}

/** HTTP/2 for connections that somebody else accepted. */
export interface Http2Side {
  take(socket: Socket): void
  /** Lets streams under way finish, or cuts them. */
  close(isHard: boolean): void
}

const greatestStreams = 1000

/** Speaks HTTP/2 on the connections that it is given; the handler sees requests and responses in the shape of HTTP/1.1. */
export function createHttp2Side(options: Http2Options): Http2Side {
  const server: Http2Server = createServer({
    maxHeaderListPairs: headLimits.fields + 16,
    settings: { maxConcurrentStreams: greatestStreams, maxHeaderListSize: 32 * 1024, enablePush: false },
  })
  const sessions = new Map<ServerHttp2Session, Set<ServerHttp2Stream>>()
  const watch = watchSessions(sessions, options)
  server.on('session', session => {
    const streams = new Set<ServerHttp2Stream>()
    sessions.set(session, streams)
    session.on('stream', stream => {
      streams.add(stream)
      stream.once('close', () => streams.delete(stream))
    })
    session.setTimeout(options.idleTimeoutMs, () => session.close())
    session.on('error', ignore)
    session.once('close', () => sessions.delete(session))
  })
  server.on('connect', (_request: Http2ServerRequest, response: Http2ServerResponse) => {
    response.writeHead(405, { allow: 'GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH' })
    response.end()
  })
  server.on('request', (request, response) => {
    request.on('error', ignore)
    response.on('error', ignore)
    request.stream.on('error', ignore)
    options.handle(asRequest(request), asResponse(response))
  })
  return {
    take(socket) {
      server.emit('connection', socket)
    },
    close(isHard) {
      watch.stop()
      for (const session of sessions.keys()) {
        if (isHard) session.destroy()
        else session.close()
      }
    },
  }
}

/** Sends an interim response on a stream; the head of the answer must not have been sent. Source: RFC 9113, 8.1. */
export function sendInterim(response: ServerResponse, status: number, fields: Fields): void {
  const { stream } = response as unknown as Http2ServerResponse
  if (!stream.destroyed && !stream.headersSent) stream.additionalHeaders({ ':status': status, ...headersOf(fields) })
}

/** True when a response goes out on a stream of HTTP/2. */
export function isHttp2(response: ServerResponse): boolean {
  return 'stream' in response
}

/** Its fields as HTTP/1.1 would have written them, and a version to match. Source: RFC 9113, 8.2.3, 8.3.1. */
function asRequest(request: Http2ServerRequest): IncomingMessage {
  const written = request.rawHeaders
  const fields: string[] = []
  const hosts: string[] = []
  const cookies: string[] = []
  let isFramed = false
  for (let at = 0; at < written.length; at += 2) {
    const name = written[at]!
    const value = written[at + 1]!
    if (name === ':authority' || name === 'host') hosts.push(value)
    else if (name === 'cookie') cookies.push(value)
    else if (!name.startsWith(':')) {
      fields.push(name, value)
      isFramed ||= name === 'content-length'
    }
  }
  // Two that differ stay two, and none is an empty one: both are then refused.
  for (const host of hosts.length === 0 ? [''] : new Set(hosts)) fields.push('host', host)
  if (cookies.length > 0) fields.push('cookie', cookies.join('; '))
  if (!isFramed && !request.stream.endAfterHeaders) fields.push('transfer-encoding', 'chunked')
  return overlay(request, {
    rawHeaders: fields,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  }) as unknown as IncomingMessage
}

/** Takes heads as flat lists, and cuts streams so that the client sees the cut. */
function asResponse(response: Http2ServerResponse): ServerResponse {
  const { stream } = response
  overlay(response, {
    writeHead(status: number, ...rest: [Fields] | [string, Fields?]) {
      const fields = typeof rest[0] === 'string' ? (rest[1] ?? []) : rest[0]
      if (stream.destroyed) return response
      for (const [name, value] of Object.entries(headersOf(fields)))
        response.setHeader(name, value as string | string[])
      return Object.getPrototypeOf(response).writeHead.call(response, status)
    },
    destroy() {
      if (!stream.closed) stream.close(constants.NGHTTP2_INTERNAL_ERROR)
      return response
    },
  })
  Object.defineProperty(response, 'destroyed', { get: () => stream.destroyed || stream.closed })
  return response as unknown as ServerResponse
}

function overlay<T extends object>(target: T, values: object): T {
  for (const [name, value] of Object.entries(values)) Object.defineProperty(target, name, { value })
  return target
}

/** Lines of one name become a list, or one line where HTTP/2 libraries insist on it; fields of one connection are left out. */
function headersOf(fields: Fields): OutgoingHttpHeaders {
  const lines = new Map<string, string[]>()
  const kept = endToEndFields(fields)
  for (let at = 0; at < kept.length; at += 2) {
    const name = kept[at]!.toLowerCase()
    const known = lines.get(name)
    if (known === undefined) lines.set(name, [kept[at + 1]!])
    else known.push(kept[at + 1]!)
  }
  const headers: OutgoingHttpHeaders = {}
  for (const [name, values] of lines) headers[name] = listed.has(name) ? values : values.join(', ')
  return headers
}

/** Fields whose lines must not be joined. Source: RFC 9110, 5.3. */
const listed = new Set(['set-cookie', 'www-authenticate', 'proxy-authenticate'])

function ignore(): void {
  // The stream or connection is gone, and its answer with it.
}
