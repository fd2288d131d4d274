import { randomUUID } from 'node:crypto'
import { commonLogTime } from '../../lib/log-line.ts'

/** One open connection of a WebSocket API. */
export interface Connection {
  id: string
  connectedAtMs: number
  lastActiveAtMs: number
  sourceIp: string
  userAgent: string
  domainName: string
  apiId: string
  authorizer: Record<string, unknown>
}

export interface SocketEventParts {
  routeKey: string
  eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT'
  requestId: string
  nowMs: number
  /** Of MESSAGE only. */
  message?: { text: string; isBase64Encoded: boolean }
  /** Of CONNECT only. */
  headers?: Record<string, string>
  query?: Record<string, string>
  /** Of DISCONNECT only. */
  closed?: { code: number; reason: string }
}

/** The event of a WebSocket route. Source: Amazon API Gateway Developer Guide, "Integration request for WebSocket APIs", proxy input format. */
export function socketEvent(connection: Connection, parts: SocketEventParts): object {
  const { routeKey, eventType, requestId, nowMs, message, headers, query, closed } = parts
  return {
    ...(headers ? { headers, multiValueHeaders: listsOf(headers) } : {}),
    ...(query && Object.keys(query).length > 0
      ? { queryStringParameters: query, multiValueQueryStringParameters: listsOf(query) }
      : {}),
    requestContext: {
      routeKey,
      eventType,
      ...(eventType === 'MESSAGE' ? { messageId: randomUUID() } : {}),
      ...(closed ? { disconnectStatusCode: closed.code, disconnectReason: closed.reason } : {}),
      extendedRequestId: requestId,
      requestTime: commonLogTime(nowMs),
      messageDirection: 'IN',
      stage: '$default',
      connectedAt: connection.connectedAtMs,
      requestTimeEpoch: nowMs,
      identity: { sourceIp: connection.sourceIp, userAgent: connection.userAgent },
      requestId,
      domainName: connection.domainName,
      connectionId: connection.id,
      apiId: connection.apiId,
      ...(Object.keys(connection.authorizer).length > 0 ? { authorizer: connection.authorizer } : {}),
    },
    ...(message ? { body: message.text } : {}),
    isBase64Encoded: message?.isBase64Encoded ?? false,
  }
}

function listsOf(values: Record<string, string>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]))
}

/** Reads `$request.body.a.b` out of a message of JSON; undefined where it leads to no text. Throws nothing. */
export function selectRoute(selection: string, text: string): string | undefined {
  const path = selection
    .replace(/^\$request\.body\.?/, '')
    .split('.')
    .filter(Boolean)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
