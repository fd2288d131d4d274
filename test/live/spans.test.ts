import { get } from 'node:http'
import { type Context, propagation, type Span, type SpanOptions, type Tracer, trace } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/cli/atlas.ts'
import { type RunningNetwork, startNetwork } from '../../src/live/network.ts'
import { recordSpan } from '../../src/live/spans.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { until } from './rig.ts'

const scenario = `
pops: [{id: SYD, at: Sydney}]
shields: [{id: SHIELD, at: Ashburn}]
edge: {capacity: 10MB, parent: SHIELD}
origin: {at: us-east-1, think: 0ms}
traffic: {objects: 100, requests: 100, rate: 10/s}
behaviors: [{path: "*", cache: {ttl: 1h}}]
`

interface Recorded {
  name: string
  id: string
  trace: string
  parent: string | undefined
  attributes: Record<string, unknown>
}

/** Keeps what has ended; a trace's first span makes its name. */
class MemoryTracer implements Tracer {
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
const propagator = {
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

let network: RunningNetwork | undefined
afterEach(async () => {
  await network?.close(true)
  trace.disable()
  propagation.disable()
})

describe('spans', () => {
  it('link front door, edge, shield and origin, parent to child', async () => {
    const tracer = new MemoryTracer()
    trace.setGlobalTracerProvider({ getTracer: () => tracer })
    propagation.setGlobalPropagator(propagator)
    const atlas = loadAtlas()
    const { plan } = planOf(readScenario(scenario, 'test.yaml'), atlas)
    network = await startNetwork({
      ...{ plan, atlas, origin: undefined, host: '127.0.0.1', port: 0, popPort: 0, controlPort: 0, timeScale: 0 },
      ...{ manner: 'proxy', keepsHost: false, mode: 'conformant', token: 'long-enough', now: Date.now },
      onAnswered: recordSpan,
    })
    const caller = { trace: 'a'.repeat(32), id: 'b'.repeat(16) }
    const url = `${network.door.url}/a?from=Sydney`
    const ask = (): Promise<unknown> =>
      new Promise(resolve => {
        get(url, { headers: { traceparent: `00-${caller.trace}-${caller.id}-01` } }, got => resolve(got.resume()))
      })
    await ask()
    await until(() => tracer.ended.length === 4)
    const named = (name: string): Recorded => tracer.ended.find(span => span.name === name)!
    const chain = ['front door', 'pop SYD', 'pop SHIELD', 'origin'].map(named)
    expect(chain.map(({ parent }) => parent)).toEqual([caller.id, ...chain.slice(0, 3).map(({ id }) => id)])
    expect(new Set(chain.map(span => span.trace))).toEqual(new Set([caller.trace]))
    expect(chain.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200, 200, 200, 200])

    await ask()
    await until(() => tracer.ended.length === 6)
    const [hit, door] = ['pop SYD', 'front door'].map(name => tracer.ended.slice(4).find(span => span.name === name)!)
    expect(hit!.parent).toBe(door!.id)
    expect(hit!.attributes['cdnlab.bucket']).toBe('hit')
  })
})
