import type { ObjectId } from '../cache/policy.ts'
import type { Ms } from '../lib/clock.ts'
import { hashText, mix32 } from '../lib/random.ts'

/** What chance decides of an ask: a number from 0 to 1 for each purpose. */
export type Die = (id: ObjectId, now: Ms) => number

/** Parts of a millisecond that tell two moments apart. */
const ticksPerMs = 4096

/**
 * A die of one purpose. Its throw is a hash of the seed, the purpose, the object and the moment: asks have no numbers of their own, and
 * this way the same ask at the same time meets the same fortune whatever else was asked, under every policy.
 */
export function createDie(seed: number, purpose: string): Die {
  const key = hashText(seed, purpose)
  return (id, now) => {
    const ticks = now * ticksPerMs
    const low = Math.floor(ticks % 4_294_967_296) | 0
    const high = Math.floor(ticks / 4_294_967_296) | 0
    return (mix32(mix32(mix32(key ^ id) ^ low) ^ high) >>> 0) / 4_294_967_296
  }
}
