import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { readTarget } from '../../cache/http/target.ts'
import type { Invocation } from '../functions/live-function.ts'
import { readAnswer } from './api-answer.ts'
import { type ApiRequest, headersOf, queryOf } from './api-event.ts'
import { callSocketRoute } from './attend-socket.ts'
import type { Connection } from './socket-event.ts'
import type { SocketsState } from './sockets.ts'

/** Whether a connection comes about: the path, the throttle, the authorizer, and `$connect`. One that does not is refused, undefined. */
export async function greetSocket(
  state: SocketsState,
  request: IncomingMessage,
  socket: Duplex,
): Promise<Connection | undefined> {
  const { plan, sockets, stage, now, timeOfDay, counts, authorizers, targets } = state
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
    const asked = callSocketRoute(state, greeter, connection, {
      routeKey: '$connect',
      eventType: 'CONNECT',
      headers,
      query: { ...queryOf(query) },
    })
    const outcome = await asked.outcome
    const status = statusOf(outcome)
    if (status < 200 || status > 299) return refuse(socket, status, 'Refused')
  }
  return socket.destroyed ? undefined : connection
}

function statusOf(outcome: Invocation | undefined): number {
  if (outcome === undefined) return 504
  if (outcome.kind === 'throttled') return 429
  return outcome.kind === 'answered' ? (readAnswer(outcome.payload)?.status ?? 502) : 502
}

/** Ends a connection before it is one. */
export function refuse(socket: Duplex, status: number, reason: string): undefined {
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
  const fixed = { method: 'GET', routeKey: '$connect', parameters: {}, requestId: randomUUID(), traceId: '' }
  return { ...fixed, path, query, rawHeaders, headers, sourceIp, httpVersion, apiId, receivedAtMs: connectedAtMs }
}
