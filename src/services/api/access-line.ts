import { clfTime } from './api-event.ts'
import type { Exchange } from './exchange.ts'

/**
 * One line of JSON for an answer, with the names of API Gateway's variables. What a client sent can neither end the line nor reach a
 * terminal. Source: Amazon API Gateway Developer Guide, "Logging variables for HTTP APIs".
 */
export function formatApiAccess(exchange: Exchange, tookMs: number): string {
  const { request, response, method, requestId, sourceIp, receivedAtMs, routeKey, trace, functionMs } = exchange
  const line = {
    requestId,
    ip: sourceIp,
    requestTime: clfTime(receivedAtMs),
    httpMethod: method,
    path: request.url,
    routeKey,
    status: response.statusCode,
    protocol: `HTTP/${request.httpVersion}`,
    responseLength: exchange.sentBytes,
    integrationLatency: Math.round(functionMs * 10) / 10,
    responseLatency: Math.round(tookMs * 10) / 10,
    traceId: trace.traceId,
  }
  return JSON.stringify(line).replace(
    /[^\x20-\x7e]/g,
    letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
