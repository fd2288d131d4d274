import type { ApiPlan, RoutePlan } from '../../backend/plans.ts'
import type { RouteTable } from '../../backend/routes.ts'
import type { TokenBucket } from '../../backend/token-bucket.ts'
import { readTarget } from '../../cache/http/target.ts'
import type { LiveFunction } from '../functions/live-function.ts'
import { readBody } from '../read-body.ts'
import type { ApiRequest } from './api-event.ts'
import type { Authorizer } from './authorizers.ts'
import { callRoute } from './call-route.ts'
import { isPreflight, preflightFields, withoutCors } from './cors.ts'
import { type Exchange, sendAnswer, sendMessage } from './exchange.ts'
import type { Reference } from './reference.ts'
import type { Sockets } from './sockets.ts'
import type { Validate } from './validation.ts'

/** A route with all that belongs to it, ready to be used. */
export interface OpenRoute {
  plan: RoutePlan
  target: LiveFunction
  throttle: TokenBucket | undefined
  validate: Validate | undefined
}

export interface GatewayCounts {
  requests: number
  refused: number
  throttled: number
  connections: number
}

/** An API with all that belongs to it. */
export interface OpenApi {
  plan: ApiPlan
  routes: RouteTable<OpenRoute>
  authorizers: ReadonlyMap<string, Authorizer>
  stage: TokenBucket | undefined
  keys: ReadonlySet<string>
  reference: Reference
  sockets: Sockets | null
  counts: GatewayCounts
  now(): number
}

/** Answers one request: what is the gateway's own first, then the route. */
export async function answerRequest(api: OpenApi, exchange: Exchange): Promise<void> {
  const { plan, sockets, reference, routes } = api
  const { request, response, method } = exchange
  const target = readTarget(request.url ?? '')
  if (!target) return sendMessage(exchange, 400, 'Bad Request')
  const cut = target.path.indexOf('?')
  const path = cut < 0 ? target.path : target.path.slice(0, cut)
  const query = cut < 0 ? '' : target.path.slice(cut + 1)
  if (sockets && (await sockets.manage(exchange, path))) return
  if (reference.serve(request, response, path)) return
  if (plan.cors && isPreflight(method, request.headers)) {
    const fields = preflightFields(plan.cors, request.headers)
    return sendAnswer(exchange, { status: 204, fields, body: Buffer.alloc(0) }, false)
  }
  const found = routes.find(method, path)
  if (!found) return sendMessage(exchange, 404, 'Not Found')
  exchange.routeKey = found.route.plan.key
  return answerRoute(
    api,
    exchange,
    found.route,
    apiRequestOf(api, exchange, { path, query, parameters: found.parameters }),
  )
}

function apiRequestOf(
  { plan }: OpenApi,
  exchange: Exchange,
  of: Pick<ApiRequest, 'path' | 'query' | 'parameters'>,
): ApiRequest {
  const { request, method, sourceIp, requestId, routeKey, receivedAtMs, trace } = exchange
  const { headers, httpVersion } = request
  const rawHeaders = forwardedHeaders(exchange)
  const traceId = trace.amazon
  return {
    ...of,
    method,
    rawHeaders,
    headers,
    sourceIp,
    httpVersion,
    requestId,
    routeKey,
    traceId,
    apiId: plan.name,
    receivedAtMs,
  }
}

/** Throttles, keys, authorizers, the body and its schema; then the function. */
async function answerRoute(api: OpenApi, exchange: Exchange, route: OpenRoute, apiRequest: ApiRequest): Promise<void> {
  const { plan, stage, counts, now } = api
  const { request, response, cors } = exchange
  // A route that is throttled does not use up what others may have.
  if ((route.throttle && !route.throttle.take(now())) || (stage && !stage.take(now()))) {
    counts.throttled++
    return sendMessage(exchange, 429, 'Too Many Requests')
  }
  if (route.plan.needsApiKey && !api.keys.has(String(request.headers['x-api-key'] ?? '')))
    return sendMessage(exchange, 403, 'Forbidden')
  const judged = await api.authorizers.get(route.plan.authorizer)?.(apiRequest, route.plan.scopes)
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
  const fields = plan.cors ? [...withoutCors(called.answer.fields), ...cors] : called.answer.fields
  sendAnswer(exchange, { ...called.answer, fields }, true)
}

const refusals = { 401: 'Unauthorized', 403: 'Forbidden', 500: 'Internal Server Error' } as const

/** The request's fields with this trace's place in them, and with where it came from. */
function forwardedHeaders({ request, trace, sourceIp }: Exchange): string[] {
  const { rawHeaders, headers, socket } = request
  const fields: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (!/^(?:traceparent|x-amzn-trace-id)$/i.test(rawHeaders[at]!)) fields.push(rawHeaders[at]!, rawHeaders[at + 1]!)
  fields.push('traceparent', trace.traceparent, 'X-Amzn-Trace-Id', trace.amazon, 'X-Forwarded-For', sourceIp)
  if (headers['x-forwarded-proto'] === undefined) fields.push('X-Forwarded-Proto', 'http')
  if (headers['x-forwarded-port'] === undefined) fields.push('X-Forwarded-Port', String(socket.localPort ?? ''))
  return fields
}
