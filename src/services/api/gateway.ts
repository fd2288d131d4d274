import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ApiPlan, ThrottlePlan } from '../../backend/plans.ts'
import { createRouteTable, type RouteTable } from '../../backend/routes.ts'
import { createTokenBucket, type TokenBucket } from '../../backend/token-bucket.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Functions } from '../functions/functions.ts'
import type { Identities } from '../identities.ts'
import { beginTrace } from '../trace.ts'
import { type ApiLogFormat, formatApiAccess } from './access-line.ts'
import { answerRequest, type GatewayCounts, type OpenApi, type OpenRoute } from './answer-request.ts'
import { createAuthorizers } from './authorizers.ts'
import { corsFields } from './cors.ts'
import { type Exchange, sendMessage } from './exchange.ts'
import { createReference } from './reference.ts'
import { createSockets } from './sockets.ts'
import { createValidation } from './validation.ts'

export interface GatewayOptions {
  plan: ApiPlan
  functions: Functions
  /** Who may write to the connections of WebSockets. */
  identities: Identities
  /** Text of a file that the plan names: keys of tokens. */
  readFile(path: string): Promise<string>
  /** Milliseconds that never go back. */
  now?(): number
  /** Time of day in milliseconds. */
  timeOfDay?(): number
  /** Takes the access log line by line. */
  log?(line: string): void
  /** How its lines are written: JSON when left out. */
  logFormat?: ApiLogFormat
}

/** An API as a handler of requests, and of upgrades to WebSockets. */
export interface Gateway {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  readonly counts: Readonly<GatewayCounts>
  close(): Promise<void>
}

/** Opens an API: routes, authorizers, schemas and the reference are checked now, not at the first request. Throws UserError. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { plan, functions, now = () => performance.now(), timeOfDay = Date.now, log, logFormat = 'json' } = options
  const authorizers = await createAuthorizers({ ...options, plans: plan.authorizers, now: timeOfDay })
  const stage = bucketOf(plan.throttle)
  const counts = { requests: 0, refused: 0, throttled: 0, connections: 0 }
  const sockets =
    plan.sockets && createSockets({ ...options, sockets: plan.sockets, authorizers, stage, now, timeOfDay, counts })
  const api: OpenApi = {
    plan,
    routes: await openRoutes(plan, functions),
    authorizers,
    stage,
    keys: new Set(Object.values(plan.apiKeys)),
    reference: createReference(plan),
    sockets,
    counts,
    now,
  }

  return {
    counts,
    handle(request, response) {
      counts.requests++
      const exchange: Exchange = {
        request,
        response,
        method: request.method ?? 'GET',
        requestId: randomUUID(),
        sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
        receivedAtMs: timeOfDay(),
        routeKey: '-',
        trace: beginTrace(`api ${plan.name}`, request, response),
        cors: plan.cors ? corsFields(plan.cors, request.headers) : [],
        functionMs: 0,
        sentBytes: 0,
      }
      const begunAt = now()
      if (log) response.once('close', () => log(formatApiAccess(logFormat, plan.name, exchange, now() - begunAt)))
      answerRequest(api, exchange).catch(() => sendMessage(exchange, 500, 'Internal Server Error'))
    },
    upgrade(request, socket, head) {
      if (sockets) sockets.upgrade(request, socket, head)
      else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    },
    close: async () => sockets?.close(),
  }
}

async function openRoutes(plan: ApiPlan, functions: Functions): Promise<RouteTable<OpenRoute>> {
  const names = new Set(plan.authorizers.map(({ name }) => name))
  const opened: [string, OpenRoute][] = []
  for (const route of plan.routes) {
    const target = functions.find(route.function)
    if (!target) throw new UserError({ message: `route "${route.key}": there is no function "${route.function}"` })
    if (route.authorizer !== '' && !names.has(route.authorizer))
      throw new UserError({ message: `route "${route.key}": there is no authorizer "${route.authorizer}"` })
    opened.push([
      route.key,
      { plan: route, target, throttle: bucketOf(route.throttle), validate: await createValidation(route) },
    ])
  }
  return createRouteTable(opened)
}

function bucketOf(throttle: ThrottlePlan | null): TokenBucket | undefined {
  return throttle ? createTokenBucket(throttle.ratePerSecond, throttle.burst) : undefined
}
