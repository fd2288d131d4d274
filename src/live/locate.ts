import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Atlas } from '../geo/atlas.ts'
import { distanceMatrixKm } from '../geo/distance.ts'
import { findPlace } from '../geo/find-place.ts'
import { createRttModel } from '../geo/models/index.ts'
import type { Place } from '../geo/place.ts'
import type { Router } from '../geo/router.ts'
import { createRouter } from '../geo/routers/index.ts'
import { rttMatrix } from '../geo/rtt.ts'
import type { Ms } from '../lib/clock.ts'
import { createRandom } from '../lib/random.ts'
import { UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'

/** Where a visitor is, and who serves there. */
export interface Located {
  place: Place
  /** Index of the edge, or -1 when none is alive. */
  pop: number
  rttMs: Ms
}

/** Finds the place of an address in a GeoIP database. */
export type FindAddress = (address: string) => Place | undefined

interface Known {
  place: Place
  route: Router
  rttMs: Float64Array
}

/**
 * Tells who serves a visitor: the place of `X-Sim-Location` or `?from=`, of the address in a GeoIP database, or the scenario's
 * first place; then the scenario's own router. Throws UserError for a place that nobody knows.
 */
export function createLocator(
  plan: Plan,
  atlas: Atlas,
  alive: Uint8Array,
  findAddress: FindAddress = () => undefined,
): (request: IncomingMessage, from: string | undefined, now: Ms) => Located {
  const edges = plan.pops.filter(({ isEdge }) => isEdge)
  const edgePlaces = edges.map(({ place }) => place)
  const model = createRttModel(atlas, plan.network.publicModel, 'public')
  const known = new LRUCache<string, Known>({ max: 10_000 })

  function knownAt(text: string, place: Place): Known {
    const found = known.get(text)
    if (found) return found
    const rttMs = rttMatrix(model, [place], edgePlaces)
    const { route } = createRouter(plan.router, {
      places: [place],
      weights: [1],
      pops: edges,
      distanceKm: distanceMatrixKm([place], edgePlaces),
      rttMs,
      random: createRandom(plan.seed, 'live router'),
    })
    const entry = { place, route, rttMs }
    known.set(text, entry)
    return entry
  }

  function placeOf(request: IncomingMessage, from: string | undefined): { text: string; place: Place } {
    const header = request.headers['x-sim-location']
    const text = from ?? (typeof header === 'string' ? header : undefined)
    if (text !== undefined && text.length > 200) throw new UserError('the name of a place is too long')
    if (text !== undefined) return { text, place: known.get(text)?.place ?? findPlace(atlas, text) }
    const address = request.socket.remoteAddress ?? ''
    const place = findAddress(address)
    return place ? { text: `address ${address}`, place } : { text: '', place: plan.visitors.places[0]! }
  }

  return (request, from, now) => {
    const { text, place } = placeOf(request, from)
    const { route, rttMs } = knownAt(text, place)
    const pop = route(0, alive, now)
    return { place, pop, rttMs: pop < 0 ? 0 : rttMs[pop]! }
  }
}

/**
 * Opens a GeoIP database (MaxMind's format) that the user brings, by the package `maxmind` that the user installs beside it.
 * Throws UserError when either is missing.
 */
export async function openGeoDatabase(file: string): Promise<FindAddress> {
  const packageName = 'maxmind'
  let maxmind: { open(path: string): Promise<{ get(address: string): unknown }> }
  try {
    maxmind = await import(packageName)
  } catch {
    throw new UserError({ message: '--geoip needs the package maxmind', hint: 'npm install maxmind' })
  }
  try {
    const reader = await maxmind.open(file)
    return address => placeOfRecord(reader.get(address.replace(/^::ffff:/, '')))
  } catch (error) {
    throw new UserError({ message: `${file}: ${error instanceof Error ? error.message : 'no GeoIP database'}` })
  }
}

function placeOfRecord(record: unknown): Place | undefined {
  const { location } = (record ?? {}) as { location?: { latitude?: number; longitude?: number } }
  const { latitude: lat, longitude: lon } = location ?? {}
  return typeof lat === 'number' && typeof lon === 'number' ? { lat, lon, name: `${lat},${lon}` } : undefined
}
