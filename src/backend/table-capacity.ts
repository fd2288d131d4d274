import type { Ms } from '../lib/clock.ts'
import { createTokenBucket } from './token-bucket.ts'

/** How much a table may be read and written. */
export type CapacityPlan =
  | { mode: 'on-demand'; readUnitsPerSecond?: number; writeUnitsPerSecond?: number }
  | { mode: 'provisioned'; readUnitsPerSecond: number; writeUnitsPerSecond: number }

/** What a new on-demand table serves at once. Source: Amazon DynamoDB Developer Guide, "On-demand capacity mode: initial throughput". */
export const onDemandStart = { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 4000 }
/** Capacity that nobody used is kept so long and may be used in bursts. Source: Amazon DynamoDB Developer Guide, "Burst capacity". */
export const burstSeconds = 300

/** The meter of a table. Units are those of DynamoDB: a write of 1 KB, a strong read of 4 KB, half of that when it may be stale. */
export interface TableCapacity {
  /** Takes units when they are there; false means that the request is throttled. What is more than the table ever has needs all of it, and leaves a debt. */
  take(now: Ms, kind: 'read' | 'write', units: number): boolean
  /** Adds what a request turned out to cost beyond what was taken: what it reads is only known when it has been read. */
  charge(now: Ms, kind: 'read' | 'write', units: number): void
  /** Units that are left now. */
  level(now: Ms, kind: 'read' | 'write'): number
}

/**
 * Provisioned capacity is a bucket of tokens that holds 300 seconds' worth; a new table has them. On-demand capacity is one that holds a
 * second's worth of what a new table serves; the service would double it after a while of growing load, which is left out.
 */
export function createTableCapacity(plan: CapacityPlan): TableCapacity {
  const { readUnitsPerSecond, writeUnitsPerSecond } = { ...onDemandStart, ...plan }
  const seconds = plan.mode === 'provisioned' ? burstSeconds : 1
  const most = { read: readUnitsPerSecond * seconds, write: writeUnitsPerSecond * seconds }
  const buckets = {
    read: createTokenBucket(readUnitsPerSecond, most.read),
    write: createTokenBucket(writeUnitsPerSecond, most.write),
  }
  return {
    take(now, kind, units) {
      if (!buckets[kind].take(now, Math.min(units, most[kind]))) return false
      if (units > most[kind]) buckets[kind].charge(now, units - most[kind])
      return true
    },
    charge: (now, kind, units) => buckets[kind].charge(now, units),
    level: (now, kind) => buckets[kind].level(now),
  }
}

/** Units of a write. Source: Amazon DynamoDB Developer Guide, "Capacity unit consumption". */
export function writeUnits(bytes: number, isTransactional = false): number {
  return Math.max(1, Math.ceil(bytes / 1024)) * (isTransactional ? 2 : 1)
}

/** Units of a read: whole when it is strong, half when it may be stale, double in a transaction. */
export function readUnits(bytes: number, reading: 'eventual' | 'strong' | 'transactional'): number {
  const whole = Math.max(1, Math.ceil(bytes / 4096))
  return reading === 'eventual' ? whole / 2 : reading === 'strong' ? whole : whole * 2
}
