import type { CityRow, PopRow, RunResult } from '../stats/result.ts'
import { svg } from './dom.ts'
import { arcPath, pie, project } from './map-shapes.ts'
import { sayPop } from './map-words.ts'
import { aliveAt } from './moments.ts'
import type { LabState } from './store.ts'

/** What the dots of the cities show. */
export type CityScale = 'latency' | 'saved'

/** Borders between the five steps of each scale, in ms. */
export const scaleSteps: Record<CityScale, readonly number[]> = {
  latency: [60, 100, 150, 220],
  saved: [0, 40, 100, 200],
}

const mostArcs = 60

/** The layers of the map, from below to above. */
export type MapLayers = Record<'arcs' | 'cities' | 'origin' | 'pops', SVGGElement>

/** Draws what is on the land. A layer is drawn anew only when what it shows is another: it may hold thousands of shapes. */
export function createPainter(layers: MapLayers): (state: LabState, scale: CityScale, zoom: number) => void {
  const areOtherCities = createChangeCheck()
  const areOtherPops = createChangeCheck()
  return (state, scale, zoom) => {
    const { plan, run, chosen, atMs } = state
    const result = run?.result ?? null
    if (areOtherCities([run, scale, zoom])) {
      layers.cities.replaceChildren(...(result?.cities.map((city, index) => cityDot(city, index, scale, zoom)) ?? []))
      layers.arcs.replaceChildren(...(result ? busiestArcs(result) : []))
    }
    const alive = aliveAt(plan, atMs)
    if (!areOtherPops([plan, run, chosen, zoom, alive.join()])) return
    const [x, y] = project(plan.origin.place.lat, plan.origin.place.lon)
    const at = `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${zoom.toFixed(3)})`
    layers.origin.replaceChildren(
      svg('path', { class: 'origin', 'data-origin': '', d: 'M0,-14 14,0 0,14 -14,0Z', transform: at }),
    )
    drawPops(state, layers.pops, alive, zoom)
  }
}

/** Says whether one of some values is another than it was at the last call. */
function createChangeCheck(): (values: readonly unknown[]) => boolean {
  let last: readonly unknown[] = []
  return values => {
    const isOther = values.length !== last.length || values.some((value, index) => value !== last[index])
    last = values
    return isOther
  }
}

/** The id of the PoP that an element belongs to, or null. */
export function popIdOf(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest('[data-pop]')?.getAttribute('data-pop') ?? null) : null
}

function cityDot(city: CityRow, index: number, scale: CityScale, zoom: number): SVGElement {
  const [x, y] = project(city.place.lat, city.place.lon)
  const value = scale === 'latency' ? city.meanMs : city.savedMeanMs
  const steps = scaleSteps[scale]
  const at = steps.findIndex(border => value < border)
  const step = at < 0 ? steps.length : at
  const colour = scale === 'latency' ? step : steps.length - step
  const radius = Math.min(5, 1.4 + Math.sqrt(city.requests) / 45)
  const missed = city.fastestPop === null ? '' : ' misrouted'
  return svg('circle', {
    class: `city step-${colour}${missed}`,
    'data-city': index,
    cx: x.toFixed(2),
    cy: y.toFixed(2),
    r: (radius * zoom).toFixed(2),
  })
}

function busiestArcs({ cities, pops }: RunResult): SVGElement[] {
  return [...cities]
    .sort((a, b) => b.requests - a.requests)
    .slice(0, mostArcs)
    .filter(city => pops[city.pop] !== undefined)
    .map(city => {
      const isMissed = city.fastestPop !== null
      return svg('path', { class: isMissed ? 'arc misrouted' : 'arc', d: arcPath(city.place, pops[city.pop]!.place) })
    })
}

/** Draws PoPs where the plan has them; figures come from the last run where it knew them. */
function drawPops({ plan, chosen, run }: LabState, layer: SVGGElement, alive: readonly boolean[], zoom: number): void {
  const hadFocus = layer.contains(document.activeElement)
  const rows = new Map(run?.result.pops.map(row => [row.id, row]))
  const busiest = Math.max(1, ...(run?.result.pops.map(({ requests }) => requests) ?? []))
  const first = chosen || plan.pops[0]!.id
  const drawn = plan.pops.map(({ id, place, isEdge }, pop) => {
    const row = rows.get(id)
    const [x, y] = project(place.lat, place.lon)
    const radius = plan.pops.length > 100 ? 3 + 7 * share(row, busiest) : 5 + 8 * share(row, busiest)
    const state = `${alive[pop] ? '' : ' down'}${id === chosen ? ' chosen' : ''}`
    const shape = isEdge
      ? [
          svg('circle', { class: 'disc', r: radius.toFixed(1) }),
          svg('path', { class: 'full', d: pie(radius, row?.hitRatio ?? 0) }),
        ]
      : [svg('path', { class: 'shield', d: 'M0,-10 8,-7V1C8,6 4,9 0,11 -4,9 -8,6 -8,1V-7Z' })]
    return svg(
      'g',
      {
        class: `pop${state}`,
        transform: `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${zoom.toFixed(3)})`,
        ...(isEdge
          ? {
              'data-pop': id,
              tabindex: id === first ? 0 : -1,
              role: 'button',
              'aria-label': sayPop(id, place, row),
              'aria-pressed': String(id === chosen),
            }
          : { 'data-shield': id }),
      },
      svg('circle', { class: 'reach', r: Math.max(9, radius + 2).toFixed(1) }),
      ...shape,
      alive[pop] ? null : svg('path', { class: 'cross', d: 'M-7,-7 7,7M7,-7 -7,7' }),
    )
  })
  layer.replaceChildren(...drawn)
  if (hadFocus) layer.querySelector<SVGElement>(`[data-pop="${CSS.escape(first)}"]`)?.focus()
}

function share(row: PopRow | undefined, busiest: number): number {
  return row ? Math.sqrt(row.requests / busiest) : 0
}
