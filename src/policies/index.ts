import type { PolicyDefinition } from '../cache/policy.ts'
import { createRegistry } from '../lib/registry.ts'
import { arc } from './arc.ts'
import { belady } from './belady.ts'
import { clock } from './clock.ts'
import { fifo } from './fifo.ts'
import { gdsf } from './gdsf.ts'
import { lfu } from './lfu.ts'
import { lfuda } from './lfuda.ts'
import { lru } from './lru.ts'
import { lruCache } from './lru-cache.ts'
import { s3Fifo } from './s3-fifo.ts'
import { sieve } from './sieve.ts'
import { slru } from './slru.ts'
import { twoQ } from './two-q.ts'

/** All eviction policies, simple ones first. A new one is a file of its own and a line here. */
export const policies = createRegistry<PolicyDefinition>('policy', [
  fifo,
  lru,
  clock,
  sieve,
  s3Fifo,
  slru,
  lfu,
  lfuda,
  gdsf,
  arc,
  twoQ,
  belady,
  lruCache,
])
