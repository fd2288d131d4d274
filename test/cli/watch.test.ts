import { describe, expect, it } from 'vitest'
import { createRunWatch, type Screen } from '../../src/cli/watch.ts'
import { loadAtlas } from '../../src/files/atlas.ts'
import { readScenario } from '../../src/scenario/parse.ts'
import { planOf } from '../../src/scenario/plan-of.ts'
import { runPlan } from '../../src/sim/run.ts'
import { manifest } from '../report/compare-fixture.ts'

const scenario = `
title: Watched
pops: [{id: SYD, at: Sydney}, {id: FRA, at: Frankfurt}]
edge: {capacity: 5MB}
visitors: {cities: 50}
traffic: {objects: 2000, requests: 60000, rate: 1000/s}
`
const atlas = loadAtlas()
/** A title that would turn the line around, which no scenario may have. */
const plan = { ...planOf(readScenario(scenario, 'test.yaml'), atlas).plan, title: 'Watched \u202e world' }

/** The picture that a terminal shows after what was written to it: up, return and erase-below are all that may move the cursor. */
function shownOn(texts: readonly string[]): string[] {
  let lines: string[] = ['']
  for (const text of texts)
    for (const [piece] of text.replaceAll('\u001b', '␛').matchAll(/␛\[\d+A\r␛\[J|␛\[[\d;]*m|\n|[^\n␛]+|␛/g)) {
      const up = /^␛\[(\d+)A/.exec(piece)
      if (up) lines = [...lines.slice(0, lines.length - 1 - Number(up[1])), '']
      else if (piece === '\n') lines.push('')
      else if (piece.startsWith('␛')) expect(piece).toMatch(/m$/)
      else lines[lines.length - 1] += piece
    }
  return lines
}

function watched(more: Partial<Screen>): { texts: string[]; run(): ReturnType<typeof runPlan> } {
  const texts: string[] = []
  const screen: Screen = { write: text => texts.push(text), ...more }
  let time = 0
  const watch = createRunWatch(plan, manifest, { screen, now: () => (time += 100) })
  const run = () => {
    const result = runPlan(plan, atlas, { manifest, onLook: watch.look })
    watch.stop()
    return result
  }
  return { texts, run }
}

describe('a run that is watched', () => {
  it.each(['', 'shields: [{id: LHR, at: London}]\nevents: [{at: 30s, type: origin-down, for: 5s}]\n'])(
    'has the same result as one that is not (%#)',
    more => {
      const { plan: own } = planOf(readScenario(scenario + more, 'test.yaml'), atlas)
      const watch = createRunWatch(own, manifest, { screen: { isTTY: true, write: () => undefined } })
      expect(runPlan(own, atlas, { manifest, onLook: watch.look })).toEqual(runPlan(own, atlas, { manifest }))
    },
  )

  it('is drawn in one place, in the height of the terminal, and taken away at the end', () => {
    for (const rows of [12, 24, 60]) {
      const { texts, run } = watched({ isTTY: true, columns: 90, rows })
      run()
      expect(texts.length).toBeGreaterThan(3)
      const last = shownOn(texts.slice(0, -1))
      expect(last.length).toBeLessThanOrEqual(rows)
      expect(last[0]).toBe('Watched \\u{202e} world')
      expect(last.join('\n')).toContain('hit ratio')
      expect(last.some(line => /[\u2801-\u28ff]/.test(line))).toBe(rows === 60)
      expect(shownOn(texts)).toEqual([''])
    }
  })

  it('comes at its end to the figures of the whole run, cold start included', () => {
    const texts: string[] = []
    const watch = createRunWatch(plan, manifest, { screen: { write: text => texts.push(text) } })
    const { cold } = runPlan(plan, atlas, { manifest, onLook: watch.look })
    expect(texts).toHaveLength(10)
    expect(texts.at(-1)).toMatch(/^100 %: [\d,]+ requests/)
    const told = Number(/hit ratio ([\d.]+) %/.exec(texts.at(-1)!)![1])
    expect(Math.abs(told - 100 * cold.hit_ratio!)).toBeLessThan(0.2)
  })
})
