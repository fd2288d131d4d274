import type { IncomingMessage, ServerResponse } from 'node:http'
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Fields } from '../cache/http/fields.ts'
import type { Ms } from '../lib/clock.ts'
import type { Answered } from './exchange.ts'

/** Begins a span under the request's trace context, some time ago. Without an SDK in the process this costs next to nothing. */
export function beginSpan(name: string, request: IncomingMessage, agoMs: Ms = 0): Span {
  const attributes = { 'http.request.method': request.method ?? '', 'url.path': request.url ?? '' }
  const options = { kind: SpanKind.SERVER, startTime: Date.now() - agoMs, attributes }
  const parent = propagation.extract(context.active(), request.headers)
  return trace.getTracer('cdnlab').startSpan(name, options, parent)
}

/** A span from now until the response is out or cut. */
export function spanUntilClose(name: string, request: IncomingMessage, response: ServerResponse): Span {
  const span = beginSpan(name, request)
  response.once('close', () => endSpan(span, response.statusCode))
  return span
}

/** Fields that carry a span's context in the place of the one that came; unchanged when nobody traces. */
export function fieldsUnder(span: Span, fields: Fields): string[] {
  const carrier: Record<string, string> = {}
  propagation.inject(trace.setSpan(context.active(), span), carrier)
  const traced: string[] = []
  for (let at = 0; at < fields.length; at += 2)
    if (!Object.hasOwn(carrier, fields[at]!.toLowerCase())) traced.push(fields[at]!, fields[at + 1]!)
  for (const [name, value] of Object.entries(carrier)) traced.push(name, value)
  return traced
}

/** Tells OpenTelemetry of a PoP's answer: ends the span that went with its fetch, or makes one for an answer without a fetch. */
export function recordSpan(pop: string, answered: Answered): void {
  const { request, exchange, status, bucket, isCollapsed, tookMs, upstreamMs } = answered
  const span = exchange?.span ?? beginSpan(`pop ${pop}`, request, tookMs)
  span.setAttributes({
    'cdnlab.pop': pop,
    'cdnlab.bucket': bucket,
    'cdnlab.collapsed': isCollapsed,
    'cdnlab.upstream_ms': upstreamMs,
  })
  endSpan(span, status)
}

function endSpan(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status)
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
