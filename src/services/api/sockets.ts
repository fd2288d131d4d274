import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import type { ApiPlan, SocketsPlan } from '../../backend/plans.ts'
import type { TokenBucket } from '../../backend/token-bucket.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Functions } from '../functions/functions.ts'
import type { LiveFunction } from '../functions/live-function.ts'
import type { Identities } from '../identities.ts'
import { attendSocket } from './attend-socket.ts'
import type { Authorizer } from './authorizers.ts'
import { greetSocket, refuse } from './connect-socket.ts'
import type { Exchange } from './exchange.ts'
import { manageConnection } from './manage-connection.ts'
import { messageBytes, type OpenSocket } from './open-socket.ts'

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

/** What all connections of an API share. */
export interface SocketsState extends SocketsOptions {
  /** Functions by route key. */
  targets: ReadonlyMap<string, LiveFunction>
  /** Connections by their ids. */
  open: Map<string, OpenSocket>
}

/**
 * WebSocket routes: `$connect` decides whether a connection comes about, messages go where the selection expression says or to
 * `$default`, and `$disconnect` is told. Throws UserError for functions that do not exist.
 */
export function createSockets(options: SocketsOptions): Sockets {
  const targets = new Map<string, LiveFunction>()
  for (const [key, name] of Object.entries(options.sockets.routes)) {
    const target = options.functions.find(name)
    if (!target) throw new UserError({ message: `route "${key}": there is no function "${name}"` })
    targets.set(key, target)
  }
  const open = new Map<string, OpenSocket>()
  const state: SocketsState = { ...options, targets, open }
  let server: WebSocketServer | undefined

  const connect = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const connection = await greetSocket(state, request, socket)
    if (!connection) return
    const { WebSocketServer } = await import('ws')
    server ??= new WebSocketServer({ noServer: true, maxPayload: messageBytes, perMessageDeflate: false })
    server.handleUpgrade(request, socket, head, accepted => attendSocket(state, accepted, connection))
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
