import { type Account, type HopKind, hopKinds, type MeterKind, meterKinds } from '../backend/account.ts'
import { bucketCount, bucketOf } from '../lib/log-histogram.ts'

/** Columns of sums for each behaviour: requests served, their ms with and ms without the CDN, bytes, bytes that were no hit. */
export const servedSums = 5

/** What happened behind and at the edge in one stretch of a run, by behaviour. Stretches are added up for a report. */
export class BackendTally {
  readonly behaviors: number
  /** Of behaviour b and meter m at b x meters + m. */
  readonly meters: Float64Array
  /** Sum in ms and number of the parts of kind k at 2 x (b x kinds + k). */
  readonly hops: Float64Array
  /** Histogram of the parts of b and k, made when the first one is counted. */
  readonly histograms: (Uint32Array | undefined)[]
  /** Per behaviour, `servedSums` each. */
  readonly served: Float64Array
  /** Errors that visitors got, by behaviour. */
  readonly errors: Float64Array

  constructor(behaviors: number) {
    this.behaviors = behaviors
    this.meters = new Float64Array(behaviors * meterKinds.length)
    this.hops = new Float64Array(behaviors * hopKinds.length * 2)
    this.histograms = new Array(behaviors * hopKinds.length)
    this.served = new Float64Array(behaviors * servedSums)
    this.errors = new Float64Array(behaviors)
  }

  count(behavior: number, meter: MeterKind, amount: number): void {
    this.meters[behavior * meterKinds.length + meterIndex[meter]]! += amount
  }

  hop(behavior: number, kind: HopKind, ms: number): void {
    const cell = behavior * hopKinds.length + hopIndex[kind]
    this.hops[2 * cell]! += ms
    this.hops[2 * cell + 1]!++
    const histogram = this.histograms[cell] ?? new Uint32Array(bucketCount)
    this.histograms[cell] = histogram
    histogram[bucketOf(ms)]!++
  }

  /** Counts a request that a visitor got an answer to. */
  serve(behavior: number, isHit: boolean, bytes: number, withMs: number, directMs: number): void {
    const row = behavior * servedSums
    const { served } = this
    served[row]!++
    served[row + 1]! += withMs
    served[row + 2]! += directMs
    served[row + 3]! += bytes
    if (!isHit) served[row + 4]! += bytes
  }

  add(other: BackendTally): void {
    addColumn(this.meters, other.meters)
    addColumn(this.hops, other.hops)
    addColumn(this.served, other.served)
    addColumn(this.errors, other.errors)
    other.histograms.forEach((histogram, cell) => {
      if (histogram === undefined) return
      const own = this.histograms[cell] ?? new Uint32Array(bucketCount)
      this.histograms[cell] = own
      addColumn(own, histogram)
    })
  }
}

function addColumn(to: Float64Array | Uint32Array, from: Float64Array | Uint32Array): void {
  for (let index = 0; index < to.length; index++) to[index]! += from[index]!
}

export const hopIndex = indexOf(hopKinds)
export const meterIndex = indexOf(meterKinds)

function indexOf<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>
}

/** The accounts of all behaviours: what is told of an ask goes to the tally that counts at the moment. */
export function createAccounts(behaviors: number, current: () => BackendTally): Account[] {
  return Array.from({ length: behaviors }, (_, behavior) => ({
    hop: (kind, _name, fromMs, untilMs) => current().hop(behavior, kind, untilMs - fromMs),
    count: (meter, amount) => current().count(behavior, meter, amount),
  }))
}
