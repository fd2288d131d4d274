import { commonLogTime, inertJson, inertQuoted } from '../../lib/log-line.ts'
import type { Exchange } from './exchange.ts'

/** How an access log is written. */
export type ApiLogFormat = 'combined' | 'json'

/**
 * One line for an answer: JSON with the names of API Gateway's variables, or Apache's combined format with the API, its route and the
 * time behind it. Source: Amazon API Gateway Developer Guide, "Logging variables for HTTP APIs".
 */
export function formatApiAccess(format: ApiLogFormat, apiId: string, exchange: Exchange, tookMs: number): string {
  const { request, response, method, requestId, sourceIp, receivedAtMs, routeKey, trace, functionMs } = exchange
  const protocol = `HTTP/${request.httpVersion}`
  const time = commonLogTime(receivedAtMs)
  if (format === 'combined') {
    const { referer = '-', 'user-agent': agent = '-' } = request.headers
    const asked = inertQuoted(`${method} ${request.url} ${protocol}`)
    const tail = `${inertQuoted(referer)} ${inertQuoted(agent)} ${apiId} ${inertQuoted(routeKey)} ${tenths(tookMs)}ms`
    return `${sourceIp || '-'} - - [${time}] ${asked} ${response.statusCode} ${exchange.sentBytes} ${tail}`
  }
  return inertJson({
    requestId,
    apiId,
    ip: sourceIp,
    requestTime: time,
    httpMethod: method,
    path: request.url,
    routeKey,
    status: response.statusCode,
    protocol,
    responseLength: exchange.sentBytes,
    integrationLatency: tenths(functionMs),
    responseLatency: tenths(tookMs),
    traceId: trace.traceId,
  })
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}
