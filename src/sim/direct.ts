import { expectedApiMs, meanOf } from '../backend/expected.ts'
import type { Ms } from '../lib/clock.ts'
import type { Geometry } from '../scenario/geometry.ts'
import type { Plan } from '../scenario/plan.ts'
import { createPathMatcher, objectKindsOf } from '../scenario/rules.ts'

/** What a class of objects costs a visitor who asks its origin himself: the way there, and what the origin takes on average. */
export interface DirectKind {
  rttMs: Float64Array
  thinkMs: Ms
}

/**
 * The way without a CDN, by class of objects. A class goes where its first object goes. Origins are taken as warm and idle: all visitors
 * at once would make them slower, and some of them would be refused.
 */
export function directKindsOf(plan: Plan, geometry: Geometry): DirectKind[] {
  const { backends, behaviors, origin } = plan
  const kinds = objectKindsOf(plan.traffic)
  const plain = { rttMs: geometry.directRttMs, thinkMs: origin.thinkMs }
  if (backends === null) return kinds.map(() => plain)
  const matchers = behaviors.map(({ path }) => createPathMatcher(path))
  return kinds.map(({ name, path, method }): DirectKind => {
    const first = path.replace('{id}', '0')
    const behavior = behaviors.findIndex(
      ({ className }, index) => (className === '' || className === name) && matchers[index]!(first),
    )
    const number = backends.rules[behavior]?.origin ?? -1
    const named = backends.origins[number]
    if (named === undefined) return plain
    const { rttMs } = { rttMs: geometry.named[number]!.directRttMs }
    if (named.kind === 'bucket') return { rttMs, thinkMs: meanOf(backends.buckets[named.target]!.firstByteMs) }
    if (named.kind === 'plain') return { rttMs, thinkMs: named.thinkMs }
    const { functions, tables } = backends
    return { rttMs, thinkMs: expectedApiMs(backends.apis[named.target]!, functions, tables, method, first) }
  })
}
