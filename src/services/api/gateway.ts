import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ApiPlan, RoutePlan, ThrottlePlan } from '../../backend/plans.ts'
import { createRouteTable, type RouteTable } from '../../backend/routes.ts'
import { createTokenBucket, type TokenBucket } from '../../backend/token-bucket.ts'
import { readTarget } from '../../cache/http/target.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Functions } from '../functions/functions.ts'
import type { LiveFunction } from '../functions/live-function.ts'
import type { Identities } from '../identities.ts'
import { readBody } from '../read-body.ts'
import { beginTrace } from '../trace.ts'
import { formatApiAccess } from './access-line.ts'
import type { ApiRequest } from './api-event.ts'
import { createAuthorizers } from './authorizers.ts'
import { callRoute } from './call-route.ts'
import { corsFields, isPreflight, preflightFields, withoutCors } from './cors.ts'
import { type Exchange, sendAnswer, sendMessage } from './exchange.ts'
import { createReference } from './reference.ts'
import { createSockets } from './sockets.ts'
import { createValidation, type Validate } from './validation.ts'

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
}

/** An API as a handler of requests, and of upgrades to WebSockets. */
export interface Gateway {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  readonly counts: { requests: number; refused: number; throttled: number; connections: number }
  close(): Promise<void>
}

/** A route with all that belongs to it, ready to be used. */
export interface OpenRoute {
  plan: RoutePlan
  target: LiveFunction
  throttle: TokenBucket | undefined
  validate: Validate | undefined
}

/** Opens an API: routes, authorizers, schemas and the reference are checked now, not at the first request. Throws UserError. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { plan, functions, now = () => performance.now(), timeOfDay = Date.now, log } = options
  const traces = new WeakMap<ApiRequest, string>()
  const traceOf = (request: ApiRequest): string => traces.get(request) ?? ''
  const authorizers = await createAuthorizers({ ...options, plans: plan.authorizers, now: timeOfDay, traceOf })
  const routes = await openRoutes(plan, functions)
  const stage = bucketOf(plan.throttle)
  const keys = new Set(Object.values(plan.apiKeys))
  const reference = createReference(plan)
  const counts = { requests: 0, refused: 0, throttled: 0, connections: 0 }
  const sockets =
    plan.sockets && createSockets({ ...options, sockets: plan.sockets, authorizers, stage, now, timeOfDay, counts })

  async function answer(exchange: Exchange): Promise<void> {
    const { request, response, cors } = exchange
    const target = readTarget(request.url ?? '')
    if (!target) return sendMessage(exchange, 400, 'Bad Request')
    const cut = target.path.indexOf('?')
    const path = cut < 0 ? target.path : target.path.slice(0, cut)
    if (sockets && (await sockets.manage(exchange, path))) return
    if (reference.serve(request, response, path)) return
    if (plan.cors && isPreflight(exchange.method, request.headers))
      return sendAnswer(
        exchange,
        { status: 204, fields: preflightFields(plan.cors, request.headers), body: Buffer.alloc(0) },
        true,
      )
    const found = routes.find(exchange.method, path)
    if (!found) return sendMessage(exchange, 404, 'Not Found')
    const { route, parameters } = found
    exchange.routeKey = route.plan.key
    const apiRequest: ApiRequest = {
      method: exchange.method,
      path,
      query: cut < 0 ? '' : target.path.slice(cut + 1),
      rawHeaders: tracedHeaders(request.rawHeaders, exchange),
      headers: request.headers,
      sourceIp: exchange.sourceIp,
      httpVersion: request.httpVersion,
      requestId: exchange.requestId,
      routeKey: route.plan.key,
      parameters,
      apiId: plan.name,
      receivedAtMs: exchange.receivedAtMs,
    }
    traces.set(apiRequest, exchange.trace.amazon)
    // A route that is throttled does not use up what others may have.
    if ((route.throttle && !route.throttle.take(now())) || (stage && !stage.take(now()))) {
      counts.throttled++
      return sendMessage(exchange, 429, 'Too Many Requests')
    }
    if (route.plan.needsApiKey && !keys.has(String(request.headers['x-api-key'] ?? '')))
      return sendMessage(exchange, 403, 'Forbidden')
    const judged = await authorizers.get(route.plan.authorizer)?.(apiRequest, route.plan.scopes)
    if (judged?.kind === 'refused') {
      counts.refused++
      return sendMessage(exchange, judged.status, refusals[judged.status], judged.fields)
    }
    const body = await readBody(request, plan.bodyBytes)
    if (body === 'cut') {
      response.destroy()
      return
    }
    if (body === 'too-large') return sendMessage(exchange, 413, 'Request Entity Too Large', ['Connection', 'close'])
    const mistakes = route.validate?.(apiRequest, body)
    if (mistakes) return sendMessage(exchange, 400, mistakes.message, [], { errors: mistakes.errors })
    const called = await callRoute({ route, request: apiRequest, body, authorizer: judged?.context, exchange, now })
    if (called.kind === 'message') return sendMessage(exchange, called.status, called.message)
    const fields = cors ? [...withoutCors(called.answer.fields), ...cors] : called.answer.fields
    sendAnswer(exchange, { ...called.answer, fields }, true)
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
      response.once('close', () => log?.(formatApiAccess(exchange, now() - begunAt)))
      answer(exchange).catch(() => sendMessage(exchange, 500, 'Internal Server Error'))
    },
    upgrade(request, socket, head) {
      if (sockets) sockets.upgrade(request, socket, head)
      else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    },
    close: async () => sockets?.close(),
  }
}

const refusals = { 401: 'Unauthorized', 403: 'Forbidden', 500: 'Internal Server Error' } as const

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

/** The request's fields with this trace's place in them. */
function tracedHeaders(rawHeaders: readonly string[], { trace }: Exchange): string[] {
  const fields: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (!/^(?:traceparent|x-amzn-trace-id)$/i.test(rawHeaders[at]!)) fields.push(rawHeaders[at]!, rawHeaders[at + 1]!)
  return [...fields, 'traceparent', trace.traceparent, 'X-Amzn-Trace-Id', trace.amazon]
}
