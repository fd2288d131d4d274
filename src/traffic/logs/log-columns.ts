import { grownFloat64, grownInt32, grownUint8 } from '../../lib/columns.ts'
import { UserError } from '../../lib/user-error.ts'
import { Remap } from '../traces/remap.ts'
import type { Locator } from './locate.ts'
import { createLogObjects, type ObjectFacts } from './log-objects.ts'
import { type LogRow, loggedVerdicts } from './log-row.ts'
import { timeOrder } from './time-order.ts'

/** A visitor's place together with the PoP that served it: what decides whom a request goes to. */
export interface Spot {
  /** Index into the places of the locator, or -1. */
  place: number
  /** Airport code, or ''. */
  pop: string
}

/** What a log held, request by request in order of time, and what of it was counted. */
export interface LogRecord extends ObjectFacts {
  count: number
  /** From the first request on, to the ms. */
  timesMs: Float64Array
  objects: Int32Array
  /** Index into `spots`. */
  spotOf: Uint16Array
  /** As in `loggedVerdicts`. */
  verdicts: Uint8Array
  /** Bytes that were sent of a part (206); NaN for requests of whole objects. Null for a log without parts. */
  sentBytes: Float64Array | null
  spots: Spot[]
  facts: LogFacts
}

export interface LogFacts {
  /** Unix time of the first request and the last. */
  firstMs: number
  lastMs: number
  bytes: number
  visitors: number
  methods: Record<string, number>
  /** By hundreds: `2xx`. */
  statuses: Record<string, number>
  /** Requests that got a part of their object (206), the bytes of those parts, and how many do not say how many bytes they were. */
  parts: number
  partBytes: number
  silentParts: number
  /** Requests of other tiers of the CDN, which are left out. */
  inner: number
  isSorted: boolean
}

const mostSpots = 65_535
/** Whatever else a visitor sends as a method is counted together. */
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** A miss at a PoP so soon after one of the same object there says that it was not stored. */
const repeatedMissMs = 60_000

/**
 * Gathers rows as columns: 15 bytes a request, 8 more in a log with parts, and some 30 an object are all that stays of a log. Addresses are counted by their salted hash.
 */
export function createLogColumns(locator: Locator) {
  const objectsOf = createLogObjects()
  const visitors = new Remap()
  const spots: Spot[] = []
  const spotNumbers = new Map<string, Map<number, number>>()
  const methods = new Map<string, number>()
  const statuses = new Float64Array(10)
  let [count, bytes, parts, partBytes, silentParts, inner] = [0, 0, 0, 0, 0, 0]
  let sentBytes: Float64Array | null = null
  let timesMs = new Float64Array(1 << 12)
  let objects = new Int32Array(1 << 12)
  let spotOf = new Uint16Array(1 << 12)
  let verdicts = new Uint8Array(1 << 12)

  function spotAt(pop: string, place: number): number {
    let ofPop = spotNumbers.get(pop)
    if (!ofPop) {
      ofPop = new Map()
      spotNumbers.set(pop, ofPop)
    }
    let number = ofPop.get(place)
    if (number === undefined) {
      if (spots.length === mostSpots) throw new UserError(`more than ${mostSpots} pairs of city and PoP`)
      number = spots.length
      spots.push({ place, pop })
      ofPop.set(place, number)
    }
    return number
  }

  function add(row: LogRow): void {
    if (!row.isVisitor) {
      inner++
      return
    }
    if (count === timesMs.length) {
      timesMs = grownFloat64(timesMs, 2 * count)
      objects = grownInt32(objects, 2 * count)
      verdicts = grownUint8(verdicts, 2 * count)
      if (sentBytes !== null) sentBytes = grownFloat64(sentBytes, 2 * count, Number.NaN)
      const spotsBefore = spotOf
      spotOf = new Uint16Array(timesMs.length)
      spotOf.set(spotsBefore)
    }
    timesMs[count] = row.timeMs
    objects[count] = objectsOf.note(row)
    spotOf[count] = spotAt(row.pop, locator.locate(row))
    verdicts[count] = loggedVerdicts.indexOf(row.verdict)
    if (row.status === 206) addPart(count, row.bodyBytes)
    count++
    if (row.bodyBytes > 0) bytes += row.bodyBytes
    if (row.visitorHigh !== 0) visitors.numberOf(row.visitorLow, row.visitorHigh)
    tick(methods, knownMethods.has(row.method) ? row.method : row.method === '' ? 'GET' : 'other')
    if (row.status < 1000) statuses[Math.floor(row.status / 100)]!++
  }

  /** Notes what was sent of a part; where the log does not say, it counts as the whole object. */
  function addPart(at: number, sent: number): void {
    parts++
    if (!(sent >= 0)) {
      silentParts++
      return
    }
    partBytes += sent
    sentBytes ??= new Float64Array(timesMs.length).fill(Number.NaN)
    sentBytes[at] = sent
  }

  function finish(): LogRecord {
    if (count === 0) throw new UserError('the logs hold no request')
    const order = timeOrder(timesMs, count)
    const sorted = <Column extends Float64Array | Int32Array | Uint16Array | Uint8Array>(column: Column): Column => {
      const own = column.subarray(0, count)
      if (order) for (let row = 0, from = column.slice(0, count); row < count; row++) own[row] = from[order[row]!]!
      return own as Column
    }
    const times = sorted(timesMs)
    const record = {
      count,
      timesMs: times,
      objects: sorted(objects),
      spotOf: sorted(spotOf),
      verdicts: sorted(verdicts),
      sentBytes: sentBytes && sorted(sentBytes),
      spots,
    }
    const [firstMs, lastMs] = [times[0]!, times[count - 1]!]
    for (let row = 0; row < count; row++) times[row] = Math.round(times[row]! - firstMs)
    findRepeatedMisses(record)
    const facts: LogFacts = {
      firstMs,
      lastMs,
      bytes,
      visitors: visitors.count,
      methods: sortedCounts(methods),
      statuses: sortedCounts(
        new Map([...statuses.entries()].flatMap(([hundred, times]) => (times > 0 ? [[`${hundred}xx`, times]] : []))),
      ),
      ...{ parts, partBytes, silentParts },
      inner,
      isSorted: order === null,
    }
    return { ...record, ...objectsOf.finish(), facts }
  }

  function findRepeatedMisses({
    timesMs: times,
    objects: ids,
    spotOf: at,
    verdicts: said,
  }: Omit<LogRecord, keyof ObjectFacts | 'facts'>): void {
    const miss = loggedVerdicts.indexOf('miss')
    const pops = [...new Set(spots.map(({ pop }) => pop))]
    const popOf = spots.map(({ pop }) => pops.indexOf(pop))
    const lastPop = new Int32Array(objectsOf.count).fill(-1)
    const lastMs = new Float64Array(objectsOf.count)
    for (let row = 0; row < count; row++) {
      if (said[row] !== miss) continue
      const object = ids[row]!
      const pop = popOf[at[row]!]!
      // Two asks within a second may both be on their way to the origin.
      const gapMs = times[row]! - lastMs[object]!
      if (lastPop[object] === pop && gapMs > 1000 && gapMs < repeatedMissMs) objectsOf.noteRepeatedMiss(object)
      lastPop[object] = pop
      lastMs[object] = times[row]!
    }
  }

  return { add, finish, count: () => count }
}

function tick(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function sortedCounts(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)))
}
