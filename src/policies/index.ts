import type { PolicyDefinition } from '../cache/policy.ts'
import { createRegistry } from '../lib/registry.ts'
import { clock } from './clock.ts'
import { fifo } from './fifo.ts'
import { lru } from './lru.ts'
import { lruCache } from './lru-cache.ts'
import { s3Fifo } from './s3-fifo.ts'
import { sieve } from './sieve.ts'

/** All eviction policies, simple ones first. A new one is a file of its own and a line here. */
export const policies = createRegistry<PolicyDefinition>('policy', [fifo, lru, clock, sieve, s3Fifo, lruCache])
