import type { PolicyDefinition } from '../cache/policy.ts'
import { createRegistry } from '../lib/registry.ts'
import { arc } from './arc.ts'
import { belady } from './belady.ts'
import { beladySize } from './belady-size.ts'
import { car } from './car.ts'
import { clock } from './clock.ts'
import { clockPro } from './clock-pro.ts'
import { fifo } from './fifo.ts'
import { gdsf } from './gdsf.ts'
import { hyperbolic } from './hyperbolic.ts'
import { lecar } from './lecar.ts'
import { lfu } from './lfu.ts'
import { lfuda } from './lfuda.ts'
import { lhd } from './lhd.ts'
import { lirs } from './lirs.ts'
import { lru } from './lru.ts'
import { lruCache } from './lru-cache.ts'
import { qdlp } from './qdlp.ts'
import { random } from './random.ts'
import { s3Fifo } from './s3-fifo.ts'
import { sieve } from './sieve.ts'
import { slru } from './slru.ts'
import { twoQ } from './two-q.ts'
import { wTinyLfu } from './w-tinylfu.ts'

/** All eviction policies, simple ones first. A new one is a file of its own and a line here. */
export const policies = createRegistry<PolicyDefinition>('policy', [
  fifo,
  lru,
  clock,
  sieve,
  s3Fifo,
  qdlp,
  slru,
  twoQ,
  arc,
  car,
  lirs,
  clockPro,
  lfu,
  lfuda,
  gdsf,
  wTinyLfu,
  lecar,
  lhd,
  hyperbolic,
  random,
  belady,
  beladySize,
  lruCache,
])
