import { describe, expect, it } from 'vitest'
import { loadPlan } from '../../src/files/load-plan.ts'
import { explainText } from '../../src/report/explain-text.ts'
import { explainRequest } from '../../src/sim/explain.ts'

describe('the story of a request', () => {
  it('names the visitor, the way, the verdict, and parts that add up', async () => {
    const { plan, atlas } = await loadPlan('shield')
    const story = explainRequest(plan, atlas, 5)
    const text = explainText(story, { width: 100, colors: 0 })
    expect(text).toMatch(/^Request 5\n/)
    for (const word of [
      story.place.name,
      story.object.path,
      story.route!.pop,
      story.verdict,
      'With the CDN',
      'Without it',
    ])
      expect(text).toContain(word)
    expect(text).toContain('shield-')
    const sum = story.withCdn!.steps.reduce((total, { ms }) => total + ms, 0)
    expect(sum).toBeCloseTo(story.withCdn!.totalMs, 6)
    expect(story.savedMs).toBeCloseTo(story.direct!.totalMs - story.withCdn!.totalMs, 6)
  })
})
