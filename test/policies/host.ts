import { Cache } from '../../src/cache/cache.ts'
import type { Policy } from '../../src/cache/policy.ts'
import { Verdict } from '../../src/cache/verdict.ts'
import { createRandom } from '../../src/lib/random.ts'
import type { Spec } from '../../src/lib/registry.ts'
import { policies } from '../../src/policies/index.ts'

/** A trace as columns; `next[i]` is the index of the next request to the same object, or Infinity. */
export interface Requests {
  ids: Int32Array
  sizes: Int32Array
  next: Float64Array
}

export interface Counts {
  requests: number
  misses: number
  missedBytes: number
}

export function nextUses(ids: ArrayLike<number>): Float64Array {
  const next = new Float64Array(ids.length)
  const seen = new Map<number, number>()
  for (let index = ids.length - 1; index >= 0; index--) {
    next[index] = seen.get(ids[index]!) ?? Number.POSITIVE_INFINITY
    seen.set(ids[index]!, index)
  }
  return next
}

export function createPolicy(
  spec: Spec,
  capacityBytes: number,
  seed = 1,
): { policy: Policy; future: { nextUse: number } } {
  const { definition, params } = policies.choose(spec)
  const future = { nextUse: Number.POSITIVE_INFINITY }
  return { policy: definition.create({ capacityBytes, random: createRandom(seed), future }, params), future }
}

/** Replays a trace through a shelf with a policy; `unit`: every object counts 1. */
export function replay(spec: Spec, trace: Requests, capacityBytes: number, unit = false, seed = 1): Counts {
  const { policy, future } = createPolicy(spec, capacityBytes, seed)
  const cache = new Cache({ capacityBytes, policy })
  const counts = { requests: 0, misses: 0, missedBytes: 0 }
  const { ids, sizes, next } = trace
  for (let index = 0; index < ids.length; index++) {
    const bytes = unit ? 1 : sizes[index]!
    if (bytes === 0) continue
    counts.requests++
    future.nextUse = next[index]!
    if (cache.look(ids[index]!, 0) === Verdict.hit) continue
    counts.misses++
    counts.missedBytes += bytes
    cache.store(ids[index]!, bytes, Number.POSITIVE_INFINITY)
  }
  return counts
}
