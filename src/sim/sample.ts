import { mix32 } from '../lib/random.ts'
import { blockRows, type RequestSource, type TraceSummary } from '../traffic/request-source.ts'

/**
 * The requests for a share of the objects, chosen by a hash of the object, so that all of an object's requests come along or none. What a
 * cache of a size does on the whole trace, one of that share of the size does on the sample. `take` is given them with numbers of their own.
 * Source: C. Waldspurger et al.: Efficient MRC construction with SHARDS, FAST 2015; Cache modeling and optimization using miniature
 * simulations, ATC 2017.
 */
export function sampleRequests(
  trace: RequestSource,
  ratio: number,
  seed: number,
  take: (ids: Int32Array, bytes: Uint32Array) => void,
): Omit<TraceSummary, 'count'> {
  const limit = Math.round(ratio * 4_294_967_296)
  const key = mix32(seed ^ 0x2545f491)
  const numberOf = new Int32Array(trace.objects).fill(-1)
  const ids = new Int32Array(blockRows)
  const bytes = new Uint32Array(blockRows)
  let [objects, footprintBytes, requestedBytes] = [0, 0, 0]
  for (let index = 0; index < trace.blocks; index++) {
    const block = trace.block(index)
    let rows = 0
    for (let row = 0; row < block.count; row++) {
      const id = block.ids[row]!
      if (mix32(id ^ key) >>> 0 >= limit) continue
      const size = block.bytes === null ? 1 : block.bytes[row]!
      if (numberOf[id] === -1) {
        numberOf[id] = objects++
        footprintBytes += size
      }
      requestedBytes += size
      ids[rows] = numberOf[id]!
      bytes[rows++] = size
    }
    take(ids.subarray(0, rows), bytes.subarray(0, rows))
  }
  return { name: trace.name, notes: trace.notes, objects, footprintBytes, requestedBytes }
}

/**
 * The miss ratio of the whole from that of a sample. The sample has more or fewer requests than its share when it holds or lacks very popular
 * objects; those would have been hits in any cache worth the name, so the difference is counted as hits (SHARDS-adj).
 */
export function adjusted(missRatio: number, sampledRequests: number, allRequests: number, ratio: number): number {
  return Math.min(1, Math.max(0, (missRatio * sampledRequests) / (allRequests * ratio)))
}
