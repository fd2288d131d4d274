import { describe, expect, it } from 'vitest'
import { figure, runScenario } from './run-scenario.ts'

/** Equal objects of 1 kB, so that capacities count objects; one PoP that everybody reaches. */
const onePop = `
pops: [{id: A, at: Paris}]
origin: {at: Paris, think: 1ms}
visitors: {cities: 20}
latency: {reuse: 1}
traffic: {objects: 20000, requests: 400000, rate: 1000/s, sizes: "fixed:bytes=1000", popularity: "zipf:alpha=0.9"}
behaviors: [{path: "*", cache: {ttl: 365d}}]
`

/** Hit ratio of LRU under independent requests. Source: H. Che, Y. Tung, Z. Wang, IEEE JSAC 20(7), 2002, equations 5 and 6. */
function che(objects: number, alpha: number, capacity: number): number {
  const weights = Array.from({ length: objects }, (_, rank) => (rank + 1) ** -alpha)
  const sum = weights.reduce((total, weight) => total + weight)
  const rates = weights.map(weight => weight / sum)
  let [low, high] = [0, 1e9]
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2
    const held = rates.reduce((total, rate) => total + 1 - Math.exp(-rate * middle), 0)
    if (held < capacity) low = middle
    else high = middle
  }
  return rates.reduce((total, rate) => total + rate * (1 - Math.exp(-rate * low)), 0)
}

describe('the engine against theory', () => {
  it.each([200, 1000, 4000])('has the hit ratio of Che for LRU with room for %i of 20,000 objects', capacity => {
    const result = runScenario(onePop, `edge.capacity=${capacity * 1000}`)
    expect(figure(result, 'hit_ratio')).toBeCloseTo(che(20_000, 0.9, capacity), 2)
  })

  it.each([
    ['10s', 0.091],
    ['60s', 0.375],
    ['1h', 0.973],
  ])('has the hit ratio rT / (1 + rT) for a lifetime of %s', (ttl, expected) => {
    // 100 objects asked for equally often, one request in 100 s each.
    const sets = [
      'traffic.objects=100',
      'traffic.popularity=uniform',
      'traffic.rate=1/s',
      `behaviors.0.cache.ttl=${ttl}`,
    ]
    const result = runScenario(onePop, ...sets, 'edge.capacity=1GB', 'traffic.requests=200000')
    expect(Math.abs(figure(result, 'hit_ratio') - expected)).toBeLessThan(0.01)
  })

  it('has no hit in a loop of one object more than fits, whatever FIFO, LRU or SIEVE do; the future knows better', () => {
    // Slowly, so that each object has arrived before the next is asked for: else what was asked for last is what leaves.
    const loop = [
      'traffic.rate=1/s',
      'traffic.arrivals=constant',
      'traffic.objects=101',
      'traffic.popularity=loop',
      'traffic.requests=20000',
      'edge.capacity=100000',
    ]
    for (const policy of ['fifo', 'lru', 'sieve'])
      expect(figure(runScenario(onePop, ...loop, `edge.policy=${policy}`), 'hit_ratio')).toBe(0)
    expect(figure(runScenario(onePop, ...loop, 'edge.policy=belady'), 'hit_ratio')).toBeGreaterThan(0.95)
  })
})

describe('the engine against an independent simulator', () => {
  it.each([
    [1, 0.684],
    [4, 0.476],
    [16, 0.313],
    [64, 0.18],
  ])('spreads 4,000 objects of cache over %i PoPs', (pops, expected) => {
    // A city beside each PoP: equal catchments.
    const list = Array.from({ length: pops }, (_, pop) => `{id: P${pop}, at: "0,${pop * 5 - 160}"}`).join(', ')
    const cities = Array.from({ length: pops }, (_, pop) => `{at: "0,${pop * 5 - 160}", weight: 1}`).join(', ')
    const text = onePop
      .replace('pops: [{id: A, at: Paris}]', `pops: [${list}]\nrouter: nearest`)
      .replace('visitors: {cities: 20}', `visitors: {cities: [${cities}]}`)
    const result = runScenario(text, `edge.capacity=${Math.round(4_000_000 / pops)}`, 'traffic.requests=1000000')
    expect(Math.abs(figure(result, 'hit_ratio') - expected)).toBeLessThan(0.01)
  })
})
