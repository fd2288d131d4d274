import { nextUses, type Requests } from './host.ts'

const requests = 200_000
const popular = 20_000

/** mulberry32 by T. Ettinger, the generator that defines the trace. */
function createMulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * The trace behind `reference-counts.csv`: 200,000 requests; one in ten is for an object never asked for again, the others for
 * 20,000 popular objects whose order shifts by 5,000 half way through; sizes are multiples of 256 up to 130,304 bytes.
 */
export function createReferenceTrace(): Requests {
  const unit = createMulberry32(20_261_122)
  const ids = new Int32Array(requests)
  const sizes = new Int32Array(requests)
  let oneHit = popular
  for (let row = 0; row < requests; row++) {
    const kind = unit()
    const draw = unit()
    const shift = row < requests / 2 ? 0 : 5000
    const id = kind < 0.1 ? oneHit++ : (Math.floor(popular * draw * draw * draw * draw) + shift) % popular
    ids[row] = id
    sizes[row] = 256 * (1 + ((Math.imul(id + 1, 2_654_435_761) >>> 0) % 509))
  }
  return { ids, sizes, next: nextUses(ids) }
}

/** The same requests, every seventh for another size of its object: the trace behind `changing-sizes.csv`. */
export function withChangingSizes(trace: Requests): Requests {
  return { ...trace, sizes: trace.sizes.map((bytes, row) => (row % 7 === 0 ? 256 * (1 + (row % 509)) : bytes)) }
}

/** The checksum over the ids by which the trace is known to be the right one. */
export function checksumOf(ids: Int32Array): number {
  return ids.reduce((sum, id) => (Math.imul(sum, 31) + id) | 0, 0)
}
