import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

/** One request's place in a trace, in both ways of writing it. */
export interface TracePlace {
  /** 32 hexadecimal digits, the same from the PoP to the table. */
  traceId: string
  /** Of W3C Trace Context. */
  traceparent: string
  /** `Root=1-...;Parent=...;Sampled=1`, of AWS X-Ray. */
  amazon: string
  span: Span
}

const w3c = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/
const xray = /Root=1-([0-9a-f]{8})-([0-9a-f]{24})/

/**
 * Begins a span that ends with the response, under the trace that the request names; a new trace when it names none. Without an
 * OpenTelemetry SDK in the process the ids still pass through.
 * Source: W3C Trace Context, 3.2; AWS X-Ray Developer Guide, "Tracing header".
 */
export function beginTrace(name: string, request: IncomingMessage, response: ServerResponse): TracePlace {
  const parent = propagation.extract(context.active(), request.headers)
  const attributes = { 'http.request.method': request.method ?? '', 'url.path': request.url ?? '' }
  const span = trace.getTracer('cdnlab').startSpan(name, { kind: SpanKind.SERVER, attributes }, parent)
  response.once('close', () => {
    span.setAttribute('http.response.status_code', response.statusCode)
    if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  })
  return { ...placeOf(span, request), span }
}

/** Begins a span for a call of a function, under that of the request. Whoever calls it ends it. */
export function beginCall(parent: Span, functionName: string, requestId: string): Span {
  const attributes = { 'faas.invoked_name': functionName, 'faas.invocation_id': requestId }
  const options = { kind: SpanKind.CLIENT, attributes }
  return trace
    .getTracer('cdnlab')
    .startSpan(`function ${functionName}`, options, trace.setSpan(context.active(), parent))
}

/** What names a span's place to what it calls by AWS's protocols; undefined when nobody traces. */
export function amazonPlaceOf(span: Span): string | undefined {
  const own = span.spanContext()
  return trace.isSpanContextValid(own) ? amazonText(own.traceId, own.spanId) : undefined
}

function amazonText(traceId: string, spanId: string): string {
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`
}

function placeOf(span: Span, request: IncomingMessage): Omit<TracePlace, 'span'> {
  const own = span.spanContext()
  const isReal = trace.isSpanContextValid(own)
  const traceId = isReal ? own.traceId : incomingTraceId(request)
  const spanId = isReal ? own.spanId : randomBytes(8).toString('hex')
  const amazon = amazonText(traceId, spanId)
  return { traceId, traceparent: `00-${traceId}-${spanId}-01`, amazon }
}

function incomingTraceId({ headers }: IncomingMessage): string {
  const [, fromW3c] = w3c.exec(String(headers.traceparent ?? '')) ?? []
  if (fromW3c !== undefined && !/^0+$/.test(fromW3c)) return fromW3c
  const [, begin, rest] = xray.exec(String(headers['x-amzn-trace-id'] ?? '')) ?? []
  return begin === undefined ? randomBytes(16).toString('hex') : `${begin}${rest}`
}
