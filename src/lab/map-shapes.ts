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

/** A part of the map: its corner, and its width as a share of the whole. */
export interface Frame {
  x: number
  y: number
  zoom: number
}

export const wholeWorld: Frame = { x: 0, y: 0, zoom: 1 }

const leastZoom = 1 / 8
const margin = 40

/** The smallest frame around some places that has the map's proportions; the whole map when they lie all over it. */
export function frameAround(places: readonly { lat: number; lon: number }[]): Frame {
  let [left, right, top, bottom] = [mapWidth, 0, mapHeight, 0]
  for (const { lat, lon } of places) {
    const [x, y] = project(lat, lon)
    left = Math.min(left, x - margin)
    right = Math.max(right, x + margin)
    top = Math.min(top, y - margin)
    bottom = Math.max(bottom, y + margin)
  }
  const zoom = Math.max(leastZoom, (right - left) / mapWidth, (bottom - top) / mapHeight)
  if (zoom > 0.7) return wholeWorld
  const within = (middle: number, size: number): number =>
    Math.max(0, Math.min(size * (1 - zoom), middle - (size * zoom) / 2))
  return { x: within((left + right) / 2, mapWidth), y: within((top + bottom) / 2, mapHeight), zoom }
}
