import type { Ms } from '../lib/clock.ts'
import type { Health } from '../network/origin.ts'
import type { EventPlan } from './plan.ts'

/** How the origin fares over time, as its events say. Events are in order of time; each holds until the next of its kind. */
export function createHealth(events: readonly EventPlan[]): Health {
  const outages = events.filter(({ type }) => type === 'origin-down' || type === 'origin-up')
  const moods = events.filter(event => event.type === 'origin-slow')
  return {
    isDown: outages.length === 0 ? () => false : now => lastBefore(outages, now)?.type === 'origin-down',
    slowness: moods.length === 0 ? () => 1 : now => lastBefore(moods, now)?.factor ?? 1,
  }
}

function lastBefore<E extends { atMs: Ms }>(events: readonly E[], now: Ms): E | undefined {
  let last: E | undefined
  for (const event of events) {
    if (event.atMs > now) break
    last = event
  }
  return last
}
