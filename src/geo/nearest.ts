import { unitVectorsOf } from './distance.ts'

/** Index of the point nearest to a coordinate, the first of equals; -1 when there are no points. */
export type FindNearest = (lat: number, lon: number) => number

/**
 * A search for the nearest of many points on the globe. The points lie sorted by height above the equator's plane, and the
 * search walks away from the wanted height until height alone is farther than the best chord.
 */
export function createFindNearest(points: readonly { lat: number; lon: number }[]): FindNearest {
  const order = Int32Array.from(points.keys()).sort((a, b) => points[a]!.lat - points[b]!.lat || a - b)
  const { x, y, z, count } = unitVectorsOf(Array.from(order, index => points[index]!))

  return (lat, lon) => {
    const wanted = unitVectorsOf([{ lat, lon }])
    const [wantedX, wantedY, wantedZ] = [wanted.x[0]!, wanted.y[0]!, wanted.z[0]!]
    const start = lowerBound(z, wantedZ)
    let best = -1
    let bestSquare = Number.POSITIVE_INFINITY

    function consider(row: number): boolean {
      const dz = z[row]! - wantedZ
      if (dz * dz > bestSquare) return false
      const dx = x[row]! - wantedX
      const dy = y[row]! - wantedY
      const square = dx * dx + dy * dy + dz * dz
      const index = order[row]!
      if (square < bestSquare || (square === bestSquare && index < best)) {
        best = index
        bestSquare = square
      }
      return true
    }

    let [below, above] = [start - 1, start]
    let [goDown, goUp] = [below >= 0, above < count]
    while (goDown || goUp) {
      if (goDown) goDown = consider(below) && --below >= 0
      if (goUp) goUp = consider(above) && ++above < count
    }
    return best
  }
}

function lowerBound(sorted: Float64Array, wanted: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}
