import { assert } from '../lib/assert.ts'
import { type UnitVectors, unitVectorsOf, vectorDistanceKm } from './distance.ts'

/** A city where networks meet. */
export interface Hub {
  id: string
  lat: number
  lon: number
}

/** A cable or a land route between two hubs; `factor` is its length over the great circle. */
export interface Corridor {
  a: string
  b: string
  factor: number
}

/** The shortest ways between all hubs, found once. */
export interface HubGraph {
  readonly vectors: UnitVectors
  /** Length of the shortest way in km: row of a hub, column of another. Infinity where there is none. */
  readonly pathKm: Float64Array
}

/** Source: Floyd, Algorithm 97: Shortest Path, CACM 5(6), 1962. */
export function createHubGraph(hubs: readonly Hub[], corridors: readonly Corridor[]): HubGraph {
  const count = hubs.length
  const vectors = unitVectorsOf(hubs)
  const indexOf = new Map(hubs.map((hub, index) => [hub.id, index]))
  const pathKm = new Float64Array(count * count).fill(Number.POSITIVE_INFINITY)
  for (let hub = 0; hub < count; hub++) pathKm[hub * count + hub] = 0
  for (const corridor of corridors) {
    const a = indexOf.get(corridor.a)
    const b = indexOf.get(corridor.b)
    assert(a !== undefined && b !== undefined, `corridor ${corridor.a}-${corridor.b} names an unknown hub`)
    const km = Math.min(pathKm[a * count + b]!, corridor.factor * vectorDistanceKm(vectors, a, vectors, b))
    pathKm[a * count + b] = km
    pathKm[b * count + a] = km
  }
  for (let via = 0; via < count; via++)
    for (let a = 0; a < count; a++)
      for (let b = 0; b < a; b++) {
        const km = pathKm[a * count + via]! + pathKm[via * count + b]!
        if (km < pathKm[a * count + b]!) {
          pathKm[a * count + b] = km
          pathKm[b * count + a] = km
        }
      }
  return { vectors, pathKm }
}
