import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { Invocation, LiveFunction } from '../functions/live-function.ts'
import { within } from './call-route.ts'
import { send } from './open-socket.ts'
import { type Connection, type SocketEventParts, selectRoute, socketEvent } from './socket-event.ts'
import type { SocketsState } from './sockets.ts'

/** Source: Amazon API Gateway Developer Guide, "Quotas for WebSocket APIs": connection duration, integration timeout. */
const longestMs = 2 * 3600e3
const timeoutMs = 29_000
/** Messages of one connection that are worked on at once; more wait in the connection. */
const greatestInFlight = 16

/** Calls the function of a route of a connection; undefined when it takes too long. */
export function callSocketRoute(
  { timeOfDay }: SocketsState,
  target: LiveFunction,
  connection: Connection,
  parts: Omit<SocketEventParts, 'requestId' | 'nowMs'>,
): { requestId: string; outcome: Promise<Invocation | undefined> } {
  const requestId = randomUUID()
  const event = JSON.stringify(socketEvent(connection, { ...parts, requestId, nowMs: timeOfDay() }))
  return { requestId, outcome: within(timeoutMs, target.invoke(event, { requestId })) }
}

/** Listens to a connection until it ends, and tells `$disconnect`. */
export function attendSocket(state: SocketsState, socket: WebSocket, connection: Connection): void {
  const { open, counts, targets, sockets, timeOfDay } = state
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
    void receive(state, socket, connection, data, isBinary)
      .catch(() => socket.terminate())
      .finally(() => {
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
    if (target)
      void callSocketRoute(state, target, connection, { routeKey: '$disconnect', eventType: 'DISCONNECT', closed })
        .outcome
  })
}

async function receive(
  state: SocketsState,
  socket: WebSocket,
  connection: Connection,
  data: Buffer,
  isBinary: boolean,
): Promise<void> {
  const { stage, now, counts, sockets, targets } = state
  const say = (message: string, requestId: string): void =>
    send(socket, JSON.stringify({ message, connectionId: connection.id, requestId }))
  if (stage && !stage.take(now())) {
    counts.throttled++
    return say('Too Many Requests', randomUUID())
  }
  const text = isBinary ? data.toString('base64') : data.toString()
  const selected = isBinary ? undefined : selectRoute(sockets.selection, text)
  // Routes whose names begin with a dollar sign are the gateway's own.
  const routeKey = selected !== undefined && !selected.startsWith('$') && targets.has(selected) ? selected : '$default'
  const target = targets.get(routeKey)
  if (!target) return say('Forbidden', randomUUID())
  const message = { text, isBase64Encoded: isBinary }
  const { requestId, outcome } = callSocketRoute(state, target, connection, { routeKey, eventType: 'MESSAGE', message })
  const ended = await outcome
  if (ended?.kind === 'throttled') return say('Too Many Requests', requestId)
  if (ended?.kind !== 'answered') return say('Internal server error', requestId)
  const returned = JSON.parse(ended.payload) as { body?: unknown } | null
  if (typeof returned?.body === 'string') send(socket, returned.body)
}
