import { type Document, isMap, isSeq, parseDocument } from 'yaml'
import type { Place } from '../geo/place.ts'
import type { Plan, PopPlan } from '../scenario/plan.ts'

// The scenario's text is all the state that the page has: controls read the plan made from it, and write into the text. Comments
// and the order of keys stay as the person wrote them.

type Path = readonly (string | number)[]

/** The text with a value put at a path; maps on the way are made, and what is no map is replaced by one. */
export function setValue(text: string, path: Path, value: unknown): string {
  return edit(text, document => put(document, path, value))
}

/** The text without what stands at a path. */
export function removeValue(text: string, path: Path): string {
  return edit(text, document => {
    if (document.hasIn(path)) document.deleteIn(path)
  })
}

/** The PoPs of a text as a list with coordinates, whatever they were before: as a map is changed by hand it becomes one. */
export function setPops(text: string, pops: readonly { id: string; place: Place; row?: unknown }[]): string {
  return edit(text, document => {
    const before = listed(document)
    const rows = pops.map(({ id, place }) => ({ ...(before.get(id) ?? {}), id, at: writtenPlace(place) }))
    const node = document.createNode(rows)
    if (isSeq(node)) for (const item of node.items) if (isMap(item)) item.flow = true
    document.set('pops', node)
  })
}

/** The edges of a plan, as `setPops` takes them. */
export function edgesOf({ pops }: Plan): PopPlan[] {
  return pops.filter(({ isEdge }) => isEdge)
}

/** An id that no PoP has: the letters of a name, with a number where that is taken. */
export function freshId(name: string, taken: ReadonlySet<string>): string {
  const letters = name
    .normalize('NFKD')
    .replace(/[^A-Za-z]/g, '')
    .slice(0, 3)
    .toUpperCase()
  const stem = letters === '' ? 'POP' : letters
  for (let number = 1; ; number++) {
    const id = number === 1 ? stem : `${stem}${number}`
    if (!taken.has(id.toLowerCase())) return id
  }
}

/** Adds what happens at a time. */
export function addEvent(text: string, event: Record<string, unknown>): string {
  return edit(text, document => {
    const events = document.get('events')
    const node = document.createNode(event)
    if (isMap(node)) node.flow = true
    if (isSeq(events)) events.add(node)
    else document.set('events', document.createNode([]))
    if (!isSeq(events)) document.addIn(['events'], node)
    const list = document.get('events')
    if (isSeq(list)) list.flow = false
  })
}

/** Sets the lifetime of everything that no other rule names. */
export function setTtl(text: string, ttl: string): string {
  return edit(text, document => {
    const behaviors = document.get('behaviors')
    const last = isSeq(behaviors) ? behaviors.items.length - 1 : -1
    if (last >= 0) put(document, ['behaviors', last, 'cache', 'ttl'], ttl)
    else put(document, ['behaviors'], [{ path: '*', cache: { ttl } }])
  })
}

/** The document of the text that was written last: who drags a PoP or a slider changes the same text again and again. */
let latest: { text: string; document: Document } | null = null

function edit(text: string, change: (document: Document) => void): string {
  const document: Document = latest?.text === text ? latest.document : parseDocument(text)
  latest = null
  if (document.errors.length > 0) return text
  if (!isMap(document.contents)) document.contents = document.createNode({}) as unknown as Document['contents']
  change(document)
  const written = document.toString({ lineWidth: 0 })
  latest = { text: written, document }
  return written
}

function put(document: Document, path: Path, value: unknown): void {
  for (let depth = 1; depth < path.length; depth++) {
    const node = document.getIn(path.slice(0, depth), true)
    if (!isMap(node) && !isSeq(node)) document.setIn(path.slice(0, depth), document.createNode({}))
  }
  document.setIn(path, typeof value === 'object' && value !== null ? document.createNode(value) : value)
}

/** The rows of the list of PoPs by id; none where the PoPs are those of a map. */
function listed(document: Document): Map<string, Record<string, unknown>> {
  const rows = (document.toJS() as { pops?: unknown }).pops
  if (!Array.isArray(rows)) return new Map()
  return new Map(rows.map(row => [String((row as { id: unknown }).id), row as Record<string, unknown>]))
}

function writtenPlace({ lat, lon, name, cc }: Place): Record<string, unknown> {
  const at = { lat: round(lat), lon: round(lon) }
  return { ...at, ...(name === undefined ? {} : { name }), ...(cc && /^[A-Z]{2}$/.test(cc) ? { cc } : {}) }
}

function round(degrees: number): number {
  return Math.round(degrees * 1e4) / 1e4
}
