import { grownFloat64, grownUint8 } from '../../lib/columns.ts'
import { Remap } from '../traces/remap.ts'
import type { LogRow } from './log-row.ts'

/** What was seen of an object: bits of a column. */
const seenHit = 1
const seenPass = 2
const seenGoodStatus = 4
const seenOtherMethod = 8
const seenRepeatedMiss = 16

/** Statuses that a shared cache may store without being told. Source: RFC 9110, section 15.1, and 308 of section 15.4.9. */
const storableStatuses = new Set([200, 203, 204, 206, 300, 301, 304, 308, 404, 405, 410, 414, 501])

export interface LogObjects {
  readonly count: number
  /** The number of the object that a row asks for; what the row says of it is noted. */
  note(row: LogRow): number
  /** Notes that an object missed again at the PoP that had just fetched it. */
  noteRepeatedMiss(object: number): void
  /** Sizes, and which objects must not be stored. */
  finish(): ObjectFacts
}

export interface ObjectFacts {
  bytesOf: Float64Array
  /** 1 for an object that must not be stored. */
  isPass: Uint8Array
  /** How many of those: by method, status or verdict, and by missing again and again. */
  passObjects: number
  inferredPassObjects: number
  /** Objects of which no whole body was seen: their size is the median of the others. */
  unknownSizes: number
}

/**
 * Sizes and storability of the objects of a log. The size is that of the largest whole body (200): a visitor who leaves gets less. Parts
 * (206) tell a least size: the whole that Content-Range names, where the format has it, else the farthest end of all parts, else the largest
 * part. 304 and HEAD tell none. An object that is not stored may be another one each time: its size is the mean of its whole bodies.
 */
export function createLogObjects(): LogObjects {
  const remap = new Remap()
  let largest = new Float64Array(1 << 12)
  let least = new Float64Array(1 << 12)
  let sums = new Float64Array(1 << 12)
  let bodies = new Float64Array(1 << 12)
  let seen = new Uint8Array(1 << 12)

  function note(row: LogRow): number {
    const object = remap.numberOf(row.idLow, row.idHigh)
    if (object === largest.length) {
      largest = grownFloat64(largest, 2 * object)
      least = grownFloat64(least, 2 * object)
      sums = grownFloat64(sums, 2 * object)
      bodies = grownFloat64(bodies, 2 * object)
      seen = grownUint8(seen, 2 * object)
    }
    const { method, status, bodyBytes, leastBytes, verdict } = row
    const isRead = method === 'GET' || method === ''
    if (isRead && status === 206 && leastBytes > least[object]!) least[object] = leastBytes
    else if (isRead && status === 206 && bodyBytes > least[object]!) least[object] = bodyBytes
    if (method !== 'HEAD' && status !== 206 && status !== 304 && bodyBytes >= 0) {
      // The body of an error says nothing of an object that was seen whole.
      if (status === 200 && bodyBytes > largest[object]!) largest[object] = bodyBytes
      sums[object]! += bodyBytes
      bodies[object]!++
    }
    let bits = seen[object]!
    if (verdict === 'hit' || verdict === 'stale' || verdict === 'revalidated' || verdict === 'join') bits |= seenHit
    if (verdict === 'pass') bits |= seenPass
    if (storableStatuses.has(status)) bits |= seenGoodStatus
    if (!isRead && method !== 'HEAD') bits |= seenOtherMethod
    seen[object] = bits
    return object
  }

  function finish(): ObjectFacts {
    const { count } = remap
    const bytesOf = new Float64Array(count)
    const isPass = new Uint8Array(count)
    let [passObjects, inferredPassObjects] = [0, 0]
    for (let object = 0; object < count; object++) {
      const bits = seen[object]!
      const isTold =
        (bits & seenOtherMethod) !== 0 ||
        ((bits & seenHit) === 0 && ((bits & seenPass) !== 0 || (bits & seenGoodStatus) === 0))
      const isInferred = !isTold && (bits & (seenHit | seenRepeatedMiss)) === seenRepeatedMiss
      isPass[object] = isTold || isInferred ? 1 : 0
      if (isTold) passObjects++
      if (isInferred) inferredPassObjects++
      const wasSeen = bodies[object]! > 0 || least[object]! > 0
      const mean = bodies[object]! > 0 ? Math.round(sums[object]! / bodies[object]!) : 0
      const whole = Math.max(largest[object]!, least[object]!)
      // 0 stands for unknown here; an empty body takes the room of a byte.
      const isMean = whole === 0 || (isPass[object] === 1 && bodies[object]! > 0)
      bytesOf[object] = wasSeen ? Math.max(1, isMean ? mean : whole) : 0
    }
    const unknownSizes = fillUnknown(bytesOf)
    return { bytesOf, isPass, passObjects, inferredPassObjects, unknownSizes }
  }

  return {
    get count() {
      return remap.count
    },
    note,
    noteRepeatedMiss(object) {
      seen[object]! |= seenRepeatedMiss
    },
    finish,
  }
}

/** Puts the median of the known sizes in place of the unknown ones, which are 0; answers how many. */
function fillUnknown(bytesOf: Float64Array): number {
  const known = bytesOf.filter(bytes => bytes > 0).sort()
  const median = known.length === 0 ? 1 : known[known.length >> 1]!
  let unknown = 0
  for (let object = 0; object < bytesOf.length; object++) {
    if (bytesOf[object]! > 0) continue
    bytesOf[object] = median
    unknown++
  }
  return unknown
}
