import type { Atlas } from '../geo/atlas.ts'
import type { Place } from '../geo/place.ts'
import { createPairs, type Pairs } from '../scenario/geometry.ts'

/** Columns that are kept; more of them are forgotten all at once. */
const mostColumns = 2000

type MakeMatrix = (places: readonly Place[], edges: readonly Place[]) => Float64Array

/**
 * The same as `createPairs`, for somebody who moves one PoP after the other: what lies between the cities and a PoP is a matter of
 * these two alone, so that a column is found once and kept until the cities change.
 */
export function createRememberedPairs(atlas: Atlas): Pairs {
  const plain = createPairs(atlas)
  const kept = new Map<string, Float64Array>()
  let keptPlaces = ''

  function matrixOf(name: string, places: readonly Place[], edges: readonly Place[], make: MakeMatrix): Float64Array {
    const placesKey = places.map(keyOf).join(' ')
    if (placesKey !== keptPlaces || kept.size > mostColumns) kept.clear()
    keptPlaces = placesKey
    const keys = edges.map(edge => `${name} ${keyOf(edge)}`)
    const missing = edges.filter((_, edge) => !kept.has(keys[edge]!))
    const made = make(places, missing)
    missing.forEach((place, column) => {
      kept.set(
        `${name} ${keyOf(place)}`,
        Float64Array.from(places.keys(), row => made[row * missing.length + column]!),
      )
    })
    const matrix = new Float64Array(places.length * edges.length)
    keys.forEach((key, edge) => {
      const column = kept.get(key)!
      for (let row = 0; row < column.length; row++) matrix[row * edges.length + edge] = column[row]!
    })
    return matrix
  }

  return {
    distanceKm: (places, edges) => matrixOf('km', places, edges, plain.distanceKm),
    rttMs: (model, places, edges) =>
      matrixOf(JSON.stringify(model), places, edges, (from, to) => plain.rttMs(model, from, to)),
  }
}

/** A place by all that a model may know of it. */
function keyOf({ lat, lon, name = '', cc = '' }: Place): string {
  return `${lat},${lon},${name},${cc}`
}
