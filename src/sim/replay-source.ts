import type { Plan } from '../scenario/plan.ts'
import type { LogRecord } from '../traffic/logs/log-columns.ts'
import type { BlockStore } from '../traffic/replayed.ts'
import type { RowSink } from '../traffic/traces/format.ts'
import type { TraceSource } from './load.ts'
import { createRecorder } from './recorder.ts'

/** Where the visitors of each spot of a log stand; NaN where nobody knows. */
export interface SpotPlaces {
  latOf: Float64Array
  lonOf: Float64Array
}

/** Gives the requests of a log to a sink, one after the other, as a trace would that holds them. */
export function replayInto(record: LogRecord, { latOf, lonOf }: SpotPlaces, sink: RowSink): void {
  const { count, timesMs, objects, spotOf, bytesOf, isPass } = record
  for (let row = 0; row < count; row++) {
    const object = objects[row]!
    const spot = spotOf[row]!
    sink.row(timesMs[row]! / 1000, object, 0, bytesOf[object]!, latOf[spot]!, lonOf[spot]!, isPass[object] === 1)
  }
}

/**
 * The requests of a log as what a run replays: the same recorder takes them that takes those of a file. A request for a part asks for its
 * object, which PoPs fetch and keep whole; its visitor gets the bytes that the log says were sent.
 */
export function replaySource(
  record: LogRecord,
  spots: SpotPlaces,
  places: Plan['visitors']['places'],
  store: BlockStore,
): TraceSource {
  const recorder = createRecorder(places, Number.POSITIVE_INFINITY, store)
  replayInto(record, spots, recorder.sink)
  return { ...recorder.source(), sentBytes: record.sentBytes }
}
