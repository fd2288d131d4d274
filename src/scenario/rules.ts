import type { ObjectId } from '../cache/policy.ts'
import { mix32 } from '../lib/random.ts'
import type { Version } from '../network/ask.ts'
import type { Holdings } from '../network/origin.ts'
import type { Catalog } from '../traffic/traffic.ts'
import type { BehaviorPlan } from './plan.ts'

/** What the behaviours of a plan mean for each object. */
export interface Rules extends Holdings {
  /** Index of the behaviour that matches, by object. */
  behaviorOf: Uint8Array
  /** True for the objects that must not be stored; null when there are none. */
  isPass: ((id: ObjectId) => boolean) | null
}

const mostBehaviors = 256
/** With a lifetime of 0 an object changes as if it were refreshed once in this time. */
const refreshMsWithoutTtl = 1000

/**
 * Which behaviour rules each object. The share of uncacheable objects is drawn object by object from the seed. An object whose
 * refreshes find it `changed` in a share p of the cases changes every ttl / p, at a moment of its own: a function of time, so that
 * every PoP sees the same version whoever asks first.
 */
export function createRules(
  catalog: Catalog,
  classNames: readonly string[],
  behaviors: readonly BehaviorPlan[],
  seed: number,
): Rules {
  const matchers = behaviors.slice(0, mostBehaviors).map(behavior => createMatcher(behavior, catalog, classNames))
  const behaviorOf = new Uint8Array(catalog.count)
  if (behaviors.length > 1)
    for (let id = 0; id < catalog.count; id++) {
      const index = matchers.findIndex(matches => matches(id))
      behaviorOf[id] = index < 0 ? behaviors.length - 1 : index
    }
  const ruleOf = (id: ObjectId): BehaviorPlan => behaviors[behaviorOf[id]!]!
  const mayPass = behaviors.some(({ uncacheable }) => uncacheable > 0)
  const key = mix32(seed ^ 0x51ed270b)
  const shareOf = (id: ObjectId): number => (mix32(id ^ key) >>> 0) / 4_294_967_296
  const isPass = (id: ObjectId): boolean => shareOf(id) < ruleOf(id).uncacheable
  return {
    behaviorOf,
    isPass: mayPass ? isPass : null,
    bytesOf: id => catalog.bytesOf[id]!,
    versionAt: (id, now) => versionAt(ruleOf(id), shareOf(id ^ 0x40000000), now),
    ttlMs: id => (mayPass && isPass(id) ? -1 : ruleOf(id).ttlMs),
    staleMs: id => ruleOf(id).staleWhileRevalidateMs,
    staleIfErrorMs: id => ruleOf(id).staleIfErrorMs,
  }
}

function versionAt({ ttlMs, changed }: BehaviorPlan, phase: number, now: number): Version {
  if (changed === 0) return 0
  const periodMs = (ttlMs > 0 ? ttlMs : refreshMsWithoutTtl) / changed
  return Math.floor(now / periodMs + phase)
}

/** Whether a path matches a pattern in which `*` stands for anything. */
export function createPathMatcher(pattern: string): (path: string) => boolean {
  if (pattern === '*' || pattern === '/*') return () => true
  const parts = pattern.split('*').map(part => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
  const expression = new RegExp(`^${parts.join('.*')}$`, 's')
  return path => expression.test(path)
}

function createMatcher(
  { path, className }: BehaviorPlan,
  catalog: Catalog,
  classNames: readonly string[],
): (id: ObjectId) => boolean {
  const matchesPath = createPathMatcher(path)
  const isWhole = path === '*' || path === '/*'
  // A pattern such as `/images/*` means a class as a whole: no path needs to be built.
  const wholeClass = classNames.findIndex(name => path === `/${name}/*`)
  const wantedClass = className === '' ? -1 : classNames.indexOf(className)
  return id =>
    (className === '' || catalog.classOf[id] === wantedClass) &&
    (isWhole || (wholeClass >= 0 ? catalog.classOf[id] === wholeClass : matchesPath(catalog.pathOf(id))))
}
