import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { protocols, requestTime } from '../../src/geo/request-time.ts'
import { createGeometry } from '../../src/scenario/geometry.ts'
import { createTiming } from '../../src/sim/run-once.ts'
import { Served, servedRows } from '../../src/stats/served.ts'
import { Fate } from '../../src/stats/tally.ts'
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
  it.each(['first-byte', 'last-byte'])('is the same in a block as alone, to the %s', until => {
    for (const reuse of [0, 0.3, 1]) {
      const plan = planFrom(text, `latency.until=${until}`, `latency.reuse=${reuse}`)
      const timing = createTiming(plan, createGeometry(plan, loadAtlas()), 9)
      const served = new Served()
      // Numbers beyond 2^32 too, and errors, which may have reached no edge at all.
      for (let row = 0; row < servedRows; row++)
        served.add(
          row * 9_000_001,
          row,
          row % 20,
          row % 3,
          0,
          0,
          row % 3 === 2 ? Fate.error : Fate.miss,
          100 * row,
          row % 7,
        )
      timing.timeAll(served)
      for (let row = 0; row < servedRows; row++) {
        if (served.fates[row] === Fate.error) continue
        timing.draw(served.requests[row]!)
        timing.time(served.places[row]!, served.edges[row]!, served.bytes[row]!, served.waitsMs[row]!)
        expect([served.withMs[row], served.directMs[row]]).toEqual([timing.withMs, timing.directMs])
      }
    }
  })
})
