import type { Fate } from './tally.ts'

/** Rows that are counted together: what they read and write fits the processor's first caches. */
export const servedRows = 1024

/**
 * Requests whose fate is known and which are still to be counted, as columns. They are timed and counted in blocks, a loop for each
 * purpose, so that each loop keeps its own few columns at hand. Rows stand in the order in which the fates became known.
 */
export class Served {
  count = 0
  readonly requests = new Float64Array(servedRows)
  readonly timesMs = new Float64Array(servedRows)
  readonly places = new Uint16Array(servedRows)
  /** The edge; for a request that reached none, the number of edges. */
  readonly edges = new Int32Array(servedRows)
  readonly behaviors = new Uint8Array(servedRows)
  /** Classes of the objects, where ways without a CDN differ by class; else 0. */
  readonly kinds = new Uint8Array(servedRows)
  readonly fates = new Uint8Array(servedRows)
  readonly bytes = new Float64Array(servedRows)
  /** What the edge waited for others. */
  readonly waitsMs = new Float64Array(servedRows)
  /** What was drawn of a request: the hash of its number, whether its connection is new, and ms of last mile and jitter. */
  readonly draws = new Int32Array(servedRows)
  readonly isNew = new Uint8Array(servedRows)
  readonly extraMs = new Float64Array(servedRows)
  /** How long the visitor waits, with the CDN and without it; what an error has here means nothing. */
  readonly withMs = new Float64Array(servedRows)
  readonly directMs = new Float64Array(servedRows)

  get isFull(): boolean {
    return this.count === servedRows
  }

  add(
    request: number,
    now: number,
    place: number,
    edge: number,
    behavior: number,
    kind: number,
    fate: Fate,
    bytes: number,
    waitMs: number,
  ): void {
    const row = this.count++
    this.requests[row] = request
    this.timesMs[row] = now
    this.places[row] = place
    this.edges[row] = edge
    this.behaviors[row] = behavior
    this.kinds[row] = kind
    this.fates[row] = fate
    this.bytes[row] = bytes
    this.waitsMs[row] = waitMs
  }
}
