import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels } from '../../src/files/kernels.ts'
import { createKernelDraws } from '../../src/kernels/draw-kernel.ts'
import { plainDraws } from '../../src/lib/draws.ts'
import { createRandom, type Random } from '../../src/lib/random.ts'

const kernelDraws = createKernelDraws(loadKernels(new URL('../../dist/kernels/kernels.wasm', import.meta.url))!)

/** A stream whose next draw is known: the sum of its state's low halves. */
function streamThatDraws(first: number): Random {
  const random = createRandom(1)
  random.through(() => [0x1234, first, 0x5678, 0])
  return random
}

describe('draws by kernels', () => {
  it('are the same indices as without, from the same stream, which goes on behind them', () => {
    const cases = fc.record({
      weights: fc
        .array(fc.nat(9), { minLength: 1, maxLength: 40 })
        .filter(weights => weights.some(weight => weight > 0)),
      count: fc.constantFrom(0, 1, 2047, 2048, 5000),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(cases, ({ weights, count, seed }) => {
        const [drawn, expected] = [kernelDraws, plainDraws].map(draws => {
          const random = createRandom(seed)
          const table = draws.weighted(weights.map(weight => 10 - weight))
          const out = new Int32Array(count + 5)
          const places = new Uint16Array(count)
          table.fill(out, 3, count, random)
          const between = random.uint32()
          table.weigh(weights)
          table.fill(places, 0, count, random)
          return { out, places, between, after: random.unit() }
        })
        expect(drawn).toEqual(expected)
      }),
      { numRuns: 60, seed: 3 },
    )
  })

  it('are the same exponential numbers to the last bit, over millions', () => {
    const rows = 1 << 21
    const [drawn, expected] = [kernelDraws, plainDraws].map(draws => {
      const random = createRandom(5)
      const out = new Float64Array(rows)
      draws.exponential(random)(out, rows)
      return { out, after: random.uint32() }
    })
    expect(drawn!.after).toBe(expected!.after)
    expect(Buffer.compare(Buffer.from(drawn!.out.buffer), Buffer.from(expected!.out.buffer))).toBe(0)
  })

  it('take the logarithm of Math.log near 0, 1 and the powers of two, and where its method changes', () => {
    const one = 2 ** 32
    // Around x = (1 + f) 2^-k for the fractions f of the borders in the method, in units of 2^-20.
    const borders = [0, 1, 2, 0x6147a, 0x6a09c, 0x6a09d, 0x6b851, 0xffffd, 0xffffe, 0xfffff].flatMap(fraction =>
      Array.from({ length: 32 }, (_, k) => ((1 + fraction / 2 ** 20) * one) / 2 ** (k + 1)),
    )
    const near = borders.flatMap(border => Array.from({ length: 9 }, (_, step) => Math.floor(border) + step - 4))
    const out = new Float64Array(1)
    for (const draw of near.filter(value => value >= 0 && value < one)) {
      kernelDraws.exponential(streamThatDraws(draw))(out, 1)
      expect([draw, out[0]]).toEqual([draw, -Math.log((draw + 0.5) / one)])
    }
  })
})
