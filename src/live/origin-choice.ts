import type { ForcedFreshness } from '../cache/http/freshness.ts'
import type { BackendRule, BackendsPlan, BehaviorPlan } from '../scenario/plan.ts'
import { createBehaviorIndexOrLast } from './behaviors.ts'
import type { Upstream } from './upstream.ts'

/** What a scenario's behaviours say of a request's path: where it goes, what of it is the key, how long its answer is fresh. */
export interface PathRules {
  /** What the scenario names. */
  plan: BackendsPlan
  ruleOf(path: string): BackendRule
  /** The path with the part of its query that names the object. */
  keyPath(path: string): string
  forcedFreshness(path: string): ForcedFreshness | undefined
}

export function createPathRules(backends: BackendsPlan, behaviors: readonly BehaviorPlan[]): PathRules {
  const ruleAt = createBehaviorIndexOrLast(behaviors)
  return {
    plan: backends,
    ruleOf: path => backends.rules[ruleAt(path)]!,
    keyPath(path) {
      const { queryKey } = backends.rules[ruleAt(path)]!
      const cut = path.indexOf('?')
      if (queryKey === null || cut < 0) return path
      const kept = path
        .slice(cut + 1)
        .split('&')
        .filter(pair => queryKey.includes(pair.split('=')[0]!))
        .sort()
      return kept.length === 0 ? path.slice(0, cut) : `${path.slice(0, cut)}?${kept.join('&')}`
    },
    forcedFreshness(path) {
      const index = ruleAt(path)
      const behavior = behaviors[index]
      // What must not be stored is told by the origin, or by the method.
      if (behavior === undefined || backends.rules[index]!.ttlFrom === 'origin' || behavior.uncacheable === 1)
        return undefined
      return behavior
    },
  }
}

/** An upstream for each origin; a request goes to that of its path. */
export function createChosenUpstream(upstreams: readonly Upstream[], rules: PathRules): Upstream {
  return {
    ask: (request, handler) => {
      const { origin } = rules.ruleOf(request.path)
      return upstreams[Math.max(0, origin)]!.ask(request, handler)
    },
    async close() {
      await Promise.all(upstreams.map(upstream => upstream.close()))
    },
  }
}
