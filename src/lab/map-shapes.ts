import { geoNaturalEarth1, geoPath } from 'd3-geo'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import { svg } from './dom.ts'

/** The size of the map in its own units. */
export const mapWidth = 960
export const mapHeight = 470

const projection = geoNaturalEarth1().fitExtent(
  [
    [4, 4],
    [mapWidth - 4, mapHeight + 52],
  ],
  { type: 'Sphere' },
)

/** A point of the globe on the map. */
export function project(lat: number, lon: number): [number, number] {
  return projection([lon, lat]) ?? [0, 0]
}

/** The point of the globe under a point of the map, or null outside the globe. */
export function unproject(x: number, y: number): { lat: number; lon: number } | null {
  const found = projection.invert?.([x, y])
  if (!found) return null
  const [lon, lat] = found
  const [backX, backY] = project(lat, lon)
  const isOnGlobe = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && Math.hypot(backX - x, backY - y) < 1
  return isOnGlobe ? { lat, lon } : null
}

/** The land as one path. */
export function landShape(world: Topology): SVGPathElement {
  const land = feature(world, world.objects.land as GeometryCollection)
  return svg('path', { class: 'land', d: geoPath(projection).digits(1)(land) ?? '' })
}

/** A great circle between two places, as a path; it may have two pieces at the map's edge. */
export function arcPath(from: { lat: number; lon: number }, to: { lat: number; lon: number }): string {
  const line = {
    type: 'LineString' as const,
    coordinates: [
      [from.lon, from.lat],
      [to.lon, to.lat],
    ],
  }
  return geoPath(projection).digits(1)(line) ?? ''
}

/** The part of a ring from the top on, clockwise, as a path: how full a PoP's disc is. */
export function pie(radius: number, share: number): string {
  if (share >= 0.9999) return `M0,${-radius}A${radius},${radius} 0 1 1 -0.01,${-radius}Z`
  if (!(share > 0)) return ''
  const angle = 2 * Math.PI * share
  const [x, y] = [radius * Math.sin(angle), -radius * Math.cos(angle)]
  return `M0,0V${-radius}A${radius},${radius} 0 ${share > 0.5 ? 1 : 0} 1 ${x.toFixed(2)},${y.toFixed(2)}Z`
}
