import { createFindNearest } from '../geo/nearest.ts'
import { grownFloat64, grownUint8 } from '../lib/columns.ts'
import { UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'
import {
  type BlockStore,
  blockRows,
  createBlock,
  createMemoryStore,
  createRecordedCatalog,
  createReplayedTraffic,
  noPlace,
} from '../traffic/replayed.ts'
import type { RowSink } from '../traffic/traces/format.ts'
import { Remap } from '../traffic/traces/remap.ts'
import type { TraceSource } from './load.ts'

/** Where the rows of a trace go, and what becomes of them. */
export interface Recorder {
  sink: RowSink
  /** What the sink throws when there are as many requests as are wanted. */
  full: UserError
  /** Requests so far. */
  count(): number
  /** What was recorded. Throws UserError when that is nothing. */
  source(): TraceSource
  /** What was left out or mended so far, by reason. */
  notes(): Record<string, number>
}

/**
 * Keeps what a run needs of a trace: 8 bytes an object in memory, and blocks of requests in a store. Requests of size 0 are left out; a time
 * before the last one counts as that; an object has the size of its first request. Times in whole seconds put many requests at one moment: they are spread evenly over their second,
 * in their order.
 */
export function createRecorder(
  places: Plan['visitors']['places'],
  most: number,
  store: BlockStore = createMemoryStore(),
): Recorder {
  const remap = new Remap()
  const findNearest = createFindNearest(places)
  const full = new UserError('enough requests')
  const block = createBlock()
  let bytesOf = new Float64Array(1 << 12)
  let classOf = new Uint8Array(1 << 12)
  let [count, first, last] = [0, Number.NaN, 0]
  let [empty, earlier, resized] = [0, 0, 0]
  /** Row of the block where the requests of the last moment begin. */
  let momentRow = 0

  /** Spreads the requests of the last moment over its second, or up to the next request where that comes earlier. */
  function closeMoment(nextMs: number): void {
    const rows = block.count - momentRow
    const spanMs = Math.min(1000, nextMs - last)
    if (rows > 1 && last % 1000 === 0)
      for (let row = 1; row < rows; row++) block.timesMs[momentRow + row] = last + (spanMs * row) / rows
    momentRow = block.count
  }

  /** Makes room in a full block: what belongs to the last moment stays together, unless it fills the block alone. */
  function makeRoom(): void {
    const from = momentRow === 0 ? block.count : momentRow
    const staying = block.count - from
    const { timesMs, objects, places: placeOf } = block
    block.count = from
    store.push(block)
    timesMs.copyWithin(0, from, from + staying)
    objects.copyWithin(0, from, from + staying)
    placeOf.copyWithin(0, from, from + staying)
    block.count = staying
    momentRow = 0
  }

  const sink: RowSink = {
    row(timeS, low, high, bytes, lat, lon, isPass = false) {
      if (bytes === 0) {
        empty++
        return
      }
      if (count === most) throw full
      if (Number.isNaN(first)) first = timeS
      const now = Math.max(last, (timeS - first) * 1000)
      if (now > last) closeMoment(now)
      else if ((timeS - first) * 1000 < last) earlier++
      if (block.count === blockRows) makeRoom()
      const known = remap.count
      const object = remap.numberOf(low, high)
      if (remap.count > known) {
        if (object === bytesOf.length) {
          bytesOf = grownFloat64(bytesOf, 2 * object)
          classOf = grownUint8(classOf, 2 * object)
        }
        bytesOf[object] = bytes
        if (isPass) classOf[object] = 1
      } else if (bytesOf[object] !== bytes) resized++
      const row = block.count++
      block.timesMs[row] = now
      block.objects[row] = object
      block.places[row] = Number.isNaN(lat) || Number.isNaN(lon) ? noPlace : findNearest(lat, lon)
      last = now
      count++
    },
  }
  return {
    sink,
    full,
    count: () => count,
    notes() {
      const notes = {
        'requests of size 0 left out': empty,
        'requests earlier than the one before, taken at its time': earlier,
        'requests with another size than the first to their object, which counts': resized,
      }
      return Object.fromEntries(Object.entries(notes).filter(([, times]) => times > 0))
    },
    source() {
      closeMoment(Number.POSITIVE_INFINITY)
      if (block.count > 0) store.push(block)
      block.count = 0
      if (count === 0) throw new UserError('the trace has no request')
      return {
        catalog: createRecordedCatalog(bytesOf.slice(0, remap.count), classOf.slice(0, remap.count)),
        requests: count,
        durationMs: last + 1000,
        open: (weights, random) => createReplayedTraffic(store, weights, random),
      }
    },
  }
}
