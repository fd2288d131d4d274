import type { BehaviorPlan } from '../scenario/plan.ts'
import { createPathMatcher } from '../scenario/rules.ts'

/**
 * Finds the behaviour of a path and query: the index of the first whose pattern matches, or -1. An object's class is the first segment of
 * its path, as the catalog names objects.
 */
export function createBehaviorIndex(behaviors: readonly BehaviorPlan[]): (path: string) => number {
  const rules = behaviors.map(({ path, className }) => ({ className, matches: createPathMatcher(path) }))
  return target => {
    const path = target.split('?')[0]!
    return rules.findIndex(
      ({ className, matches }) => matches(path) && (className === '' || path.startsWith(`/${className}/`)),
    )
  }
}

/** The same, with the last behaviour where none matches: it stands for the rest. */
export function createBehaviorIndexOrLast(behaviors: readonly BehaviorPlan[]): (path: string) => number {
  const indexOf = createBehaviorIndex(behaviors)
  return path => {
    const index = indexOf(path)
    return index < 0 ? behaviors.length - 1 : index
  }
}

/** The behaviour itself; undefined where none matches. */
export function createBehaviorFinder(behaviors: readonly BehaviorPlan[]): (path: string) => BehaviorPlan | undefined {
  const indexOf = createBehaviorIndex(behaviors)
  return path => behaviors[indexOf(path)]
}
