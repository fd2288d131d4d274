import { UserError } from '../lib/user-error.ts'
import { createBatch, type Traffic } from '../traffic/traffic.ts'
import { batchRows } from './simulate.ts'

/** Requests whose future fits into memory: 16 bytes each while it is found. */
const mostRequests = 100_000_000
const never = 0xffffffff

/**
 * Reads all requests once and tells, for each of them, the number of the next request for the same object at the same edge; Infinity
 * when there is none. Throws UserError when there are too many.
 */
export function foresee(
  traffic: Traffic,
  edgeOf: Int32Array,
  objects: number,
  expected: number,
): (request: number) => number {
  if (expected > mostRequests)
    throw new UserError({
      message: `a policy that knows the future needs all of ${expected} requests in memory`,
      hint: `at most ${mostRequests}`,
    })
  const { edges, ids, count } = readAll(traffic, edgeOf, expected)
  const nextUse = new Uint32Array(count).fill(never)
  const rowsOf = gather(edges, count)
  const lastUse = new Uint32Array(objects)
  for (const rows of rowsOf) {
    for (let index = rows.length - 1; index >= 0; index--) {
      const request = rows[index]!
      const id = ids[request]!
      if (lastUse[id] !== 0) nextUse[request] = lastUse[id]! - 1
      lastUse[id] = request + 1
    }
    for (const request of rows) lastUse[ids[request]!] = 0
  }
  return request => (nextUse[request] === never ? Number.POSITIVE_INFINITY : nextUse[request]!)
}

function readAll(traffic: Traffic, edgeOf: Int32Array, expected: number) {
  const batch = createBatch(batchRows)
  let edges = new Int32Array(Math.ceil(expected) + 1024)
  let ids = new Int32Array(edges.length)
  let count = 0
  while (traffic.next(batch)) {
    if (count + batch.count > ids.length) {
      const [longerEdges, longerIds] = [
        new Int32Array(2 * ids.length + batch.count),
        new Int32Array(2 * ids.length + batch.count),
      ]
      longerEdges.set(edges)
      longerIds.set(ids)
      edges = longerEdges
      ids = longerIds
    }
    for (let row = 0; row < batch.count; row++) {
      edges[count + row] = edgeOf[batch.places[row]!]!
      ids[count + row] = batch.objects[row]!
    }
    count += batch.count
  }
  return { edges, ids, count }
}

/** The numbers of the requests of each edge, in order; those that reach no edge are left out. */
function gather(edges: Int32Array, count: number): Uint32Array[] {
  const sizes: number[] = []
  for (let request = 0; request < count; request++) {
    const edge = edges[request]!
    if (edge >= 0) sizes[edge] = (sizes[edge] ?? 0) + 1
  }
  const rowsOf = Array.from({ length: sizes.length }, (_, edge) => new Uint32Array(sizes[edge] ?? 0))
  const filled = new Uint32Array(sizes.length)
  for (let request = 0; request < count; request++) {
    const edge = edges[request]!
    if (edge >= 0) rowsOf[edge]![filled[edge]!++] = request
  }
  return rowsOf
}
