import { mix32 } from '../lib/random.ts'
import type { Trace } from '../traffic/trace.ts'

/**
 * The requests for a share of the objects, chosen by a hash of the object, so that all of an object's requests come along or none. What a
 * cache of a size does on the whole trace, one of that share of the size does on the sample.
 * Source: C. Waldspurger et al.: Efficient MRC construction with SHARDS, FAST 2015; Cache modeling and optimization using miniature
 * simulations, ATC 2017.
 */
export function sampleTrace(trace: Trace, ratio: number, seed: number): Trace {
  const limit = Math.round(ratio * 4_294_967_296)
  const key = mix32(seed ^ 0x2545f491)
  const rows: number[] = []
  for (let row = 0; row < trace.count; row++) if (mix32(trace.ids[row]! ^ key) >>> 0 < limit) rows.push(row)
  const numberOf = new Int32Array(trace.objects).fill(-1)
  const ids = new Int32Array(new SharedArrayBuffer(4 * rows.length))
  const bytes = new Uint32Array(new SharedArrayBuffer(4 * rows.length))
  const timesS = new Float64Array(new SharedArrayBuffer(8 * rows.length))
  let [objects, footprintBytes] = [0, 0]
  rows.forEach((from, row) => {
    const id = trace.ids[from]!
    bytes[row] = trace.bytes[from]!
    timesS[row] = trace.timesS[from]!
    if (numberOf[id] === -1) {
      numberOf[id] = objects++
      footprintBytes += bytes[row]!
    }
    ids[row] = numberOf[id]!
  })
  return { ...trace, count: rows.length, objects, ids, bytes, timesS, footprintBytes }
}

/**
 * The miss ratio of the whole from that of a sample. The sample has more or fewer requests than its share when it holds or lacks very popular
 * objects; those would have been hits in any cache worth the name, so the difference is counted as hits (SHARDS-adj).
 */
export function adjusted(missRatio: number, sampledRequests: number, allRequests: number, ratio: number): number {
  return Math.min(1, Math.max(0, (missRatio * sampledRequests) / (allRequests * ratio)))
}
