import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TracePlace } from '../trace.ts'
import type { ApiAnswer } from './api-answer.ts'

/** One request on its way through a gateway. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  method: string
  requestId: string
  sourceIp: string
  receivedAtMs: number
  /** `-` until a route was found. */
  routeKey: string
  trace: TracePlace
  /** Fields that every answer gets, for browsers. */
  cors: string[]
  /** How long the function took. */
  functionMs: number
  /** Of the body that was answered. */
  sentBytes: number
}

/** A gateway's own answer: a sentence as JSON. */
export function sendMessage(
  exchange: Exchange,
  status: number,
  message: string,
  fields: readonly string[] = [],
  more: object = {},
): void {
  const body = Buffer.from(JSON.stringify({ message, ...more }))
  sendAnswer(
    exchange,
    { status, fields: ['Content-Type', 'application/json', ...fields, ...exchange.cors], body },
    false,
  )
}

/** Sends an answer; one without a body where its method or status has none. `isRead`: the request's body was read to its end. */
export function sendAnswer(exchange: Exchange, answer: ApiAnswer, isRead: boolean): void {
  const { request, response, method, requestId } = exchange
  if (!isRead) request.resume()
  if (response.headersSent || response.destroyed) return
  const hasBody = answer.status >= 200 && answer.status !== 204 && answer.status !== 304
  const length = hasBody ? ['Content-Length', String(answer.body.length)] : []
  response.writeHead(answer.status, [...answer.fields, ...length, 'apigw-requestid', requestId])
  const body = hasBody && method !== 'HEAD' ? answer.body : undefined
  exchange.sentBytes = body?.length ?? 0
  response.end(body)
}
