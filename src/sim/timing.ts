import { type AccessMix, quantileCount } from '../geo/access.ts'
import { handshakeRounds, type Protocol, transferMs } from '../geo/request-time.ts'
import { mix32 } from '../lib/random.ts'
import type { DirectKind } from './direct.ts'

export interface TimingOptions {
  /** Round trips in ms of place p to edge e at p x edges + e, over the public Internet. */
  rttMs: Float64Array
  edges: number
  /** Round trip in ms of each place to the origin, over the public Internet. */
  directRttMs: Float64Array
  access: AccessMix
  protocol: Protocol
  /** Share of requests that find an open connection. */
  reuse: number
  dnsMs: number
  edgeThinkMs: number
  originThinkMs: number
  /** The way without a CDN by class of objects, in the place of `directRttMs` and `originThinkMs`. */
  directKinds?: readonly DirectKind[]
  until: 'first-byte' | 'last-byte'
  /** Key of the draws; each run of a scenario and each replication has its own. */
  key: number
}

/**
 * How long a visitor waits, with the CDN and without it. What chance decides of a request (last mile, jitter, whether a connection
 * is open) is a hash of its number: the same with and without the CDN, for every set of PoPs, and in whatever order requests are
 * walked. Results stand in `withMs` and `directMs` until the next call, so that nothing is allocated.
 */
export class Timing {
  withMs = 0
  directMs = 0
  /** What was drawn for the last request. */
  accessMs = 0
  jitterMs = 0
  isNew = false
  profile = 0
  readonly #rttMs: Float64Array
  readonly #edges: number
  /** Of class k and place p at k x places + p. */
  readonly #directRttMs: Float64Array
  readonly #places: number
  readonly #tableOf: Uint8Array
  readonly #accessMs: Float64Array
  readonly #jitterMs: Float64Array
  readonly #bytesPerMs: Float64Array
  readonly #loss: Float64Array
  readonly #newRounds: number
  readonly #newBelow: number
  readonly #dnsMs: number
  readonly #edgeThinkMs: number
  readonly #originThinkMs: Float64Array
  readonly #isToLastByte: boolean
  readonly #key: number

  constructor(options: TimingOptions) {
    const { tables, tableOf } = options.access
    this.#rttMs = options.rttMs
    this.#edges = options.edges
    const kinds = options.directKinds ?? [{ rttMs: options.directRttMs, thinkMs: options.originThinkMs }]
    this.#places = options.directRttMs.length
    this.#directRttMs = flatten(
      kinds.map(({ rttMs }) => rttMs),
      this.#places,
    )
    this.#tableOf = tableOf
    this.#accessMs = flatten(
      tables.map(table => table.accessMs),
      quantileCount,
    )
    this.#jitterMs = flatten(
      tables.map(table => table.jitterMs),
      quantileCount,
    )
    this.#bytesPerMs = Float64Array.from(tables, table => table.bytesPerMs)
    this.#loss = Float64Array.from(tables, table => table.loss)
    this.#newRounds = handshakeRounds[options.protocol]
    this.#newBelow = Math.round((1 - options.reuse) * 4_294_967_296)
    this.#dnsMs = options.dnsMs
    this.#edgeThinkMs = options.edgeThinkMs
    this.#originThinkMs = Float64Array.from(kinds, ({ thinkMs }) => thinkMs)
    this.#isToLastByte = options.until === 'last-byte'
    this.#key = options.key
  }

  /** Draws what chance decides of a request, by its number within the run. */
  draw(request: number): void {
    const key = this.#key ^ Math.imul((request / 4_294_967_296) | 0, 0x632be5ab)
    const first = mix32(request ^ key)
    const profile = this.#tableOf[first & 1023]!
    const row = profile * quantileCount
    this.profile = profile
    this.accessMs = this.#accessMs[row + ((first >>> 10) & 1023)]!
    this.jitterMs = this.#jitterMs[row + (first >>> 22)]!
    this.isNew = mix32(first ^ 0x3c6ef372) >>> 0 < this.#newBelow
  }

  /** Times a request that was drawn: `waitMs` is what its edge itself waited for others, `kind` the class of its object. */
  time(place: number, edge: number, bytes: number, waitMs: number, kind = 0): void {
    const extraMs = this.accessMs + this.jitterMs
    const rttMs = this.#rttMs[place * this.#edges + edge]! + extraMs
    const directRttMs = this.#directRttMs[kind * this.#places + place]! + extraMs
    const trips = this.isNew ? this.#newRounds + 1 : 1
    const dnsMs = this.isNew ? this.#dnsMs : 0
    this.withMs = dnsMs + trips * rttMs + this.#edgeThinkMs + waitMs
    this.directMs = dnsMs + trips * directRttMs + this.#originThinkMs[kind]!
    if (!this.#isToLastByte) return
    const bytesPerMs = this.#bytesPerMs[this.profile]!
    const loss = this.#loss[this.profile]!
    this.withMs += transferMs(bytes, rttMs, bytesPerMs, loss, this.isNew)
    this.directMs += transferMs(bytes, directRttMs, bytesPerMs, loss, this.isNew)
  }
}

function flatten(columns: Float64Array[], rows: number): Float64Array {
  const flat = new Float64Array(columns.length * rows)
  columns.forEach((column, index) => {
    flat.set(column, index * rows)
  })
  return flat
}
