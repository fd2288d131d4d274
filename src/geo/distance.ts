import { getDistance } from 'geolib'
import type { Place } from './place.ts'

/** Mean radius of the earth in km, (2a + b) / 3 of the WGS 84 ellipsoid: the radius the RTT models were fitted with. */
export const earthRadiusKm = 6371.0088
/** geolib measures on a sphere of the equator's radius, so its lengths are about 0.1 % too long for ours. */
const geolibRadiusKm = 6378.137

/** Index of refraction of the core of a telecom fibre. */
export const fibreIndex = 1.468
const lightKmPerMs = 299.792458
/** Round trip in ms for each km of straight fibre: 2 n / c. */
export const fibreMsPerKm = (2 * fibreIndex) / lightKmPerMs

/**
 * Great-circle distance of two points in km, by geolib on the mean sphere. For set-up; many pairs go through `sites`, which
 * agrees within a metre. Finite and symmetric everywhere: poles, antimeridian, antipodes; 0 for the same coordinates.
 */
export function distanceKm(a: Place, b: Place): number {
  if (a.lat === b.lat && a.lon === b.lon) return 0
  const metres = getDistance({ latitude: a.lat, longitude: a.lon }, { latitude: b.lat, longitude: b.lon }, 1e-3)
  return (metres / 1000 / geolibRadiusKm) * earthRadiusKm
}

/** Columns of unit vectors: a point on the globe as x (0 N 0 E), y (0 N 90 E), z (north pole). */
export interface UnitVectors {
  readonly count: number
  readonly x: Float64Array
  readonly y: Float64Array
  readonly z: Float64Array
}

export function unitVectorsOf(places: readonly { lat: number; lon: number }[]): UnitVectors {
  const count = places.length
  const [x, y, z] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  for (let index = 0; index < count; index++) {
    const lat = (places[index]!.lat * Math.PI) / 180
    const lon = (places[index]!.lon * Math.PI) / 180
    x[index] = Math.cos(lat) * Math.cos(lon)
    y[index] = Math.cos(lat) * Math.sin(lon)
    z[index] = Math.sin(lat)
  }
  return { count, x, y, z }
}

/** Great-circle distance in km from the chord between two unit vectors: exact for near points, where an arc cosine is not. */
export function vectorDistanceKm(a: UnitVectors, i: number, b: UnitVectors, j: number): number {
  const dx = a.x[i]! - b.x[j]!
  const dy = a.y[i]! - b.y[j]!
  const dz = a.z[i]! - b.z[j]!
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(dx * dx + dy * dy + dz * dz) / 2))
}

/** Great-circle distances of all pairs in km, row by row: `from.length` rows of `to.length`. */
export function distanceMatrixKm(from: readonly Place[], to: readonly Place[]): Float64Array {
  const rows = unitVectorsOf(from)
  const columns = unitVectorsOf(to)
  const distances = new Float64Array(rows.count * columns.count)
  let next = 0
  for (let i = 0; i < rows.count; i++)
    for (let j = 0; j < columns.count; j++) distances[next++] = vectorDistanceKm(rows, i, columns, j)
  return distances
}
