import type { Topology } from 'topojson-specification'
import { byId, html, svg } from './dom.ts'
import { type CityScale, createPainter, type MapLayers } from './map-draw.ts'
import { createMapHands } from './map-hands.ts'
import { type Frame, frameAround, landShape, mapHeight, mapWidth, wholeWorld } from './map-shapes.ts'
import { describe } from './map-words.ts'
import type { LabState, Store } from './store.ts'
import type { Tip } from './tip.ts'

/** Draws the world, and lets PoPs be placed, moved, chosen and removed by pointer and by keyboard. */
export function createMap(store: Store, world: Topology, tip: Tip): { setScale(scale: CityScale): void } {
  const layers = Object.fromEntries(
    ['arcs', 'cities', 'origin', 'pops'].map(name => [name, svg('g', { class: name })]),
  ) as MapLayers
  const draw = createPainter(layers)
  const canvas = createCanvas(world, layers)
  const { remove } = createMapHands(store, canvas, tip)
  tip.follow(canvas, target => describe(target, store.get()))
  let scale: CityScale = 'latency'
  let frame = wholeWorld
  const redraw = (): void => draw(store.get(), scale, frame.zoom)

  const wider = html('button', { type: 'button', class: 'wider' }, 'Whole world')
  const remover = html('button', { type: 'button', class: 'remover' })
  remover.addEventListener('click', () => remove(store.get().chosen))
  const look = (next: Frame): void => {
    frame = next
    canvas.setAttribute('viewBox', `${frame.x} ${frame.y} ${mapWidth * frame.zoom} ${mapHeight * frame.zoom}`)
    wider.hidden = frame.zoom === 1
    redraw()
  }
  wider.addEventListener('click', () => look(wholeWorld))
  let region = ''
  // The frame follows where visitors are, and not each PoP: what is dragged must not move the map under it.
  const follow = ({ plan }: LabState): void => {
    const { places } = plan.visitors
    const next = JSON.stringify(places)
    if (next === region) return
    region = next
    look(frameAround([...places, plan.origin.place, ...plan.pops.map(({ place }) => place)]))
  }
  const watch = (state: LabState, isNewText: boolean): void => {
    if (isNewText) follow(state)
    remover.hidden = !state.plan.pops.some(({ id, isEdge }) => isEdge && id === state.chosen)
    remover.textContent = `Remove ${state.chosen}`
    redraw()
  }
  store.watch(watch)
  watch(store.get(), true)
  byId('map').replaceChildren(
    canvas,
    wider,
    remover,
    html('p', { class: 'hint' }, 'Click the map to place a PoP, drag to move it; Delete removes the chosen one.'),
  )
  return {
    setScale(next) {
      scale = next
      redraw()
    },
  }
}

function createCanvas(world: Topology, layers: MapLayers): SVGSVGElement {
  return svg(
    'svg',
    {
      viewBox: `0 0 ${mapWidth} ${mapHeight}`,
      role: 'group',
      'aria-label': 'World map with PoPs, cities and the origin',
    },
    svg('rect', { class: 'sea', width: mapWidth, height: mapHeight }),
    landShape(world),
    layers.arcs,
    layers.cities,
    layers.origin,
    layers.pops,
  )
}
