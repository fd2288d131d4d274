import { z } from 'zod'
import type { Ms } from '../lib/clock.ts'
import type { Draws, FillNumbers } from '../lib/draws.ts'
import type { Random } from '../lib/random.ts'
import { createRegistry, type Definition } from '../lib/registry.ts'

export interface ArrivalContext {
  random: Random
  /** Who draws, where many numbers are wanted. */
  draws: Draws
}

/** Gaps between requests at rate 1, in units of the mean gap: scaled by whoever knows the rate of the moment. */
export interface ArrivalDefinition<Params = unknown> extends Definition<Params> {
  create(context: ArrivalContext, params: Params): FillNumbers
}

const poisson: ArrivalDefinition<object> = {
  name: 'poisson',
  title: 'Poisson: visitors who know nothing of each other',
  source:
    'V. Paxson, S. Floyd: Wide area traffic: the failure of Poisson modeling, IEEE/ACM ToN 1995 (user sessions are Poisson)',
  params: z.strictObject({}),
  create: ({ random, draws }) => draws.exponential(random),
}

const constant: ArrivalDefinition<object> = {
  name: 'constant',
  title: 'Equal gaps',
  source: 'the case without chance',
  params: z.strictObject({}),
  create: () => (out, count) => {
    out.fill(1, 0, count)
  },
}

export const arrivalModels = createRegistry<ArrivalDefinition>('arrival model', [poisson, constant] as never)

/** Writes the next times into the first rows, `count` at most and those before `endMs` only; returns how many. Fewer than asked for are the last. */
export type FillTimes = (out: Float64Array, count: number, endMs: Ms) => number

/**
 * Times of requests whose rate changes in steps. What is left of a gap at the end of a step goes on at the rate of the next one, so
 * Poisson arrivals stay exactly Poisson. Source: E. Cinlar: Introduction to Stochastic Processes, 1975, 4.7 (time change).
 */
export function createTimes(fillGaps: FillNumbers, stepAt: (now: Ms) => { perMs: number; untilMs: Ms }): FillTimes {
  const gaps = new Float64Array(blockRows)
  let nextGap = blockRows
  let last = 0
  let step = { perMs: 0, untilMs: Number.NEGATIVE_INFINITY }
  return (out, count, endMs) => {
    let now = last
    let { perMs, untilMs } = step
    let row = 0
    while (row < count && now < endMs) {
      if (nextGap === blockRows) {
        fillGaps(gaps, blockRows)
        nextGap = 0
      }
      let gap = gaps[nextGap++]!
      let arrival = now + gap / perMs
      while (!(arrival < untilMs)) {
        if (now < untilMs) {
          gap -= (untilMs - now) * perMs
          now = untilMs
        }
        step = stepAt(now)
        perMs = step.perMs
        untilMs = step.untilMs
        arrival = now + gap / perMs
      }
      now = arrival
      if (now < endMs) out[row++] = now
    }
    last = now
    return row
  }
}

/** Gaps that are drawn at once. */
const blockRows = 1024
