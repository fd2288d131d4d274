import type { BehaviorPlan } from '../scenario/plan.ts'
import { createPathMatcher } from '../scenario/rules.ts'

/**
 * Finds the behaviour of a path and query: the first whose pattern matches. An object's class is the first segment of its path, as
 * the catalog names objects.
 */
export function createBehaviorFinder(behaviors: readonly BehaviorPlan[]): (path: string) => BehaviorPlan | undefined {
  const rules = behaviors.map(rule => ({ rule, matches: createPathMatcher(rule.path) }))
  return target => {
    const path = target.split('?')[0]!
    return rules.find(
      ({ rule, matches }) => matches(path) && (rule.className === '' || path.startsWith(`/${rule.className}/`)),
    )?.rule
  }
}
