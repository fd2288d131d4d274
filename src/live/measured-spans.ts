import type { Ms } from '../lib/clock.ts'
import type { Plan } from '../scenario/plan.ts'
import { addMeasured, createMeasured, type Measured } from './measured.ts'

/** Which requests a picture of the network is made of: all since the start, or those of the last minute. */
export type Span = 'start' | 'minute'

/** What is measured in each span. */
export interface MeasuredSpans {
  /** Moves the minute on; to be called before anything is counted or read. */
  turn(now: Ms): void
  /** Where what is seen now is counted, in each of them. */
  filling(): readonly Measured[]
  of(span: Span): Measured
}

/** The last minute is made of halves: the one that fills and the one before it. */
const halfMs = 30_000

export function createMeasuredSpans(plan: Plan): MeasuredSpans {
  const whole = createMeasured(plan)
  let halves: [Measured, Measured] = [createMeasured(plan), createMeasured(plan)]
  let filling = [whole, halves[0]]
  let half = 0
  return {
    turn(now) {
      const passed = Math.floor(now / halfMs) - half
      if (passed <= 0) return
      halves = [createMeasured(plan), passed === 1 ? halves[0] : createMeasured(plan)]
      filling = [whole, halves[0]]
      half += passed
    },
    filling: () => filling,
    of: span => (span === 'start' ? whole : addMeasured(halves[0], halves[1])),
  }
}
