import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/lib/random.ts'
import { estimateLifetime } from '../../../src/traffic/logs/lifetime.ts'
import { loggedVerdicts } from '../../../src/traffic/logs/log-row.ts'

/** What a shelf without limits says of random requests at two PoPs, copies being fresh for so long. */
function logOf(ttlMs: number, seed: number, noise = 0) {
  const random = createRandom(seed, 'lifetime')
  const count = 4000
  const timesMs = Float64Array.from({ length: count }, () => random.below(6 * ttlMs)).sort()
  const objects = Int32Array.from({ length: count }, () => random.below(150))
  const spotOf = Uint16Array.from({ length: count }, () => random.below(2))
  const freshUntil = new Map<string, number>()
  const verdicts = Uint8Array.from(timesMs, (now, row) => {
    const copy = `${objects[row]} ${spotOf[row]}`
    const until = freshUntil.get(copy)
    if (until === undefined || now >= until) freshUntil.set(copy, now + ttlMs)
    const verdict = until === undefined ? 'miss' : now < until ? 'hit' : 'revalidated'
    return loggedVerdicts.indexOf(random.unit() < noise ? 'hit' : verdict)
  })
  const spots = [
    { place: 0, pop: 'FRA' },
    { place: 1, pop: 'AMS' },
  ]
  return { count, timesMs, objects, spotOf, spots, verdicts }
}

describe('lifetimes from verdicts', () => {
  it('are found, whatever they are, to how finely people set them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 200_000 }), fc.nat(1000), (seconds, seed) => {
        const { ttlMs, fit } = estimateLifetime(logOf(seconds * 1000, seed))!
        expect(fit).toBe(1)
        expect(Math.abs(ttlMs / (seconds * 1000) - 1)).toBeLessThan(0.02)
      }),
      { numRuns: 40 },
    )
  })

  it('are found through noise, and say how well they fit', () => {
    const { ttlMs, fit } = estimateLifetime(logOf(600_000, 4, 0.02))!
    expect(Math.abs(ttlMs / 600_000 - 1)).toBeLessThan(0.05)
    expect(fit).toBeGreaterThan(0.95)
    expect(fit).toBeLessThan(1)
  })

  it('are not guessed from a few checks', () => {
    const log = logOf(600_000, 4)
    const check = loggedVerdicts.indexOf('revalidated')
    let left = 19
    log.verdicts.forEach((verdict, row) => {
      if (verdict === check && left-- <= 0) log.verdicts[row] = loggedVerdicts.indexOf('none')
    })
    expect(estimateLifetime(log)).toBeNull()
  })
})
