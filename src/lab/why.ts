import { formatDigits, formatDuration } from '../lib/quantity.ts'
import type { Plan } from '../scenario/plan.ts'
import type { Story } from '../sim/explain.ts'

/** Why a request fared as it did, in sentences for somebody who meets caches for the first time. */
export function whyOf(plan: Plan, story: Story): string[] {
  const { route, fate, reason, ageMs, ttlMs, savedMs } = story
  if (route === null) return ['No PoP was alive, so nobody could answer.']
  const policyOf = plan.pops.find(({ id }) => id === route.pop)!.policy
  const policy = typeof policyOf === 'string' ? policyOf : policyOf.name
  const age = ageMs === null ? '' : `, ${formatDuration(ageMs)} old of the ${formatDuration(ttlMs)} that it may live`
  const best = story.alternatives[0]
  const isBest = best === undefined || best.pop === route.pop
  const way = isBest
    ? `The router sent it to ${route.pop}, the fastest PoP for ${story.place.name}.`
    : `The router sent it to ${route.pop}, though ${best.pop} would have been ${formatDigits(route.rttMs - best.rttMs)} ms nearer.`
  const reasons: Record<string, string> = {
    cold: 'A cold miss: nobody had asked this PoP for the object before. Somebody has to be the first.',
    capacity: `A capacity miss: the PoP once held the object, but the shelf is full and ${policy} let it go to make room.`,
    purge: 'A purge had thrown the copy away.',
    expired: `The copy was too old (it may live for ${formatDuration(ttlMs)}), so the origin was asked again.`,
    join: 'The object was already on its way for somebody else: this request waited for that answer instead of asking twice.',
    uncacheable: 'This object must not be stored: every request for it goes to the origin.',
    error: 'Nobody could answer: the origin was down or too slow, and no copy could stand in.',
  }
  const fates: Record<string, string> = {
    hit: `A fresh copy lay on the shelf${age}: the answer came from there.`,
    stale: 'The copy was no longer fresh, but it may be served while it is refreshed or when the origin fails.',
  }
  const saved =
    savedMs === null
      ? []
      : [
          savedMs >= 0
            ? `Compared with going straight to the origin it saved ${formatDigits(savedMs)} ms.`
            : `Going straight to the origin would have been ${formatDigits(-savedMs)} ms faster.`,
        ]
  return [way, fates[fate] ?? reasons[reason] ?? `It ended as ${fate}.`, ...saved]
}
