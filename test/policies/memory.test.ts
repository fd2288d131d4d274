import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Cache } from '../../src/cache/cache.ts'
import { Verdict } from '../../src/cache/verdict.ts'
import { createRandom } from '../../src/lib/random.ts'
import { admissions } from '../../src/policies/admission/index.ts'
import { policies } from '../../src/policies/index.ts'
import { libCacheSimSpecs } from '../../src/policies/libcachesim.ts'
import { createPolicy } from './host.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes behind all typed arrays that are alive. What the first collection finds is given back by the second. */
function bytesInColumns(): number {
  collect()
  collect()
  return process.memoryUsage().arrayBuffers
}

/** A shelf after many requests, of which some come back. */
function used(policySpec: string, admissionSpec: string): Cache {
  const capacityBytes = 3000
  const { policy, future } = createPolicy(policySpec, capacityBytes)
  const { definition, params } = admissions.choose(admissionSpec)
  const admission = definition.create({ capacityBytes, random: createRandom(1) }, params)
  const cache = new Cache({ capacityBytes, policy, admission })
  for (let index = 0; index < 9000; index++) {
    const id = index % 3 === 0 ? index % 600 : index
    future.nextUse = index
    if (cache.look(id, 0) === Verdict.miss) cache.store(id, 1, Number.POSITIVE_INFINITY)
  }
  return cache
}

/** Those with a Map, a pool or lists of their own, whose bytes nobody can read: what they say is an estimate. */
const estimated = new Set(['lecar', 'lecar:libcachesim=true', 'lru-cache', 'adaptsize', 'tinylfu'])

it('the bytes of bookkeeping are those that the engine counts', () => {
  const specs = [...new Set([...policies.names, ...Object.values(libCacheSimSpecs).map(String)])]
  const pairs = [...specs.map(spec => [spec, 'always']), ...admissions.names.map(name => ['lru', name])]
  // All stay alive, and nothing else runs in between: what a test runner sends and receives would be counted too.
  const caches: Cache[] = []
  let before = bytesInColumns()
  const found = pairs.map(([policy, admission]) => {
    const cache = used(policy!, admission!)
    caches.push(cache)
    const after = bytesInColumns()
    const counted = after - before
    before = after
    const beside = cache.metadataBytes - counted
    const isEstimated = estimated.has(policy!) || estimated.has(admission!)
    // Beside its columns a policy may hold a short list.
    const isTrue = isEstimated ? beside >= 0 && beside <= 2 * counted : beside >= 0 && beside <= 64
    return { policy, admission, is: isTrue ? 'as said' : `${beside} beside ${counted}` }
  })
  expect(found).toEqual(pairs.map(([policy, admission]) => ({ policy, admission, is: 'as said' })))
  expect(caches.length).toBe(pairs.length)
})
