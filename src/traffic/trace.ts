/**
 * A whole trace in memory with dense object numbers in order of first appearance: what the contest walks. The columns may lie
 * in shared memory.
 */
export interface Trace {
  name: string
  /** Number of requests (rows). Requests of size 0 are left out when it is read. */
  count: number
  /** Number of distinct objects: ids are 0 to `objects` - 1. */
  objects: number
  ids: Int32Array
  /** Size of each request in bytes. */
  bytes: Uint32Array
  /** Seconds since the first request; all 0 where the format has no time. */
  timesS: Float64Array
  /** Sum over objects of the size at their first request. */
  footprintBytes: number
  /** What was left out or mended while reading, by reason, for the manifest. */
  notes: Readonly<Record<string, number>>
}
