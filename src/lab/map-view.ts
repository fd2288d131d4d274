import type { Topology } from 'topojson-specification'
import { createFindNearest } from '../geo/nearest.ts'
import type { Place } from '../geo/place.ts'
import { byId, html, svg } from './dom.ts'
import { edgesOf, freshId, setPops } from './edit.ts'
import { type CityScale, createPainter, type MapLayers, popIdOf } from './map-draw.ts'
import { type Frame, frameAround, landShape, mapHeight, mapWidth, unproject, wholeWorld } from './map-shapes.ts'
import { describe } from './map-words.ts'
import type { LabState, Store } from './store.ts'
import type { Tip } from './tip.ts'

/** Draws the world, and lets PoPs be placed, moved, chosen and removed by pointer and by keyboard. */
export function createMap(store: Store, world: Topology, tip: Tip): { setScale(scale: CityScale): void } {
  const layers = Object.fromEntries(
    ['arcs', 'cities', 'origin', 'pops'].map(name => [name, svg('g', { class: name })]),
  ) as MapLayers
  const draw = createPainter(layers)
  const canvas = svg(
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
  byId('map').replaceChildren(canvas)
  const nameOf = createNames(store)
  let scale: CityScale = 'latency'
  let frame = wholeWorld
  let drag: { id: string; moved: boolean; x: number; y: number } | null = null

  const pointOf = (event: PointerEvent | MouseEvent): { lat: number; lon: number } | null => {
    const matrix = canvas.getScreenCTM()
    if (!matrix) return null
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse())
    return unproject(x, y)
  }
  const move = (id: string, at: { lat: number; lon: number }, group: string): void => {
    const edges = edgesOf(store.get().plan)
    const place = nameOf(at)
    store.edit(
      text =>
        setPops(
          text,
          edges.map(pop => (pop.id === id ? { id, place } : pop)),
        ),
      group,
    )
  }
  const remove = (id: string): void => {
    const left = edgesOf(store.get().plan).filter(pop => pop.id !== id)
    if (left.length === 0) return
    store.show({ chosen: '' })
    store.edit(text => setPops(text, left))
    tip.hide()
  }
  const add = (at: { lat: number; lon: number }): void => addPop(store, nameOf(at))

  canvas.addEventListener('pointerdown', event => {
    const id = popIdOf(event.target)
    if (id === null || event.button !== 0) return
    drag = { id, moved: false, x: event.clientX, y: event.clientY }
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', event => {
    if (drag === null) return
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 4) return
    drag.moved = true
    tip.hide()
    const at = pointOf(event)
    if (at) move(drag.id, at, `move ${drag.id}`)
  })
  canvas.addEventListener('pointerup', event => {
    const done = drag
    drag = null
    if (done) {
      if (!done.moved) store.show({ chosen: done.id })
      return
    }
    const at = event.button === 0 ? pointOf(event) : null
    if (at) add(at)
  })
  canvas.addEventListener('dblclick', event => event.preventDefault())
  canvas.addEventListener('keydown', event => keyOnMap(event, store, { move, remove }))
  canvas.addEventListener('focusin', event => {
    const id = popIdOf(event.target)
    if (id !== null && store.get().chosen !== id) store.show({ chosen: id })
  })
  tip.follow(canvas, target => describe(target, store.get()))

  const wider = html('button', { type: 'button', class: 'wider' }, 'Whole world')
  const remover = html('button', {
    type: 'button',
    class: 'remover',
    hidden: true,
    onclick: () => remove(store.get().chosen),
  })
  const look = (next: Frame): void => {
    frame = next
    canvas.setAttribute('viewBox', `${frame.x} ${frame.y} ${mapWidth * frame.zoom} ${mapHeight * frame.zoom}`)
    wider.hidden = frame.zoom === 1
    draw(store.get(), scale, frame.zoom)
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
  store.watch((state, isNewText) => {
    if (isNewText) follow(state)
    remover.hidden = !state.plan.pops.some(({ id, isEdge }) => isEdge && id === state.chosen)
    remover.textContent = `Remove ${state.chosen}`
    draw(state, scale, frame.zoom)
  })
  follow(store.get())
  byId('map').append(
    wider,
    remover,
    html('p', { class: 'hint' }, 'Click the map to place a PoP, drag to move it; Delete removes the chosen one.'),
  )
  return {
    setScale(next) {
      scale = next
      draw(store.get(), scale, frame.zoom)
    },
  }
}

/** Adds a PoP at a place with an id of its own, and chooses it. */
export function addPop(store: Store, place: Place): void {
  const { pops } = store.get().plan
  const id = freshId(place.name ?? '', new Set(pops.map(pop => pop.id.toLowerCase())))
  store.show({ chosen: id })
  store.edit(text => setPops(text, [...edgesOf(store.get().plan), { id, place }]))
}

/** Names a point after the nearest city. */
function createNames({ atlas }: Store): (at: { lat: number; lon: number }) => Place {
  const find = createFindNearest(atlas.cities)
  return ({ lat, lon }) => {
    const city = atlas.cities[find(lat, lon)]
    return { lat, lon, ...(city ? { name: city.name, cc: city.cc } : {}) }
  }
}

interface PopVerbs {
  move(id: string, at: { lat: number; lon: number }, group: string): void
  remove(id: string): void
}

function keyOnMap(event: KeyboardEvent, store: Store, { move, remove }: PopVerbs): void {
  const id = popIdOf(event.target)
  const edges = edgesOf(store.get().plan)
  const here = edges.find(pop => pop.id === id)
  if (!here || id === null) return
  const steps: Record<string, [number, number]> = {
    ArrowUp: [1, 0],
    ArrowDown: [-1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  }
  const step = steps[event.key]
  if (event.key === 'Delete' || event.key === 'Backspace') remove(id)
  else if (step && event.shiftKey) {
    const lat = Math.max(-85, Math.min(85, here.place.lat + step[0]))
    const lon = ((here.place.lon + step[1] + 540) % 360) - 180
    move(id, { lat, lon }, `keys ${id}`)
  } else if (step) {
    const index = edges.indexOf(here)
    const next = edges[(index + (step[0] - step[1] > 0 ? edges.length - 1 : 1)) % edges.length]!
    store.show({ chosen: next.id })
  } else return
  event.preventDefault()
}
