import { type GeoProjection, geoNaturalEarth1, geoPath } from 'd3-geo'
import { feature, mesh } from 'topojson-client'
import type { GeometryObject, Topology } from 'topojson-specification'
import type { Place } from '../../geo/place.ts'
import { formatDigits } from '../../lib/quantity.ts'
import type { CityRow, PopRow, RunResult } from '../../stats/result.ts'
import { formatCount } from '../figures.ts'
import { inertHtml, inertJson, inertText } from '../inert.ts'
import { coordinate, stepOf, viridis } from './markup.ts'

const widthOfMap = 1000
const north = 78
const south = -57
/** Cities and detours that get an arc of their own: those with most requests. */
const arcsShown = 120
const detoursShown = 60
/** A longer round trip than to the fastest PoP that is worth a mark, in ms. */
const detourMs = 25
const cityClasses = 5
/** Degrees of longitude up to which a run is shown as a region, and the margin around it. */
const widestRegion = 100
const margin = 4

/**
 * The world: PoPs sized by traffic and coloured by hit ratio, cities coloured by latency or by what they save, arcs from the busiest
 * cities to their PoP, detours marked. Cities are drawn as one path a colour, so that thousands of them cost nothing.
 * `land` is the text of world-atlas/land-110m.json; without it the map has no coasts.
 */
export function worldMap({ pops, cities }: RunResult, land: string): string {
  const { projection, height } = frameOf([...pops, ...cities].map(({ place }) => place))
  const edges = pops.filter(({ isEdge }) => isEdge)
  const detours = cities.filter(isDetour)
  const seen = edges.filter(({ requests }) => requests > 0)
  const ratios = seen.map(({ hitRatio }) => hitRatio)
  const [least, most] = [Math.min(...ratios, 1), Math.max(...ratios, 0)]
  const latency = classesOf(cities, ({ meanMs }) => meanMs)
  const saving = classesOf(cities, ({ savedMeanMs }) => -savedMeanMs)
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(0)} %`
  const range = seen.length === 0 ? '' : `; hit ratios from ${percent(least)} to ${percent(most)}`
  const words = `World map. ${edges.length} PoPs, of which ${seen.length} are asked${range}. ${cities.length} cities; ${detours.length} of them are sent to a PoP that is ${detourMs} ms or more farther than their fastest one.`
  return [
    '<div class="map">',
    toggles(detours.length),
    `<svg id="world" role="img" tabindex="0" aria-label="${inertHtml(words)} With the arrow keys you step through the PoPs." viewBox="0 0 ${widthOfMap} ${coordinate(height)}">`,
    coasts(land, projection),
    `<g class="arcs">${arcs(
      'arc',
      cities
        .filter(city => !isDetour(city))
        .sort(byRequests)
        .slice(0, arcsShown),
      pops,
      projection,
    )}</g>`,
    cityLayer('by-latency', cities, latency.classOf, projection),
    cityLayer('by-saving', cities, saving.classOf, projection),
    `<g class="detours">${arcs('detour', [...detours].sort(byRequests).slice(0, detoursShown), pops, projection)}${rings(detours, projection)}</g>`,
    `<g class="pops">${popMarks(seen, projection, least, most)}</g>`,
    '<circle id="here" r="0"/></svg>',
    '<p id="tip" role="status" aria-live="polite">Point at a PoP or a city, or step through the PoPs with the arrow keys.</p>',
    legends(percent(least), percent(most), latency.borders, saving.borders, detours.length),
    `<script type="application/json" id="places">${placesJson(edges, cities, projection)}</script></div>`,
  ].join('')
}

/** The part of the world to show: all of it, or with a margin the region where everything happens. */
function frameOf(places: readonly Place[]): { projection: GeoProjection; height: number } {
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
    return { projection: projection.clipExtent(extent), height }
  }
  const projection = geoNaturalEarth1().rotate([-11, 0]).fitWidth(widthOfMap, { type: 'Sphere' })
  const top = projection([11, north])![1]
  const height = projection([11, south])![1] - top
  projection.translate([projection.translate()[0], projection.translate()[1] - top])
  projection.clipExtent([
    [0, 0],
    [widthOfMap, height],
  ])
  return { projection, height }
}

function isDetour({ fastestPop, rttMs, fastestRttMs }: CityRow): boolean {
  return fastestPop !== null && rttMs - fastestRttMs >= detourMs
}

function byRequests(a: { requests: number }, b: { requests: number }): number {
  return b.requests - a.requests
}

function toggles(detours: number): string {
  const box = (id: string, label: string, isOn = true): string =>
    `<label><input type="checkbox" id="show-${id}"${isOn ? ' checked' : ''}> ${label}</label>`
  return [
    '<form class="toggles" aria-label="What the map shows">',
    box('pops', 'PoPs'),
    box('cities', 'cities'),
    box('arcs', 'busiest routes'),
    detours > 0 ? box('detours', 'detours') : '',
    '<span class="choice">cities by <label><input type="radio" name="cities-by" id="by-latency" checked> latency</label> <label><input type="radio" name="cities-by" id="by-saving"> saving</label></span></form>',
  ].join('')
}

function coasts(land: string, projection: GeoProjection): string {
  const path = geoPath(projection).digits(1)
  const outline = `<path class="sea" d="${path({ type: 'Sphere' }) ?? ''}"/>`
  if (land === '') return outline
  const topology = JSON.parse(land) as Topology
  const shape = topology.objects.land as GeometryObject
  return `${outline}<path class="land" d="${path(feature(topology, shape)) ?? ''}"/><path class="coast" d="${path(mesh(topology, shape)) ?? ''}"/>`
}

function pointOf({ place }: { place: PopRow['place'] }, projection: GeoProjection): string {
  const [x, y] = projection([place.lon, place.lat]) ?? [0, 0]
  return `${coordinate(x)} ${coordinate(y)}`
}

/** Borders of classes that hold equally many requests each, rounded to two digits, and the class of a city. */
function classesOf(
  cities: readonly CityRow[],
  measure: (city: CityRow) => number,
): { borders: number[]; classOf: (city: CityRow) => number } {
  const known = cities
    .filter(city => city.requests > 0 && Number.isFinite(measure(city)))
    .sort((a, b) => measure(a) - measure(b))
  const total = known.reduce((sum, { requests }) => sum + requests, 0)
  const borders: number[] = []
  let before = 0
  for (const city of known) {
    before += city.requests
    if (borders.length < cityClasses - 1 && before >= ((borders.length + 1) * total) / cityClasses)
      borders.push(Number(measure(city).toPrecision(2)))
  }
  return { borders, classOf: city => borders.filter(border => measure(city) > border).length }
}

/** Cities as dots: a path a class, each dot a stroke without length and with a round end. */
function cityLayer(
  id: string,
  cities: readonly CityRow[],
  classOf: (city: CityRow) => number,
  projection: GeoProjection,
): string {
  const busy = cities.reduce((sum, { requests }) => sum + requests, 0) / 200
  const paths = new Map<string, string[]>()
  for (const city of cities.filter(({ requests }) => requests > 0)) {
    const name = `c${classOf(city)}${city.requests > busy ? ' busy' : ''}`
    const dots = paths.get(name) ?? []
    dots.push(`M${pointOf(city, projection)}h0`)
    paths.set(name, dots)
  }
  const drawn = [...paths]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, dots]) => `<path class="${name}" d="${dots.join('')}"/>`)
  return `<g class="cities ${id}">${drawn.join('')}</g>`
}

function rings(detours: readonly CityRow[], projection: GeoProjection): string {
  const ring = (city: CityRow): string => {
    const [x, y] = pointOf(city, projection).split(' ').map(Number) as [number, number]
    return `M${coordinate(x - 2.4)} ${coordinate(y)}a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0 -4.8 0`
  }
  return `<path class="ring" d="${detours.map(ring).join('')}"/>`
}

function arcs(kind: string, cities: readonly CityRow[], pops: readonly PopRow[], projection: GeoProjection): string {
  const path = geoPath(projection).digits(1)
  const lines = cities.flatMap(({ place, pop }) => {
    const target = pops[pop]?.place
    if (!target) return []
    const coordinates = [
      [place.lon, place.lat],
      [target.lon, target.lat],
    ]
    return path({ type: 'LineString', coordinates }) ?? []
  })
  return `<path class="${kind}" d="${lines.join('')}"/>`
}

function popMarks(pops: readonly PopRow[], projection: GeoProjection, least: number, most: number): string {
  const busiest = Math.max(...pops.map(({ requests }) => requests), 1)
  return [...pops]
    .sort(byRequests)
    .map(pop => {
      const [x, y] = pointOf(pop, projection).split(' ')
      const radius = 2.2 + 9 * Math.sqrt(pop.requests / busiest)
      const share = most > least ? (pop.hitRatio - least) / (most - least) : 1
      return `<circle cx="${x}" cy="${y}" r="${coordinate(radius)}" fill="${viridis[stepOf(share, viridis.length)]}"><title>${inertHtml(popWords(pop))}</title></circle>`
    })
    .join('')
}

function popWords({ id, place, requests, hitRatio, p95Ms, savedMeanMs }: PopRow): string {
  const name = place.name && place.name !== id ? `${id}, ${place.name}` : id
  const ms = (value: number | null): string => (value === null ? '-' : `${formatDigits(value)} ms`)
  return `${name}: ${formatCount(requests)} requests, hit ratio ${(100 * hitRatio).toFixed(1)} %, p95 ${ms(p95Ms)}, saves ${ms(savedMeanMs)} on average`
}

/** What the page tells of the place under the pointer: x, y and text of PoPs; of cities the figures, from which the page makes a text. */
function placesJson(pops: readonly PopRow[], cities: readonly CityRow[], projection: GeoProjection): string {
  const xy = (row: PopRow | CityRow): number[] => pointOf(row, projection).split(' ').map(Number)
  const whole = (value: number): number | null => (Number.isFinite(value) ? Math.round(value) : null)
  const asked = pops.filter(({ requests }) => requests > 0).sort(byRequests)
  return inertJson({
    pops: asked.map(pop => [...xy(pop), inertText(popWords(pop))]),
    cities: cities
      .filter(({ requests }) => requests > 0)
      .map(city => [
        ...xy(city),
        inertText(city.name),
        city.requests,
        whole(city.meanMs),
        whole(city.savedMeanMs),
        inertText(pops[city.pop]?.id ?? '-'),
        city.fastestPop === null ? 0 : whole(city.rttMs - city.fastestRttMs),
      ]),
  })
}

function legends(
  least: string,
  most: string,
  latency: readonly number[],
  saving: readonly number[],
  detours: number,
): string {
  const swatch = (attribute: string): string =>
    `<svg class="swatch" aria-hidden="true"><rect width="100%" height="100%" ${attribute}/></svg>`
  const scale = viridis.map(color => swatch(`fill="${color}"`)).join('')
  const classes = (title: string, id: string, low: string, high: string): string =>
    `<span class="scale ${id}"><b>${title}</b> ${low} ${[0, 1, 2, 3, 4].map(step => swatch(`class="c${step}"`)).join('')} ${high}</span>`
  const ms = (values: readonly number[], index: number, sign: number): string =>
    `${formatDigits(sign * (values.at(index) ?? 0))} ms`
  return [
    '<p class="legend map-legend">',
    `<span class="scale"><b>PoPs, hit ratio</b> ${least} ${scale} ${most}</span>`,
    classes('cities, mean latency', 'by-latency', `below ${ms(latency, 0, 1)}`, `above ${ms(latency, -1, 1)}`),
    classes('cities, mean saved', 'by-saving', `above ${ms(saving, 0, -1)}`, `below ${ms(saving, -1, -1)}`),
    detours > 0 ? `<span class="key ring-key">detours: ${detourMs} ms or more farther than the fastest PoP</span>` : '',
    '</p>',
  ].join('')
}
