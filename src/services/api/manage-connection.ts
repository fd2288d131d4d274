import { createHash } from 'node:crypto'
import type { ApiPlan } from '../../backend/plans.ts'
import type { Identities, Identity } from '../identities.ts'
import { readBody } from '../read-body.ts'
import { checkSignature } from '../signature.ts'
import { type Exchange, sendAnswer, sendMessage } from './exchange.ts'
import { messageBytes, type OpenSocket, send } from './open-socket.ts'

export interface ManageOptions {
  plan: ApiPlan
  identities: Identities
  open: ReadonlyMap<string, OpenSocket>
  timeOfDay(): number
}

const connectionPath = /^(?:\/[^/]+)?\/@connections\/([^/]+)$/

/**
 * Writes to, describes or closes a connection from the server's side. Requests are signed for `execute-api`; the root and the
 * functions of this API may make them. Says whether the path was one of these.
 * Source: Amazon API Gateway Management API Reference, "PostToConnection", "GetConnection", "DeleteConnection".
 */
export async function manageConnection(exchange: Exchange, path: string, options: ManageOptions): Promise<boolean> {
  const [, written] = connectionPath.exec(path) ?? []
  if (written === undefined) return false
  exchange.routeKey = '@connections'
  const { request, response, method } = exchange
  const body = await readBody(request, messageBytes)
  if (body === 'cut') response.destroy()
  else if (body === 'too-large') fail(exchange, 413, 'PayloadTooLargeException', 'Message too long')
  else {
    const bodyHash = createHash('sha256').update(body).digest('hex')
    const signable = { method, target: request.url ?? '', rawHeaders: request.rawHeaders }
    const { identities, timeOfDay } = options
    const verdict = checkSignature(signable, { identities, now: timeOfDay(), service: 'execute-api', bodyHash })
    const isAllowed = verdict.kind === 'proven' && mayManage(options.plan, verdict.identity)
    if (isAllowed) manage(exchange, options.open.get(written.replace('%3D', '=')), body)
    else
      fail(
        exchange,
        403,
        'ForbiddenException',
        verdict.kind === 'anonymous' ? 'Missing Authentication Token' : 'Forbidden',
      )
  }
  return true
}

function manage(exchange: Exchange, found: OpenSocket | undefined, body: Buffer): void {
  if (!found) {
    fail(exchange, 410, 'GoneException', 'Gone')
    return
  }
  const { socket, connection } = found
  if (exchange.method === 'POST') {
    const text = body.toString()
    send(socket, Buffer.from(text).equals(body) ? text : body)
    sendAnswer(exchange, { status: 200, fields: [], body: Buffer.alloc(0) }, true)
  } else if (exchange.method === 'DELETE') {
    socket.close(1000)
    sendAnswer(exchange, { status: 204, fields: [], body: Buffer.alloc(0) }, true)
  } else if (exchange.method === 'GET') {
    const { connectedAtMs, lastActiveAtMs, sourceIp, userAgent } = connection
    const described = {
      connectedAt: new Date(connectedAtMs).toISOString(),
      identity: { sourceIp, userAgent },
      lastActiveAt: new Date(lastActiveAtMs).toISOString(),
    }
    sendAnswer(
      exchange,
      { status: 200, fields: ['Content-Type', 'application/json'], body: Buffer.from(JSON.stringify(described)) },
      true,
    )
  } else fail(exchange, 405, 'BadRequestException', 'Method Not Allowed')
}

function mayManage({ routes, sockets }: ApiPlan, identity: Identity): boolean {
  const own = [...routes.map(route => route.function), ...Object.values(sockets?.routes ?? {})]
  return identity.name === 'root' || own.some(one => identity.name === `function-${one}`)
}

function fail(exchange: Exchange, status: number, name: string, message: string): void {
  sendMessage(exchange, status, message, ['x-amzn-ErrorType', name])
}
