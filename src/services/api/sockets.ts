import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket, WebSocketServer } from 'ws'
import type { ApiPlan, SocketsPlan } from '../../backend/plans.ts'
import type { TokenBucket } from '../../backend/token-bucket.ts'
import { readTarget } from '../../cache/http/target.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Functions } from '../functions/functions.ts'
import type { Invocation, LiveFunction } from '../functions/live-function.ts'
import type { Identities } from '../identities.ts'
import { readAnswer } from './api-answer.ts'
import { type ApiRequest, headersOf, queryOf } from './api-event.ts'
import type { Authorizer } from './authorizers.ts'
import { within } from './call-route.ts'
import type { Exchange } from './exchange.ts'
import { manageConnection } from './manage-connection.ts'
import { messageBytes, type OpenSocket, send } from './open-socket.ts'
import { type Connection, type SocketEventParts, selectRoute, socketEvent } from './socket-event.ts'

export interface SocketsOptions {
  plan: ApiPlan
  sockets: SocketsPlan
  functions: Functions
  identities: Identities
  authorizers: Map<string, Authorizer>
  stage: TokenBucket | undefined
  now(): number
  timeOfDay(): number
  counts: { connections: number; throttled: number; refused: number }
}

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Answers a request to `/@connections/...`, and says whether it was one. */
  manage(exchange: Exchange, path: string): Promise<boolean>
  close(): Promise<void>
}

/** Source: Amazon API Gateway Developer Guide, "Quotas for WebSocket APIs": connection duration, integration timeout. */
const longestMs = 2 * 3600e3
const timeoutMs = 29_000
/** Messages of one connection that are worked on at once; more wait in the connection. */
const greatestInFlight = 16

/**
 * WebSocket routes: `$connect` decides whether a connection comes about, messages go where the selection expression says or to
 * `$default`, and `$disconnect` is told. Throws UserError for functions that do not exist.
 */
export function createSockets(options: SocketsOptions): Sockets {
  const { plan, sockets, functions, authorizers, stage, now, timeOfDay, counts } = options
  const targets = new Map<string, LiveFunction>()
  for (const [key, name] of Object.entries(sockets.routes)) {
    const target = functions.find(name)
    if (!target) throw new UserError({ message: `route "${key}": there is no function "${name}"` })
    targets.set(key, target)
  }
  const open = new Map<string, OpenSocket>()
  let server: WebSocketServer | undefined

  const call = (target: LiveFunction, connection: Connection, parts: Omit<SocketEventParts, 'requestId' | 'nowMs'>) => {
    const requestId = randomUUID()
    const event = JSON.stringify(socketEvent(connection, { ...parts, requestId, nowMs: timeOfDay() }))
    const outcome: Promise<Invocation | undefined> = within(timeoutMs, target.invoke(event, { requestId }))
    return { requestId, outcome }
  }

  async function connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const target = readTarget(request.url ?? '')
    const [path, query = ''] = (target?.path ?? '').split('?')
    if (path !== sockets.path) return refuse(socket, 404, 'Not Found')
    if (stage && !stage.take(now())) {
      counts.throttled++
      return refuse(socket, 429, 'Too Many Requests')
    }
    const connection = connectionOf(plan.name, request, timeOfDay())
    const apiRequest = requestOf(request, connection, path!, query)
    const judged = await authorizers.get(sockets.authorizer)?.(apiRequest, [])
    if (judged?.kind === 'refused') {
      counts.refused++
      return refuse(socket, judged.status, judged.status === 401 ? 'Unauthorized' : 'Forbidden')
    }
    if (judged?.context)
      connection.authorizer = 'jwt' in judged.context ? judged.context.jwt : { ...judged.context.lambda }
    const greeter = targets.get('$connect')
    if (greeter) {
      const headers = { ...headersOf(request.rawHeaders) }
      const asked = call(greeter, connection, {
        routeKey: '$connect',
        eventType: 'CONNECT',
        headers,
        query: { ...queryOf(query) },
      })
      const outcome = await asked.outcome
      const status = statusOf(outcome)
      if (status < 200 || status > 299) return refuse(socket, status, 'Refused')
    }
    if (socket.destroyed) return
    const { WebSocketServer } = await import('ws')
    server ??= new WebSocketServer({ noServer: true, maxPayload: messageBytes, perMessageDeflate: false })
    server.handleUpgrade(request, socket, head, accepted => attend(accepted, connection))
  }

  function attend(socket: WebSocket, connection: Connection): void {
    open.set(connection.id, { socket, connection })
    counts.connections = open.size
    let inFlight = 0
    let idleTimer = setTimeout(() => socket.close(1001, 'Going away'), sockets.idleMs).unref()
    const endTimer = setTimeout(() => socket.close(1001, 'Going away'), longestMs).unref()
    socket.on('error', () => socket.terminate())
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      connection.lastActiveAtMs = timeOfDay()
      clearTimeout(idleTimer)
      idleTimer = setTimeout(() => socket.close(1001, 'Going away'), sockets.idleMs).unref()
      if (++inFlight >= greatestInFlight) socket.pause()
      void receive(socket, connection, data, isBinary).finally(() => {
        if (--inFlight < greatestInFlight && socket.isPaused) socket.resume()
      })
    })
    socket.on('close', (code: number, reason: Buffer) => {
      clearTimeout(idleTimer)
      clearTimeout(endTimer)
      open.delete(connection.id)
      counts.connections = open.size
      const target = targets.get('$disconnect')
      const closed = { code, reason: reason.toString() }
      if (target) void call(target, connection, { routeKey: '$disconnect', eventType: 'DISCONNECT', closed }).outcome
    })
  }

  async function receive(socket: WebSocket, connection: Connection, data: Buffer, isBinary: boolean): Promise<void> {
    const say = (message: string, requestId: string): void =>
      send(socket, JSON.stringify({ message, connectionId: connection.id, requestId }))
    if (stage && !stage.take(now())) {
      counts.throttled++
      return say('Too Many Requests', randomUUID())
    }
    const text = isBinary ? data.toString('base64') : data.toString()
    const selected = isBinary ? undefined : selectRoute(sockets.selection, text)
    // Routes whose names begin with a dollar sign are the gateway's own.
    const routeKey =
      selected !== undefined && !selected.startsWith('$') && targets.has(selected) ? selected : '$default'
    const target = targets.get(routeKey)
    if (!target) return say('Forbidden', randomUUID())
    const message = { text, isBase64Encoded: isBinary }
    const { requestId, outcome } = call(target, connection, { routeKey, eventType: 'MESSAGE', message })
    const ended = await outcome
    if (ended?.kind === 'throttled') return say('Too Many Requests', requestId)
    if (ended?.kind !== 'answered') return say('Internal server error', requestId)
    const returned = JSON.parse(ended.payload) as { body?: unknown } | null
    if (typeof returned?.body === 'string') send(socket, returned.body)
  }

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      connect(request, socket, head).catch(() => refuse(socket, 500, 'Internal Server Error'))
    },
    manage: (exchange, path) => manageConnection(exchange, path, { ...options, open }),
    async close() {
      for (const { socket } of open.values()) socket.terminate()
      open.clear()
      server?.close()
    },
  }
}

function statusOf(outcome: Invocation | undefined): number {
  if (outcome === undefined) return 504
  if (outcome.kind === 'throttled') return 429
  return outcome.kind === 'answered' ? (readAnswer(outcome.payload)?.status ?? 502) : 502
}

function refuse(socket: Duplex, status: number, reason: string): void {
  const body = JSON.stringify({ message: reason })
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function connectionOf(apiId: string, request: IncomingMessage, nowMs: number): Connection {
  return {
    id: randomBytes(11).toString('base64url'),
    connectedAtMs: nowMs,
    lastActiveAtMs: nowMs,
    sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    userAgent: request.headers['user-agent'] ?? '',
    domainName: request.headers.host ?? '',
    apiId,
    authorizer: {},
  }
}

function requestOf(request: IncomingMessage, connection: Connection, path: string, query: string): ApiRequest {
  const { rawHeaders, headers, httpVersion } = request
  const { sourceIp, apiId, connectedAtMs } = connection
  const fixed = { method: 'GET', routeKey: '$connect', parameters: {}, requestId: randomUUID() }
  return { ...fixed, path, query, rawHeaders, headers, sourceIp, httpVersion, apiId, receivedAtMs: connectedAtMs }
}
