import type { Trace } from './trace.ts'

/** Requests of a block; only the last block of a trace has fewer. */
export const blockRows = 2 ** 18

/** Some requests of a trace in their order. */
export interface RequestBlock {
  count: number
  /** Dense numbers of the objects, in order of first appearance. */
  ids: Int32Array
  /** Size of each request in bytes; null where they were not kept, because every object counts 1. */
  bytes: Uint32Array | null
}

/** What is known of a trace as a whole. */
export interface TraceSummary {
  name: string
  /** Number of requests. Requests of size 0 are left out when it is read. */
  count: number
  /** Number of distinct objects: ids are 0 to `objects` - 1. */
  objects: number
  /** Sum over objects of the size at their first request. */
  footprintBytes: number
  requestedBytes: number
  /** What was left out or mended while reading, by reason, for the manifest. */
  notes: Readonly<Record<string, number>>
}

/** A trace that is read block by block, as often as one likes: it may be larger than memory. */
export interface RequestSource extends TraceSummary {
  blocks: number
  /** A block by its index; it is good until the next one is asked for. */
  block(index: number): RequestBlock
  /** For each request of a block the index of the next one for its object, or 2^32 - 1; null where nobody looked. */
  nextUses(index: number): Uint32Array | null
}

/** A trace in memory as blocks. */
export function sourceOf(trace: Trace): RequestSource {
  const { name, count, objects, footprintBytes, notes, ids, bytes } = trace
  let requestedBytes = 0
  for (let row = 0; row < count; row++) requestedBytes += bytes[row]!
  return {
    ...{ name, count, objects, footprintBytes, notes, requestedBytes },
    blocks: Math.ceil(count / blockRows),
    block(index) {
      const from = index * blockRows
      const to = Math.min(count, from + blockRows)
      return { count: to - from, ids: ids.subarray(from, to), bytes: bytes.subarray(from, to) }
    },
    nextUses: () => null,
  }
}
