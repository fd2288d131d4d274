import type { Spec } from '../lib/registry.ts'

/**
 * The names of libCacheSim's command line, each with the policy of ours that counts as that program does (build of May 2025): equal for
 * all but those that draw at random there or hash (w-tinylfu, lecar, lhd, hyperbolic, random, beladysize).
 */
export const libCacheSimSpecs: Readonly<Record<string, Spec>> = {
  fifo: 'fifo',
  lru: 'lru',
  clock: 'clock',
  sieve: 'sieve',
  s3fifo: 's3-fifo:libcachesim=true',
  's3-fifo': 's3-fifo:libcachesim=true',
  s3fifov0: 's3-fifo:fillMain=false:libcachesim=true',
  qdlp: 'qdlp:libcachesim=true',
  slru: 'slru:libcachesim=true',
  twoq: 'two-q:libcachesim=true',
  '2q': 'two-q:libcachesim=true',
  'two-q': 'two-q:libcachesim=true',
  arc: 'arc',
  car: 'car:libcachesim=true',
  lirs: 'lirs:libcachesim=true',
  clockpro: 'clock-pro:libcachesim=true',
  'clock-pro': 'clock-pro:libcachesim=true',
  lfu: 'lfu',
  lfuda: 'lfuda:libcachesim=true',
  gdsf: 'gdsf',
  wtinylfu: 'w-tinylfu:libcachesim=true',
  'w-tinylfu': 'w-tinylfu:libcachesim=true',
  lecar: 'lecar:libcachesim=true',
  lhd: 'lhd',
  hyperbolic: 'hyperbolic:libcachesim=true',
  random: 'random',
  belady: 'belady',
  beladysize: 'belady-size',
  'belady-size': 'belady-size',
}
