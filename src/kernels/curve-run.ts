import { instantiate } from './memory.ts'

/** The exact curve of LRU in one pass: how many requests find their object at each distance in the stack. */
export interface CurveRun {
  feed(ids: Int32Array, bytes: Uint32Array | null): void
  /** Requests whose object lay at distance d, from 1: in all caches for that many objects they hit. */
  distances(): Uint32Array
  /** Requests by the bucket of the bytes from their object to the head of the stack, and the bytes of those requests; empty without sizes. */
  byteHits(): Float64Array
  byteHitBytes(): Float64Array
}

export interface CurveOptions {
  objects: number
  sized: boolean
  /** Each request stands for so many, and so each byte between two. */
  scale: number
}

interface CurveExports {
  memory: WebAssembly.Memory
  begin(capacity: number, objects: number, room: number, sized: number, foreseeing: number): void
  idsAt(): number
  sizesAt(): number
  openCurve(scale: number): void
  runCurve(count: number): void
  distancesAt(): number
  byteBuckets: WebAssembly.Global
  perDoubling: WebAssembly.Global
  bordersAt(): number
  hitsAt(): number
  hitBytesAt(): number
}

/** As in the contest: calls are short, so that none keeps the slow code of the first compiler. */
const chunkRequests = 65_536
/** The longest line of positions has room for so many objects, and a count of 32 bits for so many requests. */
const mostObjects = 2 ** 25 - 1
const mostRequests = 2 ** 32 - 1

/** Whether the curve of a trace fits into the memory and the counters of the module. */
export function fitsCurve({ count, objects }: { count: number; objects: number }): boolean {
  return objects <= mostObjects && count <= mostRequests
}

/** Begins a curve in an instance of its own of the compiled module. */
export function createCurveRun(module: WebAssembly.Module, { objects, sized, scale }: CurveOptions): CurveRun {
  const wasm = instantiate(module) as unknown as CurveExports
  wasm.begin(objects, objects, chunkRequests, sized ? 1 : 0, 0)
  wasm.openCurve(scale)
  const { buffer } = wasm.memory
  const ids = new Int32Array(buffer, wasm.idsAt(), chunkRequests)
  const sizes = new Uint32Array(buffer, wasm.sizesAt(), sized ? chunkRequests : 0)
  const buckets = sized ? Number(wasm.byteBuckets.value) : 0
  const perDoubling = Number(wasm.perDoubling.value)
  const borders = new Float64Array(buffer, wasm.bordersAt(), sized ? perDoubling + 1 : 0)
  borders.forEach((_, border) => {
    borders[border] = 2 ** (border / perDoubling)
  })
  return {
    feed(newIds, newBytes) {
      for (let from = 0; from < newIds.length; from += chunkRequests) {
        const piece = newIds.subarray(from, from + chunkRequests)
        ids.set(piece)
        if (newBytes !== null && sized) sizes.set(newBytes.subarray(from, from + chunkRequests))
        wasm.runCurve(piece.length)
      }
    },
    distances: () => new Uint32Array(buffer, wasm.distancesAt(), objects + 2),
    byteHits: () => new Float64Array(buffer, wasm.hitsAt(), buckets),
    byteHitBytes: () => new Float64Array(buffer, wasm.hitBytesAt(), buckets),
  }
}
