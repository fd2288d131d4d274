import { createFindNearest } from '../geo/nearest.ts'
import type { Place } from '../geo/place.ts'
import { edgesOf, freshId, setPops } from './edit.ts'
import { popIdOf } from './map-draw.ts'
import { unproject } from './map-shapes.ts'
import type { Store } from './store.ts'
import type { Tip } from './tip.ts'

interface Point {
  lat: number
  lon: number
}

/** What hands can do to the PoPs of a map. */
interface PopVerbs {
  add(at: Point): void
  /** Moves with the same `group` in a row are undone at once. */
  move(id: string, at: Point, group: string): void
  /** Takes a PoP out, unless it is the only one. */
  remove(id: string): void
}

/** Lets the PoPs on a canvas be placed, dragged, chosen and removed, by pointer and by keyboard. */
export function createMapHands(store: Store, canvas: SVGSVGElement, tip: Tip): PopVerbs {
  const nameOf = createNames(store)
  const verbs: PopVerbs = {
    add: at => addPop(store, nameOf(at)),
    move(id, at, group) {
      const place = nameOf(at)
      const edges = edgesOf(store.get().plan).map(pop => (pop.id === id ? { id, place } : pop))
      store.edit(text => setPops(text, edges), group)
    },
    remove(id) {
      const left = edgesOf(store.get().plan).filter(pop => pop.id !== id)
      if (left.length === 0) return
      store.show({ chosen: '' })
      store.edit(text => setPops(text, left))
      tip.hide()
    },
  }
  followPointer(store, canvas, tip, verbs)
  canvas.addEventListener('keydown', event => keyOnMap(event, store, verbs))
  canvas.addEventListener('focusin', event => {
    const id = popIdOf(event.target)
    if (id !== null && store.get().chosen !== id) store.show({ chosen: id })
  })
  return verbs
}

/** Adds a PoP at a place with an id of its own, and chooses it. */
export function addPop(store: Store, place: Place): void {
  const { pops } = store.get().plan
  const id = freshId(place.name ?? '', new Set(pops.map(pop => pop.id.toLowerCase())))
  store.show({ chosen: id })
  store.edit(text => setPops(text, [...edgesOf(store.get().plan), { id, place }]))
}

/** Pixels that a hand may shake in a click. */
const shakePixels = 4

/** A press on a PoP that moves drags it, any other chooses it; a press on nothing places one. */
function followPointer(store: Store, canvas: SVGSVGElement, tip: Tip, { add, move }: PopVerbs): void {
  let drag: { id: string; moved: boolean; x: number; y: number } | null = null
  let frame = 0
  const drop = (at: Point | null): void => {
    cancelAnimationFrame(frame)
    frame = 0
    if (drag !== null && at !== null) move(drag.id, at, `move ${drag.id}`)
  }
  canvas.addEventListener('pointerdown', event => {
    const id = popIdOf(event.target)
    if (id === null || event.button !== 0) return
    drag = { id, moved: false, x: event.clientX, y: event.clientY }
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', event => {
    if (drag === null) return
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < shakePixels) return
    drag.moved = true
    tip.hide()
    // A pointer tells of more moves than can be drawn.
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(() => drop(pointOf(canvas, event)))
  })
  canvas.addEventListener('pointerup', event => {
    const at = event.button === 0 ? pointOf(canvas, event) : null
    if (drag === null) {
      if (at) add(at)
      return
    }
    if (!drag.moved) store.show({ chosen: drag.id })
    else if (frame !== 0) drop(at)
    drag = null
  })
  canvas.addEventListener('pointercancel', () => {
    drag = null
  })
  canvas.addEventListener('dblclick', event => event.preventDefault())
}

/** The point of the globe under the pointer, or null outside the globe. */
function pointOf(canvas: SVGSVGElement, { clientX, clientY }: PointerEvent): Point | null {
  const matrix = canvas.getScreenCTM()
  if (!matrix) return null
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse())
  return unproject(x, y)
}

const steps: Record<string, [number, number]> = {
  ArrowUp: [1, 0],
  ArrowDown: [-1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** Arrows go from PoP to PoP, with Shift they move one by a degree; Delete takes it out. */
function keyOnMap(event: KeyboardEvent, store: Store, { move, remove }: PopVerbs): void {
  const id = popIdOf(event.target)
  const edges = edgesOf(store.get().plan)
  const here = edges.find(pop => pop.id === id)
  if (!here || id === null) return
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

/** Names a point after the nearest city. */
function createNames({ atlas }: Store): (at: Point) => Place {
  const find = createFindNearest(atlas.cities)
  return ({ lat, lon }) => {
    const city = atlas.cities[find(lat, lon)]
    return { lat, lon, ...(city ? { name: city.name, cc: city.cc } : {}) }
  }
}
