import { AliasTable } from '../lib/alias.ts'
import type { Ms } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Batch } from './traffic.ts'

/** For a while more visitors come, most of them for one object. */
export interface FlashCrowd {
  fromMs: Ms
  untilMs: Ms
  /** Times the usual mean rate, the usual visitors included. */
  factor: number
  object: number
  /** Share of the additional requests that want the object; the others want anything. */
  share: number
  /** Weight of each place among those who come in addition; all 0: the same places as ever. */
  weights: readonly number[]
}

export interface Crowds {
  /** Additional requests a millisecond, and until when that holds. */
  stepAt(now: Ms): { perMs: number; untilMs: Ms }
  /** Turns the share of a batch that is additional into requests of the crowd. `usualPerMs` is the rate without it. */
  overrule(batch: Batch, usualPerMs: (now: Ms) => number): void
}

/** Additional requests a millisecond at a time, and until when that holds. */
export function crowdStepAt(
  crowds: readonly FlashCrowd[],
  usualPerMs: number,
  now: Ms,
): { perMs: number; untilMs: Ms } {
  let perMs = 0
  let untilMs = Number.POSITIVE_INFINITY
  for (const crowd of crowds) {
    if (isOn(crowd, now)) perMs += (crowd.factor - 1) * usualPerMs
    for (const border of [crowd.fromMs, crowd.untilMs]) if (border > now) untilMs = Math.min(untilMs, border)
  }
  return { perMs, untilMs }
}

function isOn({ fromMs, untilMs }: FlashCrowd, now: Ms): boolean {
  return now >= fromMs && now < untilMs
}

export function createCrowds(crowds: readonly FlashCrowd[], usualPerMs: number, random: Random): Crowds {
  const places = crowds.map(({ weights }) => (weights.some(weight => weight > 0) ? new AliasTable(weights) : null))
  const additionalOf = ({ factor }: FlashCrowd): number => (factor - 1) * usualPerMs
  return {
    stepAt: now => crowdStepAt(crowds, usualPerMs, now),
    overrule(batch, usualRate) {
      if (crowds.length === 0) return
      for (let row = 0; row < batch.count; row++) {
        const now = batch.timesMs[row]!
        const on = crowds.map((crowd, index) => ({ crowd, index })).filter(({ crowd }) => isOn(crowd, now))
        if (on.length === 0) continue
        const total = on.reduce((sum, { crowd }) => sum + additionalOf(crowd), usualRate(now))
        let draw = random.unit() * total
        const chosen = on.find(({ crowd }) => {
          draw -= additionalOf(crowd)
          return draw < 0
        })
        if (!chosen) continue
        if (random.unit() < chosen.crowd.share) batch.objects[row] = chosen.crowd.object
        const table = places[chosen.index]
        if (table) batch.places[row] = table.draw(random)
      }
    },
  }
}
