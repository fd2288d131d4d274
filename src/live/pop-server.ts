import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Ms } from '../lib/clock.ts'
import { UserError } from '../lib/user-error.ts'
import { createHttp2Side } from './http2.ts'
import { splitByProtocol } from './protocol.ts'
import { noteShortage } from './shortage.ts'
import { createSlowReaderWatch } from './slow-readers.ts'

export interface ServerLimits {
  /** Time for a request's head. */
  headTimeoutMs: Ms
  /** Time for a whole request. */
  requestTimeoutMs: Ms
  /** Time that an idle connection is kept. */
  idleTimeoutMs: Ms
  /** A client that takes nothing for this long is let go. */
  slowReaderMs: Ms
  /** How often these are looked at. */
  checkEveryMs: Ms
  connections: number
}

export const serverLimits: ServerLimits = {
  headTimeoutMs: 10_000,
  requestTimeoutMs: 300_000,
  idleTimeoutMs: 15_000,
  slowReaderMs: 30_000,
  checkEveryMs: 1000,
  connections: 20_000,
}

/** A listening server that can be drained. */
export interface LiveServer {
  server: Server
  host: string
  port: number
  url: string
  /** Stops taking connections and resolves when the answers under way are out; with `isHard` they are cut. */
  close(isHard?: boolean): Promise<void>
}

/** What a server speaks beside HTTP/1.1 in the clear. */
export interface Speech {
  /** HTTP/2 too: by ALPN under TLS, else for clients that begin with it (RFC 9113, 3.3). */
  http2?: boolean
  /** PEM texts; with them all is TLS. */
  tls?: { cert: string; key: string } | undefined
}

export interface ListenOptions {
  host: string
  port: number
  limits?: Partial<ServerLimits>
  /** How clients may speak beside HTTP/1.1 in the clear. */
  speech?: Speech
  /** Told how many connections were closed for their slowness. */
  onSlowClient?(): void
  /** Told of what was wrong with a connection's bytes. */
  onBadRequest?(status: number): void
}

/** More of a head than this is not read; what is read is measured again by `readRequestHead`. */
const greatestHeadBytes = 32 * 1024

/**
 * Listens with the limits that keep slow and broken clients from harming others. Throws UserError when the port can't be had.
 */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  {
    host,
    port,
    limits: given,
    speech = {},
    onSlowClient = () => undefined,
    onBadRequest = () => undefined,
  }: ListenOptions,
): Promise<LiveServer> {
  const limits = { ...serverLimits, ...given }
  const server = createFor(limits, speech)
  const watch = createSlowReaderWatch(server, limits, onSlowClient)
  const http2 = speech.http2 ? createHttp2Side({ ...limits, handle, onSlowClient }) : undefined
  if (http2 !== undefined) splitByProtocol(server, http2, speech.tls !== undefined, limits.headTimeoutMs)
  server.on('request', (request, response) => {
    // A client that goes in the middle is no error of ours.
    request.on('error', ignore)
    response.on('error', ignore)
    handle(request, response)
  })
  server.on('connect', (_request, socket) => {
    answerRaw(socket as Socket, 405, 'Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH\r\n')
    onBadRequest(405)
  })
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    const status = statusOf(error)
    onBadRequest(status)
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else answerRaw(socket as Socket, status, '')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(listenError(error, host, port)))
    server.listen(port, host, resolve)
  })
  // What goes wrong while accepting, such as no file descriptors left, is not the end of those who are connected.
  server.on('error', noteShortage)
  const address = server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    server,
    host,
    port: address.port,
    url: `${speech.tls ? 'https' : 'http'}://${shown}:${address.port}`,
    close(isHard = false) {
      watch.stop()
      return new Promise(resolve => {
        server.close(() => resolve())
        http2?.close(isHard)
        if (isHard) server.closeAllConnections()
        else server.closeIdleConnections()
      })
    },
  }
}

function createFor(limits: ServerLimits, { http2, tls }: Speech): Server {
  const options = {
    headersTimeout: limits.headTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    maxHeaderSize: greatestHeadBytes,
    noDelay: true,
    insecureHTTPParser: false,
  }
  const ALPNProtocols = http2 ? ['h2', 'http/1.1'] : ['http/1.1']
  const server = tls
    ? createSecureServer({ ...options, ...tls, ALPNProtocols, handshakeTimeout: limits.headTimeoutMs })
    : createServer(options)
  server.maxHeadersCount = 0
  server.maxConnections = limits.connections
  return server
}

function ignore(): void {
  // Nothing to do: the connection is gone, and its answer with it.
}

const otherVersion = /^[^\r\n]* HTTP\/(?!1\.[01][\r\n])/

function statusOf({ code, rawPacket }: NodeJS.ErrnoException & { rawPacket?: Buffer }): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  if (code === 'HPE_INVALID_METHOD') return 501
  if (code === 'HPE_INVALID_VERSION' && rawPacket !== undefined && otherVersion.test(rawPacket.toString('latin1')))
    return 505
  if (code !== 'HPE_HEADER_OVERFLOW') return 400
  // A head that overflows in its first line has too long a target.
  return rawPacket !== undefined && !rawPacket.includes('\n') ? 414 : 431
}

function answerRaw(socket: Socket, status: number, fields: string): void {
  if (socket.writable)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${fields}\r\n`)
  socket.destroySoon()
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new UserError(
      { message: `port ${port} of ${host} is in use`, hint: 'others: --port, --pop-port, --control-port' },
      1,
    )
  if (error.code === 'EACCES')
    return new UserError({ message: `port ${port} needs more rights than this process has` }, 1)
  if (error.code === 'EADDRNOTAVAIL') return new UserError({ message: `${host} is no address of this machine` })
  return error
}
