import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Answered } from './exchange.ts'

/**
 * Tells OpenTelemetry of an answer as a span under the request's `traceparent`, which is forwarded unchanged from door to origin.
 * Without an SDK in the process this costs next to nothing.
 */
export function recordSpan(pop: string, { request, status, bucket, isCollapsed, tookMs, upstreamMs }: Answered): void {
  const parent = propagation.extract(context.active(), request.headers)
  const attributes = {
    'http.request.method': request.method ?? '',
    'url.path': request.url ?? '',
    'http.response.status_code': status,
    'cdnlab.pop': pop,
    'cdnlab.bucket': bucket,
    'cdnlab.collapsed': isCollapsed,
    'cdnlab.upstream_ms': upstreamMs,
  }
  const end = Date.now()
  const options = { kind: SpanKind.SERVER, startTime: end - tookMs, attributes }
  const span = trace.getTracer('cdnlab').startSpan(`pop ${pop}`, options, parent)
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(end)
}
