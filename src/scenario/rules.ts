import type { ObjectId } from '../cache/policy.ts'
import { mix32 } from '../lib/random.ts'
import type { Holdings } from '../network/origin.ts'
import { recordedClasses } from '../traffic/replayed.ts'
import type { Catalog } from '../traffic/traffic.ts'
import type { BehaviorPlan, TrafficPlan } from './plan.ts'

/** What the behaviours of a plan mean for each object. */
export interface Rules extends Holdings {
  /** Index of the behaviour that matches, by object. */
  behaviorOf: Uint8Array
  /** True where one behaviour rules all objects: nobody needs to look it up. */
  hasOne: boolean
  /** True for the objects that must not be stored; null when there are none. */
  isPass: ((id: ObjectId) => boolean) | null
  /** Of each behaviour: how long in ms its objects stay as they are; Infinity: for ever. */
  changeMs: Float64Array
  /** Which share of its time in one state an object is through with at the beginning. */
  phaseOf(id: ObjectId): number
  /** How an object is asked for: its path, and the method. */
  pathOf(id: ObjectId): string
  methodOf(id: ObjectId): string
}

/** What the rules want to know of a class of objects. */
export interface ObjectKind {
  name: string
  /** Path of its objects, with {id} in the place of the number. */
  path: string
  /** How they are asked for. */
  method: string
}

/** The classes of a plan's objects. The catalogue of a recorded trace has those that it names its objects by. */
export function objectKindsOf(traffic: TrafficPlan): ObjectKind[] {
  if (traffic.kind === 'synthetic') return traffic.classes
  return recordedClasses.map(name => ({ name, path: `/${name}/{id}`, method: 'GET' }))
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
  kinds: readonly ObjectKind[],
  behaviors: readonly BehaviorPlan[],
  seed: number,
): Rules {
  const matchers = behaviors.slice(0, mostBehaviors).map(behavior => createMatcher(behavior, catalog, kinds))
  const behaviorOf = new Uint8Array(catalog.count)
  if (behaviors.length > 1)
    for (let id = 0; id < catalog.count; id++) {
      const index = matchers.findIndex(matches => matches(id))
      behaviorOf[id] = index < 0 ? behaviors.length - 1 : index
    }
  const only = behaviors.length === 1 ? behaviors[0]! : null
  const ruleOf = (id: ObjectId): BehaviorPlan => only ?? behaviors[behaviorOf[id]!]!
  // RFC 9110, 9.2.3: what is asked for by another method than GET is not answered from the shelf.
  const isAct = kinds.map(({ method }) => method !== 'GET')
  const mayPass = behaviors.some(({ uncacheable }) => uncacheable > 0) || isAct.includes(true)
  const { classOf } = catalog
  const key = mix32(seed ^ 0x51ed270b)
  const shareOf = (id: ObjectId): number => (mix32(id ^ key) >>> 0) / 4_294_967_296
  const phaseOf = (id: ObjectId): number => shareOf(id ^ 0x40000000)
  const changeMs = Float64Array.from(behaviors, changeMsOf)
  const isPass = (id: ObjectId): boolean => shareOf(id) < ruleOf(id).uncacheable || isAct[classOf[id]!]!
  return {
    behaviorOf,
    hasOne: only !== null,
    isPass: mayPass ? isPass : null,
    pathOf: id => catalog.pathOf(id),
    methodOf: id => kinds[classOf[id]!]!.method,
    bytesOf: id => catalog.bytesOf[id]!,
    changeMs,
    phaseOf,
    versionAt(id, now) {
      const stayMs = changeMs[only === null ? behaviorOf[id]! : 0]!
      return stayMs === Number.POSITIVE_INFINITY ? 0 : Math.floor(now / stayMs + phaseOf(id))
    },
    ttlMs: id => (mayPass && isPass(id) ? -1 : ruleOf(id).ttlMs),
    staleMs: id => ruleOf(id).staleWhileRevalidateMs,
    staleIfErrorMs: id => ruleOf(id).staleIfErrorMs,
  }
}

function changeMsOf({ ttlMs, changed }: BehaviorPlan): number {
  return (ttlMs > 0 ? ttlMs : refreshMsWithoutTtl) / changed
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
  kinds: readonly ObjectKind[],
): (id: ObjectId) => boolean {
  const matchesPath = createPathMatcher(path)
  const coverage = kinds.map(kind => coverageOf(path, kind.path))
  const wantedClass = className === '' ? -1 : kinds.findIndex(({ name }) => name === className)
  return id => {
    const kind = catalog.classOf[id]!
    if (className !== '' && kind !== wantedClass) return false
    return coverage[kind] === 'all' || (coverage[kind] === 'some' && matchesPath(catalog.pathOf(id)))
  }
}

/** How many objects of a class a pattern means, as far as that can be told without building their paths. */
function coverageOf(pattern: string, path: string): 'all' | 'none' | 'some' {
  if (pattern === '*' || pattern === '/*') return 'all'
  const star = pattern.indexOf('*')
  const head = path.slice(0, path.indexOf('{id}'))
  const start = star < 0 ? pattern : pattern.slice(0, star)
  if (star === pattern.length - 1 && head.startsWith(start)) return 'all'
  return head.startsWith(start) || start.startsWith(head) ? 'some' : 'none'
}
