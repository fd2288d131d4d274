import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distanceKm, distanceMatrixKm, earthRadiusKm } from '../../src/geo/distance.ts'
import { createFindNearest } from '../../src/geo/nearest.ts'

const halfway = Math.PI * earthRadiusKm
const anywhere = fc.record({
  lat: fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(-90, 90, 0)),
  lon: fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(-180, 180, 0)),
})

/** The haversine of a textbook: an oracle apart from geolib and from unit vectors. */
function haversineKm(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const half =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lon - a.lon) / 2) ** 2
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(half)))
}

describe('distance', () => {
  it.each([
    ['identical places', { lat: 48.9, lon: 2.3 }, { lat: 48.9, lon: 2.3 }, 0],
    ['pole to pole', { lat: 90, lon: 12 }, { lat: -90, lon: -170 }, halfway],
    ['one pole at two longitudes', { lat: 90, lon: 0 }, { lat: 90, lon: 135 }, 0],
    ['antipodes', { lat: 30, lon: 45 }, { lat: -30, lon: -135 }, halfway],
    ['across the antimeridian', { lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 }, halfway / 180],
    ['the antimeridian written twice', { lat: 10, lon: 180 }, { lat: 10, lon: -180 }, 0],
    ['a quarter of the equator', { lat: 0, lon: 0 }, { lat: 0, lon: 90 }, halfway / 2],
  ])('%s', (_case, a, b, km) => {
    expect(Math.abs(distanceKm(a, b) - km)).toBeLessThan(0.001)
    expect(Math.abs(distanceMatrixKm([a], [b])[0]! - km)).toBeLessThan(0.001)
  })

  it('agrees with the haversine within a metre, by geolib and by unit vectors, and is symmetric', () => {
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        expect(Math.abs(distanceKm(a, b) - haversineKm(a, b))).toBeLessThan(0.001)
        expect(Math.abs(distanceMatrixKm([a], [b])[0]! - haversineKm(a, b))).toBeLessThan(0.001)
        expect(distanceKm(a, b)).toBe(distanceKm(b, a))
        expect(distanceMatrixKm([a], [b])[0]).toBe(distanceMatrixKm([b], [a])[0])
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the nearest of many points', () => {
  it('is the one that a search through all of them finds', () => {
    fc.assert(
      fc.property(fc.array(anywhere, { minLength: 1, maxLength: 40 }), anywhere, (points, wanted) => {
        const found = createFindNearest(points)(wanted.lat, wanted.lon)
        const nearestKm = Math.min(...points.map(point => haversineKm(point, wanted)))
        expect(haversineKm(points[found]!, wanted) - nearestKm).toBeLessThan(0.001)
      }),
      { numRuns: 500 },
    )
  })

  it('is the first of equals, and -1 of none', () => {
    const points = [
      { lat: 10, lon: 0 },
      { lat: -10, lon: 0 },
      { lat: 10, lon: 0 },
    ]
    expect(createFindNearest(points)(0, 0)).toBe(0)
    expect(createFindNearest(points)(90, 0)).toBe(0)
    expect(createFindNearest([])(0, 0)).toBe(-1)
  })
})
