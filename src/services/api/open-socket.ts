import type { WebSocket } from 'ws'
import type { Connection } from './socket-event.ts'

/** A connection and its socket. */
export interface OpenSocket {
  socket: WebSocket
  connection: Connection
}

/** A message is no larger, in either direction. Source: Amazon API Gateway Developer Guide, "Quotas for WebSocket APIs". */
export const messageBytes = 128 * 1024

/** Sends text as text and bytes as bytes; to a socket that is closing it sends nothing. */
export function send(socket: WebSocket, message: string | Buffer): void {
  if (socket.readyState === socket.OPEN) socket.send(message, { binary: typeof message !== 'string' })
}
