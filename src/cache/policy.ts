import type { Random } from '../lib/random.ts'
import type { Definition } from '../lib/registry.ts'

/** A dense number of an object within one run: 0 to the number of objects - 1. */
export type ObjectId = number
/** A place on a shelf: small whole numbers, reused after an object has left. Columns are indexed by it. */
export type Slot = number

/** What `evict` answers when the newcomer itself is the one to go: it is then not stored. */
export const newcomer: Slot = -1
/** What `evict` answers when nobody need leave by the policy's own reckoning. Only copies of flawed programs go beyond the limit. */
export const nobody: Slot = -2

/**
 * Decides who leaves. It never sees time or the shelf's bytes; it keeps its own order in columns indexed by slot.
 * The shelf calls, for an object that is held: `hit`; for one that is not and now wants to enter: `admit`, then `evict` until
 * there is room, then `insert`. Each verb costs a constant, or a logarithm where the paper says so.
 */
export interface Policy {
  /**
   * True while residents must leave although there is room, as where a segment of its own overflows by bytes: the shelf reads it
   * after `hit` and `admit` and calls `evict` until it is false.
   */
  readonly overdue: boolean
  /** The object in this slot was asked for. */
  hit(slot: Slot): void
  /**
   * An object that is not held wants to enter: the policy consults its ghosts and may refuse it (false), for instance because
   * it fits no segment. Called before any room is made, once for each attempt to store, even when a later rule refuses it.
   */
  admit(id: ObjectId, bytes: number): boolean
  /**
   * Forgets one resident and returns its slot; or `newcomer` to refuse that one instead, or `nobody`. `bytes` is 0 when the room is not for a
   * newcomer but for the sake of the policy's own limits, after a hit.
   */
  evict(id: ObjectId, bytes: number): Slot
  /** The newcomer now lives in this slot. */
  insert(slot: Slot, id: ObjectId, bytes: number): void
  /** The resident was purged or replaced: forget it without a ghost. */
  remove(slot: Slot): void
  /** Bytes of bookkeeping that the policy holds now, columns and ghosts included. */
  metadataBytes(): number
}

/** The future of one cache's requests, for the policies that know it: set by the loop before each request. */
export interface Future {
  /** Index of the next request to the object that is asked for now; Infinity when there is none. */
  nextUse: number
}

/** What a policy may know when it is made. */
export interface PolicyContext {
  /** The limit of the shelf in bytes, or in objects where every object counts 1. */
  capacityBytes: number
  /** The policy's own stream of randomness. */
  random: Random
  /** Present for every policy; read only by those whose definition says `needsFuture`. */
  future: Future
}

export interface PolicyDefinition<Params = unknown> extends Definition<Params> {
  create(context: PolicyContext, params: Params): Policy
  /** True for the policies that must be told each request's next use (Belady); such a run needs the whole trace first. */
  needsFuture: boolean
}

/** Declares a policy: one file, one call, and one line in `policies/index.ts`. */
export function definePolicy<Params>(
  definition: Omit<PolicyDefinition<Params>, 'needsFuture'> & { needsFuture?: boolean },
): PolicyDefinition<Params> {
  return { needsFuture: false, ...definition }
}
