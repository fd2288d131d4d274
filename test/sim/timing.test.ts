import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/cli/atlas.ts'
import { protocols, requestTime } from '../../src/geo/request-time.ts'
import { createGeometry } from '../../src/scenario/geometry.ts'
import { createTiming } from '../../src/sim/run-once.ts'
import { planFrom } from './run-scenario.ts'

const text = `
pops: [{id: A, at: Paris}, {id: B, at: Tokyo}]
origin: {at: us-east-1, think: 30ms}
visitors: {cities: 20}
traffic: {objects: 10, requests: 10}
`

describe('the time of a request', () => {
  it.each(protocols.filter(protocol => protocol !== 'reused'))('is that of the request-time model, by %s', protocol => {
    const plan = planFrom(text, `latency.protocol=${protocol}`, 'latency.until=last-byte', 'latency.reuse=0.5')
    const geometry = createGeometry(plan, loadAtlas())
    const timing = createTiming(plan, geometry, 5)
    let opened = 0
    for (let request = 0; request < 300; request++) {
      const [place, edge, bytes, waitMs] = [request % 20, request % 2, 1000 * request, request % 7]
      timing.draw(request)
      timing.time(place, edge, bytes, waitMs)
      if (timing.isNew) opened++
      const { bytesPerMs, loss } = geometry.access.tables[timing.profile]!
      const time = (rttMs: number, thinkMs: number): number =>
        requestTime({
          protocol: timing.isNew ? protocol : 'reused',
          rttMs: rttMs + timing.accessMs + timing.jitterMs,
          bytes,
          dnsMs: plan.network.dnsMs,
          thinkMs,
          mbps: bytesPerMs / 125,
          loss,
        }).lastByteMs
      expect(timing.withMs).toBeCloseTo(time(geometry.rttMs[place * 2 + edge]!, plan.network.edgeThinkMs + waitMs), 6)
      expect(timing.directMs).toBeCloseTo(time(geometry.directRttMs[place]!, plan.origin.thinkMs), 6)
    }
    expect(opened).toBeGreaterThan(110)
    expect(opened).toBeLessThan(190)
  })
})
