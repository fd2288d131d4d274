import { type Context, type Span, type SpanOptions, type Tracer, trace } from '@opentelemetry/api'

export interface Recorded {
  name: string
  id: string
  trace: string
  parent: string | undefined
  attributes: Record<string, unknown>
}

/** Keeps what has ended; a trace's first span makes its name. */
export class MemoryTracer implements Tracer {
  readonly ended: Recorded[] = []
  #count = 0

  startSpan(name: string, options: SpanOptions = {}, under?: Context): Span {
    const parent = under && trace.getSpanContext(under)
    const id = (++this.#count).toString(16).padStart(16, '0')
    const traceId = parent?.traceId ?? id.repeat(2)
    const recorded: Recorded = {
      name,
      id,
      trace: traceId,
      parent: parent?.spanId,
      attributes: { ...options.attributes },
    }
    const span = trace.wrapSpanContext({ traceId, spanId: id, traceFlags: 1 })
    return Object.assign(span, {
      setAttribute: (key: string, value: unknown) => Object.assign(recorded.attributes, { [key]: value }),
      setAttributes: (more: object) => Object.assign(recorded.attributes, more),
      end: () => this.ended.push(recorded),
    }) as unknown as Span
  }

  startActiveSpan(): never {
    throw new Error('not used here')
  }
}

/** `traceparent` and nothing else. Source: W3C Trace Context, 3.2. */
export const propagator = {
  inject(from: Context, carrier: Record<string, string>): void {
    const found = trace.getSpanContext(from)
    if (found) carrier.traceparent = `00-${found.traceId}-${found.spanId}-01`
  },
  extract(into: Context, carrier: Record<string, string | undefined>): Context {
    const found = /^00-(\w{32})-(\w{16})-01$/.exec(carrier.traceparent ?? '')
    return found ? trace.setSpanContext(into, { traceId: found[1]!, spanId: found[2]!, traceFlags: 1 }) : into
  },
  fields: () => ['traceparent'],
}
