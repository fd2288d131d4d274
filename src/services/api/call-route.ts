import { SpanStatusCode } from '@opentelemetry/api'
import type { Invocation } from '../functions/live-function.ts'
import { amazonPlaceOf, beginCall } from '../trace.ts'
import type { OpenRoute } from './answer-request.ts'
import { type ApiAnswer, readAnswer } from './api-answer.ts'
import { type ApiRequest, type AuthorizerContext, apiEvent } from './api-event.ts'
import type { Exchange } from './exchange.ts'

export interface Call {
  route: OpenRoute
  request: ApiRequest
  body: Buffer
  authorizer: AuthorizerContext
  exchange: Exchange
  now(): number
}

export type Called = { kind: 'answer'; answer: ApiAnswer } | { kind: 'message'; status: number; message: string }

/** No function may take longer. Source: Amazon API Gateway Developer Guide, "Quotas for HTTP APIs", maximum integration timeout. */
const greatestTimeoutMs = 30_000
/** What a function takes. */
const eventBytes = 6 * 1024 * 1024

/**
 * Calls a route's function and reads its answer. 504 when it takes too long, 429 when it is throttled, 502 when it fails or when its
 * answer is malformed, 413 when the event would be too large for it.
 */
export async function callRoute({ route, request, body, authorizer, exchange, now }: Call): Promise<Called> {
  const event = JSON.stringify(apiEvent(request, body, authorizer))
  if (event.length > eventBytes) return { kind: 'message', status: 413, message: 'Request Entity Too Large' }
  const begunAt = now()
  const span = beginCall(exchange.trace.span, route.plan.function, request.requestId)
  const timeoutMs = Math.min(route.plan.timeoutMs, greatestTimeoutMs)
  const outcome = await within(
    timeoutMs,
    route.target.invoke(event, { requestId: request.requestId, traceId: amazonPlaceOf(span) ?? request.traceId }),
  )
  exchange.functionMs = now() - begunAt
  const isFailed = outcome?.kind !== 'answered'
  if (outcome && outcome.kind !== 'throttled') span.setAttribute('faas.coldstart', outcome.cold)
  if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
  if (outcome === undefined) return late
  if (outcome.kind === 'throttled') return { kind: 'message', status: 429, message: 'Too Many Requests' }
  if (outcome.kind === 'failed') return outcome.errorType === 'Sandbox.Timedout' ? late : broken
  const answer = readAnswer(outcome.payload)
  return answer ? { kind: 'answer', answer } : broken
}

const late: Called = { kind: 'message', status: 504, message: 'Endpoint request timed out' }
const broken: Called = { kind: 'message', status: 502, message: 'Internal Server Error' }

/** The outcome, or undefined after a time; the function itself goes on until its own limit. */
export async function within(timeoutMs: number, outcome: Promise<Invocation>): Promise<Invocation | undefined> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
  })
  try {
    return await Promise.race([outcome, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
