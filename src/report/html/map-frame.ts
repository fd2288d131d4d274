import { type GeoProjection, geoNaturalEarth1, geoPath } from 'd3-geo'
import { feature, mesh } from 'topojson-client'
import type { GeometryObject, Topology } from 'topojson-specification'
import type { Place } from '../../geo/place.ts'
import { coordinate } from './markup.ts'

const widthOfMap = 1000
const north = 78
const south = -57
/** Degrees of longitude up to which a run is shown as a region, and the margin around it. */
const widestRegion = 100
const margin = 4

/** A part of the world on a drawing of `width` by `height`. */
export interface Frame {
  projection: GeoProjection
  width: number
  height: number
}

/** The part of the world to show: all of it, or with a margin the region where everything happens. */
export function frameOf(places: readonly Place[]): Frame {
  const middleOf = (values: readonly number[]): [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return [(low + high) / 2, high - low]
  }
  const [lon, lonSpan] = middleOf(places.map(place => place.lon))
  const [, latSpan] = middleOf(places.map(place => place.lat))
  if (places.length > 0 && lonSpan < widestRegion && latSpan < widestRegion / 2) {
    const height = widthOfMap / 2
    const coordinates = places.flatMap(place => [
      [place.lon - margin, place.lat - margin / 2],
      [place.lon + margin, Math.min(89, place.lat + margin / 2)],
    ])
    const extent: [[number, number], [number, number]] = [
      [0, 0],
      [widthOfMap, height],
    ]
    const projection = geoNaturalEarth1().rotate([-lon, 0]).fitExtent(extent, { type: 'MultiPoint', coordinates })
    return { projection: projection.clipExtent(extent), width: widthOfMap, height }
  }
  const projection = geoNaturalEarth1().rotate([-11, 0]).fitWidth(widthOfMap, { type: 'Sphere' })
  const top = projection([11, north])![1]
  const height = projection([11, south])![1] - top
  projection.translate([projection.translate()[0], projection.translate()[1] - top])
  projection.clipExtent([
    [0, 0],
    [widthOfMap, height],
  ])
  return { projection, width: widthOfMap, height }
}

/** Sea, land and coasts. `land` is the text of world-atlas/land-110m.json; empty: no land. */
export function coasts(land: string, projection: GeoProjection): string {
  const path = geoPath(projection).digits(1)
  const outline = `<path class="sea" d="${path({ type: 'Sphere' }) ?? ''}"/>`
  if (land === '') return outline
  const topology = JSON.parse(land) as Topology
  const shape = topology.objects.land as GeometryObject
  return `${outline}<path class="land" d="${path(feature(topology, shape)) ?? ''}"/><path class="coast" d="${path(mesh(topology, shape)) ?? ''}"/>`
}

/** Where a place lies on the drawing. */
export function pointOf({ place }: { place: Place }, projection: GeoProjection): string {
  const [x, y] = projection([place.lon, place.lat]) ?? [0, 0]
  return `${coordinate(x)} ${coordinate(y)}`
}
