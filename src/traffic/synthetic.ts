import type { Ms } from '../lib/clock.ts'
import type { Draws, Weighted } from '../lib/draws.ts'
import type { Random } from '../lib/random.ts'
import type { Spec } from '../lib/registry.ts'
import { arrivalModels, createTimes } from './arrivals.ts'
import { createCrowds, crowdStepAt, type FlashCrowd } from './crowds.ts'
import { popularities } from './popularity.ts'
import { type Batch, firstRowAt, type Traffic } from './traffic.ts'

export interface SyntheticOptions {
  objects: number
  popularity: Spec
  arrivals: Spec
  ratePerSecond: number
  /** The run ends after so many requests or so much time, whichever comes first. */
  requests: number
  durationMs: Ms
  /** Weight of each visitors' place, and its hours ahead of UTC. */
  weights: readonly number[]
  utcOffsetHours: readonly number[]
  /** 0: the same rate all day; 1: nobody at the lowest hour. */
  diurnal: number
  startHourUtc: number
  crowds: readonly FlashCrowd[]
  random: Random
  draws: Draws
}

/** Hour of the day, local time, with most visitors. Source: evening peak of residential traffic, 20 to 22 h in measured networks. */
const peakHour = 21
/** How long the rate and the mix of places are taken as constant. */
const stepMs = 15 * 60_000

/** Requests made from models, in order of time. Times, objects and places each have a stream of their own. */
export function createSyntheticTraffic(options: SyntheticOptions): Traffic {
  const { random, draws, requests, durationMs } = options
  const popularity = choosePopularity(options)
  const arrivals = arrivalModels.choose(options.arrivals)
  const fillGaps = arrivals.definition.create({ random: random.fork('arrivals'), draws }, arrivals.params)
  const day = createDay(options)
  const crowds = createCrowds(options.crowds, options.ratePerSecond / 1000, random.fork('crowds'))
  const fillTimes = createTimes(fillGaps, now => {
    const { perMs, untilMs } = day.stepAt(now)
    const crowd = crowds.stepAt(now)
    return { perMs: perMs + crowd.perMs, untilMs: Math.min(untilMs, crowd.untilMs) }
  })
  const fillPlaces = createPlaces(day, draws.weighted(options.weights), random.fork('places'))
  let made = 0
  return {
    next(batch) {
      batch.first = made
      const most = Math.min(batch.timesMs.length, requests - made)
      const count = fillTimes(batch.timesMs, most, durationMs)
      batch.count = count
      popularity.fill(batch.objects, 0, count)
      fillPlaces(batch)
      crowds.overrule(batch, now => day.stepAt(now).perMs)
      made += count
      return count > 0
    },
  }
}

function choosePopularity({ popularity, objects, random, draws }: SyntheticOptions) {
  const { definition, params } = popularities.choose(popularity)
  return definition.create({ objects, random: random.fork('objects'), draws }, params)
}

/** How many requests a run is expected to make, and how long that takes, at the rate of each moment. */
export function expectedLoad(options: Omit<SyntheticOptions, 'random' | 'draws'>): {
  requests: number
  durationMs: Ms
} {
  const { requests, durationMs } = options
  const day = createDay(options)
  let now = 0
  let made = 0
  while (now < durationMs) {
    const usual = day.stepAt(now)
    const crowd = crowdStepAt(options.crowds, options.ratePerSecond / 1000, now)
    const perMs = usual.perMs + crowd.perMs
    const untilMs = Math.min(usual.untilMs, crowd.untilMs, durationMs)
    if (made + (untilMs - now) * perMs >= requests) return { requests, durationMs: now + (requests - made) / perMs }
    made += (untilMs - now) * perMs
    now = untilMs
  }
  return { requests: made, durationMs }
}

/** A stretch in which the rate and the mix of places stay as they are. */
interface Step {
  perMs: number
  untilMs: Ms
  /** Weight of each place. */
  weights: readonly number[]
}

interface Day {
  stepAt(now: Ms): Step
}

/** The rate and the mix of places over the day: each place follows a cosine around its own evening. */
function createDay(options: Omit<SyntheticOptions, 'random' | 'draws'>): Day {
  const { weights, utcOffsetHours, diurnal, startHourUtc, ratePerSecond } = options
  const perMs = ratePerSecond / 1000
  if (diurnal === 0) {
    const always = { perMs, untilMs: Number.POSITIVE_INFINITY, weights }
    return { stepAt: () => always }
  }
  let number = -1
  let step: Step = { perMs, untilMs: 0, weights }
  return {
    stepAt(now) {
      const wanted = Math.floor(now / stepMs)
      if (wanted === number) return step
      number = wanted
      const hourUtc = startHourUtc + ((wanted + 0.5) * stepMs) / 3_600_000
      const active = weights.map((weight, place) => {
        const hour = hourUtc + utcOffsetHours[place]! - peakHour
        return weight * (1 + diurnal * Math.cos((2 * Math.PI * hour) / 24))
      })
      const total = active.reduce((sum, weight) => sum + weight, 0)
      step = { perMs: perMs * total, untilMs: (wanted + 1) * stepMs, weights: active }
      return step
    },
  }
}

/** Draws the places of a batch, stretch by stretch of the day. */
function createPlaces(day: Day, table: Weighted, random: Random): (batch: Batch) => void {
  let untilMs = Number.NEGATIVE_INFINITY
  return ({ timesMs, places, count }) => {
    let from = 0
    while (from < count) {
      if (timesMs[from]! >= untilMs) {
        const step = day.stepAt(timesMs[from]!)
        table.weigh(step.weights)
        untilMs = step.untilMs
      }
      const to = firstRowAt({ timesMs, count }, untilMs, from)
      table.fill(places, from, to - from, random)
      from = to
    }
  }
}
