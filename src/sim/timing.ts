import { type AccessMix, quantileCount } from '../geo/access.ts'
import { handshakeRounds, type Protocol, transferMs } from '../geo/request-time.ts'
import { mix32 } from '../lib/random.ts'
import type { Served } from '../stats/served.ts'
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

export interface TimingTables {
  tableOf: Uint8Array
  /** Of profile p and quantile q at p x quantileCount + q. */
  accessMs: Float64Array
  jitterMs: Float64Array
  /** A connection is new where the draw of 32 bits is below this. */
  newBelow: number
  newTrips: number
  newDnsMs: number
  edgeThinkMs: number
  originThinkMs: number
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
  /** Round trips and name look-up on an open connection, and on a new one. */
  readonly #tripsOf: Float64Array
  readonly #dnsMsOf: Float64Array
  readonly #edgeThinkMs: number
  readonly #originThinkMs: Float64Array
  readonly #isToLastByte: boolean
  readonly #key: number

  constructor(options: TimingOptions) {
    const { tables, tableOf } = options.access
    this.#rttMs = withNoEdge(options.rttMs, options.edges)
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
    this.#tripsOf = Float64Array.of(1, 1 + handshakeRounds[options.protocol])
    this.#dnsMsOf = Float64Array.of(0, options.dnsMs)
    this.#edgeThinkMs = options.edgeThinkMs
    this.#originThinkMs = Float64Array.from(kinds, ({ thinkMs }) => thinkMs)
    this.#isToLastByte = options.until === 'last-byte'
    this.#key = options.key
  }

  /** What a kernel needs to draw and time as `timeAll` does, to the first byte and with one class of objects. */
  tables(): TimingTables {
    return {
      tableOf: this.#tableOf,
      accessMs: this.#accessMs,
      jitterMs: this.#jitterMs,
      newBelow: this.#newBelow,
      newTrips: this.#newRounds + 1,
      newDnsMs: this.#dnsMs,
      edgeThinkMs: this.#edgeThinkMs,
      originThinkMs: this.#originThinkMs[0]!,
      key: this.#key,
    }
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
    const rttMs = this.#rttMs[place * (this.#edges + 1) + edge]! + extraMs
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

  /** Draws and times the requests of a block, as `draw` and `time` do one: their times stand in its columns. */
  timeAll(served: Served): void {
    if (this.#isToLastByte) this.#timeToLastByte(served)
    else {
      this.#drawAll(served)
      this.#timeToFirstByte(served)
    }
  }

  #drawAll({ count, requests, draws, isNew, extraMs }: Served): void {
    const tableOf = this.#tableOf
    const accessMs = this.#accessMs
    const jitterMs = this.#jitterMs
    const newBelow = this.#newBelow | 0
    const isAlwaysNew = this.#newBelow === 4_294_967_296 ? 1 : 0
    const runKey = this.#key
    const [mix, isLess, quantiles] = [mix32, isBelow, quantileCount]
    for (let row = 0; row < count; row++) {
      const request = requests[row]!
      const key = runKey ^ Math.imul((request / 4_294_967_296) | 0, 0x632be5ab)
      const first = mix(request ^ key)
      draws[row] = first
      isNew[row] = isLess(mix(first ^ 0x3c6ef372), newBelow) | isAlwaysNew
    }
    for (let row = 0; row < count; row++) {
      const first = draws[row]!
      const table = tableOf[first & 1023]! * quantiles
      extraMs[row] = accessMs[table + ((first >>> 10) & 1023)]! + jitterMs[table + (first >>> 22)]!
    }
  }

  #timeToFirstByte({ count, places, edges, kinds, isNew, extraMs, waitsMs, withMs, directMs }: Served): void {
    const rttMs = this.#rttMs
    const directRttMs = this.#directRttMs
    const columns = this.#edges + 1
    const placeCount = this.#places
    const tripsOf = this.#tripsOf
    const dnsMsOf = this.#dnsMsOf
    const edgeThinkMs = this.#edgeThinkMs
    const originThinkMs = this.#originThinkMs
    for (let row = 0; row < count; row++) {
      const tripMs = rttMs[places[row]! * columns + edges[row]!]! + extraMs[row]!
      withMs[row] = dnsMsOf[isNew[row]!]! + tripsOf[isNew[row]!]! * tripMs + edgeThinkMs + waitsMs[row]!
    }
    for (let row = 0; row < count; row++) {
      const tripMs = directRttMs[kinds[row]! * placeCount + places[row]!]! + extraMs[row]!
      directMs[row] = dnsMsOf[isNew[row]!]! + tripsOf[isNew[row]!]! * tripMs + originThinkMs[kinds[row]!]!
    }
  }

  #timeToLastByte({ count, requests, places, edges, kinds, bytes, waitsMs, withMs, directMs }: Served): void {
    for (let row = 0; row < count; row++) {
      this.draw(requests[row]!)
      this.time(places[row]!, edges[row]!, bytes[row]!, waitsMs[row]!, kinds[row]!)
      withMs[row] = this.withMs
      directMs[row] = this.directMs
    }
  }
}

/** 1 where a is less than b, both taken as whole numbers of 0 to 2^32 - 1: the borrow of a - b, without a branch that chance decides. */
function isBelow(a: number, b: number): number {
  return ((~a & b) | ((~a | b) & (a - b))) >>> 31
}

/** The matrix with one more column, for requests that reach no edge: whatever a block holds has a number there. */
function withNoEdge(rttMs: Float64Array, edges: number): Float64Array {
  const places = rttMs.length / edges
  const wider = new Float64Array(places * (edges + 1))
  for (let place = 0; place < places; place++)
    wider.set(rttMs.subarray(place * edges, (place + 1) * edges), place * (edges + 1))
  return wider
}

function flatten(columns: Float64Array[], rows: number): Float64Array {
  const flat = new Float64Array(columns.length * rows)
  columns.forEach((column, index) => {
    flat.set(column, index * rows)
  })
  return flat
}
