import { describe, expect, it } from 'vitest'
import { loadAtlas } from '../../src/files/atlas.ts'
import { explainRequest } from '../../src/sim/explain.ts'
import { planFrom } from './run-scenario.ts'

const tiers = `
pops: [{id: A, at: Paris, parent: S}, {id: B, at: Tokyo, parent: S}]
shields: [{id: S, at: Frankfurt}]
origin: {at: us-east-1, think: 30ms}
warmup: none
visitors: {cities: 40}
traffic: {objects: 300, requests: 3000, rate: 40/s, popularity: "zipf:alpha=0.8"}
behaviors: [{cache: {ttl: 30s, uncacheable: 0.1}}]
`

describe('the story of a request', () => {
  it('is made of parts that add up, whatever became of it', () => {
    const plan = planFrom(tiers)
    const verdicts = new Set<string>()
    for (let request = 0; request < 3000; request += 50) {
      const story = explainRequest(plan, loadAtlas(), request)
      verdicts.add(story.verdict)
      for (const way of [story.withCdn!, story.direct!])
        expect(way.steps.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(way.totalMs, 6)
      expect(story.savedMs).toBeCloseTo(story.direct!.totalMs - story.withCdn!.totalMs, 9)
      expect(story.reason === '').toBe(story.verdict === 'hit')
      if (story.verdict === 'miss') expect(story.hops[0]!.at).toBe('S')
      if (story.hops.some(({ verdict }) => verdict === 'miss')) expect(story.hops.at(-1)!.at).toBe('origin')
      if (story.verdict === 'hit') expect(story.ageMs).toBeLessThan(30_000)
    }
    expect([...verdicts].sort()).toEqual(expect.arrayContaining(['expired', 'hit', 'miss', 'pass']))
  })

  it('says how many requests there are when asked for one beyond', () => {
    expect(() => explainRequest(planFrom(tiers), loadAtlas(), 3000)).toThrow(/no request 3000/)
  })
})
