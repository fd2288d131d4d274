import { createFindNearest } from '../geo/nearest.ts'
import { grownFloat64, grownInt32 } from '../lib/columns.ts'
import { UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import { createRecordedCatalog, createReplayedTraffic } from '../traffic/replayed.ts'
import type { RowSink } from '../traffic/traces/format.ts'
import { Remap } from '../traffic/traces/remap.ts'
import type { TraceSource } from './load.ts'

/** Where the rows of a trace go, and what becomes of them. */
export interface Recorder {
  sink: RowSink
  /** What the sink throws when there are as many requests as are wanted. */
  full: UserError
  /** What was recorded. Throws UserError when that is nothing. */
  source(): TraceSource
}

/** Keeps what a run needs of a trace: 14 bytes a request and 8 an object. */
export function createRecorder(places: Plan['visitors']['places'], most: number): Recorder {
  const remap = new Remap()
  const findNearest = createFindNearest(places)
  const full = new UserError('enough requests')
  let timesMs = new Float64Array(1 << 16)
  let objects = new Int32Array(1 << 16)
  let placeOf = new Int32Array(1 << 16)
  let bytesOf = new Float64Array(1 << 12)
  let [count, placed, first, last] = [0, 0, Number.NaN, 0]
  const sink: RowSink = {
    row(timeS, low, high, bytes, lat, lon) {
      if (bytes === 0) return
      if (count === most) throw full
      if (Number.isNaN(first)) first = timeS
      const now = Math.max(last, (timeS - first) * 1000)
      if (count === timesMs.length) {
        timesMs = grownFloat64(timesMs, 2 * count)
        objects = grownInt32(objects, 2 * count)
        placeOf = grownInt32(placeOf, 2 * count)
      }
      const before = remap.count
      const object = remap.numberOf(low, high)
      if (remap.count > before) {
        if (object === bytesOf.length) bytesOf = grownFloat64(bytesOf, 2 * object)
        bytesOf[object] = bytes
      }
      last = now
      timesMs[count] = now
      objects[count] = object
      if (!Number.isNaN(lat) && !Number.isNaN(lon)) {
        placeOf[count] = findNearest(lat, lon)
        placed++
      }
      count++
    },
  }
  const source = (): TraceSource => {
    if (count === 0) throw new UserError('the trace has no request')
    const recorded = {
      count,
      timesMs: spread(timesMs.subarray(0, count)),
      objects: objects.subarray(0, count),
      places: placed === count ? Uint16Array.from(placeOf.subarray(0, count)) : null,
    }
    return {
      catalog: createRecordedCatalog(bytesOf.slice(0, remap.count)),
      requests: count,
      durationMs: recorded.timesMs[count - 1]! + 1,
      open: (weights, random) => createReplayedTraffic(recorded, weights, random),
    }
  }
  return { sink, full, source }
}

/** Times in whole seconds put many requests at one moment: they are spread evenly over their second, in their order. */
function spread(timesMs: Float64Array): Float64Array {
  if (timesMs.some(time => time % 1000 !== 0)) return timesMs
  const spaced = new Float64Array(timesMs.length)
  for (let from = 0; from < timesMs.length; ) {
    let to = from
    while (to < timesMs.length && timesMs[to] === timesMs[from]) to++
    for (let row = from; row < to; row++) spaced[row] = timesMs[from]! + ((row - from) * 1000) / (to - from)
    from = to
  }
  return spaced
}
