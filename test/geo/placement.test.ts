import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choosePlacement, type PlacementProblem, worthOf } from '../../src/geo/placement.ts'

const problems = fc
  .record({
    places: fc.integer({ min: 1, max: 8 }),
    candidates: fc.integer({ min: 1, max: 7 }),
    count: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ places, candidates, count }) =>
    fc.record({
      count: fc.constant(count),
      candidates: fc.constant(candidates),
      weights: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: places, maxLength: places }),
      today: fc.array(fc.constantFrom(40, 90, 160, Number.POSITIVE_INFINITY), { minLength: places, maxLength: places }),
      rtt: fc.array(fc.integer({ min: 1, max: 200 }), {
        minLength: places * candidates,
        maxLength: places * candidates,
      }),
    }),
  )

function mean({ weights, todayMs, rttMs, candidates }: PlacementProblem, chosen: readonly number[]): number {
  const times = [...todayMs].map((today, place) =>
    Math.min(today, 1000, ...chosen.map(candidate => rttMs[place * candidates + candidate]!)),
  )
  return times.reduce((sum, ms, place) => sum + ms * weights[place]!, 0) / weights.reduce((sum, weight) => sum + weight)
}

function bestOfAll(problem: PlacementProblem, count: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let set = 0; set < 2 ** problem.candidates; set++) {
    const chosen = [...Array(problem.candidates).keys()].filter(candidate => set & (1 << candidate))
    if (chosen.length <= count) best = Math.min(best, mean(problem, chosen))
  }
  return best
}

describe('placement', () => {
  it('is never worse than 63 % of the best saving, never better than its bound, and its means are true', () => {
    let optimal = 0
    let all = 0
    fc.assert(
      fc.property(problems, ({ count, candidates, weights, today, rtt }) => {
        const problem = {
          candidates,
          weights: Float64Array.from(weights),
          todayMs: Float64Array.from(today),
          rttMs: Float64Array.from(rtt),
        }
        const { chosen, meanMs, boundMs } = choosePlacement(problem, count)
        expect(new Set(chosen).size).toBe(chosen.length)
        chosen.forEach((_, built) => {
          expect(meanMs[built + 1]).toBeCloseTo(mean(problem, chosen.slice(0, built + 1)), 9)
        })
        const [before, after, best] = [meanMs[0]!, meanMs.at(-1)!, bestOfAll(problem, count)]
        expect(before - after).toBeGreaterThanOrEqual((1 - 1 / Math.E) * (before - best) - 1e-9)
        expect(boundMs).toBeLessThanOrEqual(best + 1e-9)
        all++
        if (after <= best + 1e-9) optimal++
      }),
      { numRuns: 300, seed: 7 },
    )
    expect(optimal / all).toBeGreaterThan(0.95)
  })

  it('tells what each is worth: to a hand-made street of three houses', () => {
    const problem = {
      weights: Float64Array.of(1, 2, 1),
      todayMs: Float64Array.of(50, 50, 10),
      // House by candidate: the first helps both of the far ones, the second the first house still more.
      rttMs: Float64Array.of(30, 10, 20, 49.8, 60, 60),
      candidates: 2,
    }
    const { chosen, meanMs } = choosePlacement(problem, 2)
    expect(chosen).toEqual([0, 1])
    expect(meanMs).toEqual([40, 20, 15])
    expect(worthOf(problem, chosen)).toEqual([
      { gainShare: 0.75, gainMs: 80 / 3, serveShare: 0.5 },
      { gainShare: 0.25, gainMs: 20, serveShare: 0.25 },
    ])
  })
})
