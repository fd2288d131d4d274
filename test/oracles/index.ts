import { arc, car, clockPro, lirs, wTinyLfu } from './adaptive.ts'
import { lhd } from './learnt.ts'
import type { CreateOracle } from './oracle.ts'
import { clock, qdlp, s3Fifo, sieve, slru, twoQ } from './queues.ts'
import {
  belady,
  beladySize,
  fifo,
  gdsf,
  hyperbolic,
  lecar,
  lfu,
  lfuda,
  lfudaOfLibCacheSim,
  lru,
  random,
} from './ranked.ts'

/** The second implementation of each policy, by its spec. */
export const oracles: Record<string, CreateOracle> = {
  fifo,
  lru,
  'lru-cache': lru,
  clock: clock(1),
  'clock:bits=2': clock(3),
  sieve,
  's3-fifo': s3Fifo(true, false),
  's3-fifo:fillMain=false': s3Fifo(false, false),
  's3-fifo:libcachesim=true': s3Fifo(true, true),
  's3-fifo:fillMain=false:libcachesim=true': s3Fifo(false, true),
  qdlp: qdlp(false),
  'qdlp:libcachesim=true': qdlp(true),
  slru: slru(false),
  'slru:libcachesim=true': slru(true),
  'two-q': twoQ(false),
  'two-q:libcachesim=true': twoQ(true),
  arc,
  car: car(false),
  'car:libcachesim=true': car(true),
  lirs,
  'clock-pro': clockPro,
  lfu,
  lfuda,
  'lfuda:libcachesim=true': lfudaOfLibCacheSim,
  gdsf,
  'w-tinylfu': wTinyLfu,
  lecar: lecar(false),
  'lecar:libcachesim=true': lecar(true),
  'lhd:sample=5:reconfigureEvery=1000': lhd(5, 1000),
  hyperbolic,
  random,
  belady,
  'belady-size': beladySize,
}
