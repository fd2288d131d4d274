import { assert } from '../lib/assert.ts'
import type { KernelPlan } from './catalog.ts'
import { instantiate, type KernelMemory } from './memory.ts'

/** Requests a call: an engine that compiles twice never replaces a call that is under way, so that calls must be short. */
export const chunkRequests = 65_536

/** What does not fit into the module's memory of 4 GiB, or its positions of 29 bits, is for the readable policy. */
const mostBytes = 3 * 2 ** 30
const mostRequests = 2 ** 29 - chunkRequests
const shortestQueue = 2 ** 20

export interface KernelRunOptions {
  /** Bytes that may be held, or objects at unit size: a whole number. */
  capacityBytes: number
  /** Ids are 0 to `objects` - 1. */
  objects: number
  /** The most requests that will be fed. */
  requests: number
  /** Every object counts 1. */
  unit: boolean
}

/** One run of a kernel over a trace, fed piece by piece. */
export interface KernelRun {
  /** Requests counted so far; those of size 0 are not. */
  readonly requests: number
  readonly misses: number
  readonly missedBytes: number
  /** Bytes of bookkeeping that the kernel took; where the trace is its queue, those of the trace are not in it. */
  readonly metadataBytes: number
  /**
   * Asks for the requests from one index up to another. `bytes` is not read at unit size; `nextUses` holds of each request the index of the
   * next one for its object in the whole trace, or 2^32 - 1, for the plans that need it.
   */
  feed(
    ids: Int32Array,
    bytes: Uint32Array | Int32Array | null,
    nextUses: Uint32Array | null,
    from: number,
    to: number,
  ): void
}

interface KernelExports {
  memory: WebAssembly.Memory
  begin(capacity: number, objects: number, room: number, sized: number, foreseeing: number): void
  idsAt(): number
  sizesAt(): number
  nextsAt(): number
  lastMissedBytes(): number
  lastSkipped(): number
  stateBytes(): number
}

/** Whether a run fits into the memory and the counters of the module. */
export function fitsKernel(plan: KernelPlan, { objects, requests, unit, capacityBytes }: KernelRunOptions): boolean {
  const rowBytes = unit ? 4 : 8
  const windowBytes = windowRows(plan, { objects, requests, capacityBytes }) * rowBytes
  const treeBytes = plan.needsNext ? requests * 5 : 0
  return (
    Number.isSafeInteger(capacityBytes) &&
    requests <= mostRequests &&
    windowBytes + treeBytes + objects * plan.bytesAnObject <= mostBytes
  )
}

/**
 * Requests that lie in memory at a time. Where they are the queue, it is so long that closing it up costs little: each time it moves the
 * objects that are held.
 */
function windowRows(
  { keepsTrace }: KernelPlan,
  { objects, requests, capacityBytes }: Pick<KernelRunOptions, 'objects' | 'requests' | 'capacityBytes'>,
): number {
  const queue = Math.max(shortestQueue, 8 * Math.min(objects, capacityBytes))
  return Math.min(requests, keepsTrace ? queue + chunkRequests : chunkRequests)
}

/** Begins a run of a kernel in an instance of its own of the compiled module. */
export function createKernelRun(
  module: WebAssembly.Module,
  plan: KernelPlan,
  options: KernelRunOptions,
  memory?: KernelMemory,
): KernelRun {
  assert(fitsKernel(plan, options), 'the run fits into the module')
  const { capacityBytes, objects, requests, unit } = options
  const exported = instantiate(module, memory)
  const base = exported as unknown as KernelExports
  const open = exported[`open${plan.kernel}`] as (...settings: readonly number[]) => void
  const run = exported[`run${plan.kernel}`] as (count: number) => number
  const close = exported[`close${plan.kernel}`] as () => number
  const room = windowRows(plan, options)
  base.begin(capacityBytes, objects, room, unit ? 0 : 1, plan.needsNext ? 1 : 0)
  open(...plan.settings, ...(plan.needsNext ? [requests] : []))
  const idWindow = new Int32Array(base.memory.buffer, base.idsAt(), room)
  const sizeWindow = unit ? null : new Uint32Array(base.memory.buffer, base.sizesAt(), room)
  const nextWindow = plan.needsNext ? new Uint32Array(base.memory.buffer, base.nextsAt(), room) : null
  const counts = { requests: 0, misses: 0, missedBytes: 0, metadataBytes: base.stateBytes() }
  let kept = 0

  const runChunk: KernelRun['feed'] = (ids, bytes, nextUses, from, to) => {
    if (plan.keepsTrace && kept + to - from > room) kept = close()
    idWindow.set(ids.subarray(from, to), kept)
    if (bytes !== null) sizeWindow?.set(bytes.subarray(from, to), kept)
    if (nextUses !== null) nextWindow?.set(nextUses.subarray(from, to), kept)
    if (plan.keepsTrace) kept += to - from
    const misses = run(to - from) >>> 0
    counts.misses += misses
    counts.requests += to - from
    if (unit) counts.missedBytes += misses
    else {
      counts.missedBytes += base.lastMissedBytes()
      counts.requests -= base.lastSkipped()
    }
  }

  return {
    get requests() {
      return counts.requests
    },
    get misses() {
      return counts.misses
    },
    get missedBytes() {
      return counts.missedBytes
    },
    get metadataBytes() {
      return counts.metadataBytes
    },
    feed(ids, bytes, nextUses, from, to) {
      for (let start = from; start < to; start += chunkRequests)
        runChunk(ids, bytes, nextUses, start, Math.min(start + chunkRequests, to))
    },
  }
}
