import { type GeoProjection, geoPath } from 'd3-geo'
import { formatDigits } from '../../lib/quantity.ts'
import type { CityRow, PopRow, RunResult } from '../../stats/result.ts'
import { formatCount } from '../figures.ts'
import { inertHtml, inertJson, inertText } from '../inert.ts'
import { coasts, type Frame, frameOf, pointOf } from './map-frame.ts'
import { coordinate, stepOf, viridis } from './markup.ts'

/** Cities and detours that get an arc of their own: those with most requests. */
const arcsShown = 120
const detoursShown = 60
/** A longer round trip than to the fastest PoP that is worth a mark, in ms. */
const detourMs = 25
const cityClasses = 5

/**
 * The world: PoPs sized by traffic and coloured by hit ratio, cities coloured by latency or by what they save, arcs from the busiest
 * cities to their PoP, detours marked. Cities are drawn as one path a colour, so that thousands of them cost nothing.
 * `land` is the text of world-atlas/land-110m.json; without it the map has no coasts.
 */
export function worldMap(result: RunResult, land: string): string {
  const frame = mapFrameOf(result)
  return mapHtml(frame, land, mapParts(result, frame))
}

/** The frame of a map that shows a result's PoPs and cities. */
export function mapFrameOf({ pops, cities }: RunResult): Frame {
  return frameOf([...pops, ...cities].map(({ place }) => place))
}

/** What a map says of a result, as HTML, and for those who do not see it. Everything else on a map stays as it is. */
export interface MapParts {
  words: string
  layers: string
  legend: string
  places: string
  hasDetours: boolean
}

/** `isDown` tells of PoPs that do not answer; with it a map shows those without requests too. */
export function mapParts(
  { pops, cities }: Pick<RunResult, 'pops' | 'cities'>,
  { projection }: Frame,
  isDown?: (pop: PopRow) => boolean,
): MapParts {
  const edges = pops.filter(({ isEdge }) => isEdge)
  const detours = cities.filter(city => city.requests > 0 && isDetour(city))
  const seen = edges.filter(({ requests }) => requests > 0)
  const ratios = seen.map(({ hitRatio }) => hitRatio)
  const [least, most] = [Math.min(...ratios, 1), Math.max(...ratios, 0)]
  const latency = classesOf(cities, ({ meanMs }) => meanMs)
  const saving = classesOf(cities, ({ savedMeanMs }) => -savedMeanMs)
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(0)} %`
  const range = seen.length === 0 ? '' : `; hit ratios from ${percent(least)} to ${percent(most)}`
  const shown = isDown ? edges : seen
  const busiest = cities
    .filter(city => city.requests > 0 && !isDetour(city))
    .sort(byRequests)
    .slice(0, arcsShown)
  const layers = [
    `<g class="arcs">${arcs('arc', busiest, pops, projection)}</g>`,
    cityLayer('by-latency', cities, latency.classOf, projection),
    cityLayer('by-saving', cities, saving.classOf, projection),
    `<g class="detours">${arcs('detour', [...detours].sort(byRequests).slice(0, detoursShown), pops, projection)}${rings(detours, projection)}</g>`,
    `<g class="pops">${popMarks(shown, projection, { least, most, isDown })}</g>`,
  ]
  const [low, high] = seen.length === 0 ? ['', 'nothing was asked'] : [percent(least), percent(most)]
  return {
    words: `World map. ${edges.length} PoPs, of which ${seen.length} are asked${range}. ${cities.length} cities; ${detours.length} of them are sent to a PoP that is ${detourMs} ms or more farther than their fastest one.`,
    layers: layers.join(''),
    legend: legends(low, high, latency.borders, saving.borders, detours.length),
    places: placesJson(shown, cities, pops, projection),
    hasDetours: detours.length > 0,
  }
}

/** A whole map, whose parts can be changed later by their ids. */
export function mapHtml(
  { projection, width, height }: Frame,
  land: string,
  { words, layers, legend, places, hasDetours }: MapParts,
): string {
  return [
    '<div class="map">',
    toggles(hasDetours),
    `<svg id="world" role="img" tabindex="0" aria-label="${inertHtml(words)} With the arrow keys you step through the PoPs." viewBox="0 0 ${width} ${coordinate(height)}">`,
    coasts(land, projection),
    `<g id="layers">${layers}</g>`,
    '<circle id="here" r="0"/></svg>',
    '<p id="tip" role="status" aria-live="polite">Point at a PoP or a city, or step through the PoPs with the arrow keys.</p>',
    `<p class="legend map-legend" id="map-legend">${legend}</p>`,
    `<script type="application/json" id="places">${places}</script></div>`,
  ].join('')
}

function isDetour({ fastestPop, rttMs, fastestRttMs }: CityRow): boolean {
  return fastestPop !== null && rttMs - fastestRttMs >= detourMs
}

function byRequests(a: { requests: number }, b: { requests: number }): number {
  return b.requests - a.requests
}

function toggles(hasDetours: boolean): string {
  const box = (id: string, label: string, isOn = true): string =>
    `<label><input type="checkbox" id="show-${id}"${isOn ? ' checked' : ''}> ${label}</label>`
  return [
    '<form class="toggles" aria-label="What the map shows">',
    box('pops', 'PoPs'),
    box('cities', 'cities'),
    box('arcs', 'busiest routes'),
    hasDetours ? box('detours', 'detours') : '',
    '<span class="choice">cities by <label><input type="radio" name="cities-by" id="by-latency" checked> latency</label> <label><input type="radio" name="cities-by" id="by-saving"> saving</label></span></form>',
  ].join('')
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

interface PopLook {
  least: number
  most: number
  isDown: ((pop: PopRow) => boolean) | undefined
}

function popMarks(pops: readonly PopRow[], projection: GeoProjection, { least, most, isDown }: PopLook): string {
  const busiest = Math.max(...pops.map(({ requests }) => requests), 1)
  return [...pops]
    .sort(byRequests)
    .map(pop => {
      const [x, y] = pointOf(pop, projection).split(' ')
      const title = `<title>${inertHtml(popWords(pop))}</title>`
      if (isDown?.(pop)) return `<path class="down" d="M${x} ${y}m-4 -4l8 8m0 -8l-8 8">${title}</path>`
      if (pop.requests === 0) return `<circle class="idle" cx="${x}" cy="${y}" r="2.2">${title}</circle>`
      const radius = 2.2 + 9 * Math.sqrt(pop.requests / busiest)
      const share = most > least ? (pop.hitRatio - least) / (most - least) : 1
      return `<circle cx="${x}" cy="${y}" r="${coordinate(radius)}" fill="${viridis[stepOf(share, viridis.length)]}">${title}</circle>`
    })
    .join('')
}

function popWords({ id, place, requests, hitRatio, p95Ms, savedMeanMs }: PopRow): string {
  const name = place.name && place.name !== id ? `${id}, ${place.name}` : id
  if (requests === 0) return `${name}: no requests`
  const ms = (value: number | null): string => (value === null ? '-' : `${formatDigits(value)} ms`)
  return `${name}: ${formatCount(requests)} requests, hit ratio ${(100 * hitRatio).toFixed(1)} %, p95 ${ms(p95Ms)}, saves ${ms(savedMeanMs)} on average`
}

/** What the page tells of the place under the pointer: x, y and text of PoPs; of cities the figures, from which the page makes a text. */
function placesJson(
  shown: readonly PopRow[],
  cities: readonly CityRow[],
  pops: readonly PopRow[],
  projection: GeoProjection,
): string {
  const xy = (row: PopRow | CityRow): number[] => pointOf(row, projection).split(' ').map(Number)
  const whole = (value: number): number | null => (Number.isFinite(value) ? Math.round(value) : null)
  return inertJson({
    pops: [...shown].sort(byRequests).map(pop => [...xy(pop), inertText(popWords(pop))]),
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
    latency.length === 0
      ? ''
      : `<span class="scale ${id}"><b>${title}</b> ${low} ${[0, 1, 2, 3, 4].map(step => swatch(`class="c${step}"`)).join('')} ${high}</span>`
  const ms = (values: readonly number[], index: number, sign: number): string =>
    `${formatDigits(sign * (values.at(index) ?? 0))} ms`
  return [
    `<span class="scale"><b>PoPs, hit ratio</b> ${least} ${scale} ${most}</span>`,
    classes('cities, mean latency', 'by-latency', `below ${ms(latency, 0, 1)}`, `above ${ms(latency, -1, 1)}`),
    classes('cities, mean saved', 'by-saving', `above ${ms(saving, 0, -1)}`, `below ${ms(saving, -1, -1)}`),
    detours > 0 ? `<span class="key ring-key">detours: ${detourMs} ms or more farther than the fastest PoP</span>` : '',
  ].join('')
}
