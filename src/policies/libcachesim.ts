import type { Spec } from '../lib/registry.ts'

/** The names of libCacheSim's command line, each with the policy of ours that counts exactly as it does. */
export const libCacheSimSpecs: Readonly<Record<string, Spec>> = {
  fifo: 'fifo',
  lru: 'lru',
  clock: 'clock',
  sieve: 'sieve',
  s3fifo: 's3-fifo:libcachesim=true',
  s3fifov0: 's3-fifo:fillMain=false:libcachesim=true',
}
