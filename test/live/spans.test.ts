import { get } from 'node:http'
import { propagation, trace } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { type RunningNetwork, startNetwork } from '../../src/live/network.ts'
import { recordSpan } from '../../src/live/spans.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { MemoryTracer, propagator, type Recorded } from './memory-tracer.ts'
import { until } from './rig.ts'

const scenario = `
pops: [{id: SYD, at: Sydney}]
shields: [{id: SHIELD, at: Ashburn}]
edge: {capacity: 10MB, parent: SHIELD}
origin: {at: us-east-1, think: 0ms}
traffic: {objects: 100, requests: 100, rate: 10/s}
behaviors: [{path: "*", cache: {ttl: 1h}}]
`

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
