import { stringify } from 'yaml'
import { overridesOf } from '../files/load-plan.ts'
import type { Place } from '../geo/place.ts'
import { UserError } from '../lib/user-error.ts'
import { longestScenarioBytes } from '../scenario/guard.ts'
import type { Override } from '../scenario/override.ts'
import type { Lifetime } from '../traffic/logs/lifetime.ts'
import type { Spot } from '../traffic/logs/log-columns.ts'
import type { ReplayOptions } from './replay.ts'
import type { LoadedLogs } from './replay-load.ts'

/** A scenario made from logs, and where the visitors of each of their spots stand in it. */
export interface ReplayScenario {
  text: string
  /** Per spot of the record; NaN where nobody knows. */
  latOf: Float64Array
  lonOf: Float64Array
  /** Requests whose spot was too rare to be kept: they count with the largest spot of their PoP. */
  movedRequests: number
}

/** More places make a scenario too long to be read, and no figure better. */
const mostPlaces = 3500
/** Places of one city that several PoPs serve stand so far apart, in degrees: about a hundred metres. */
const besideDegrees = 0.001
/** The one PoP of a log that names none. */
const unnamedPop = 'LOG'
const traceBehavior = 1
/** What objects live when the log does not tell. */
const usualTtl = '24h'

/** Builds the scenario that is as the log says: who was served by which PoP. Throws UserError where a PoP's place is unknown. */
export function buildScenario(
  { record, places, popPlace, formats, files }: LoadedLogs,
  options: ReplayOptions,
  traceName: string,
  lifetime: Lifetime | null,
): ReplayScenario {
  const { spots, spotOf, count } = record
  const requests = new Float64Array(spots.length)
  for (let row = 0; row < count; row++) requests[spotOf[row]!]!++
  const codes = [...new Set(spots.map(({ pop }) => pop))].filter(code => code !== '').sort()
  const popAt = popPlaces(codes, popPlace, options.lenient ? busiestPlaces(spots, requests, places) : new Map())
  const kept = [...spots.keys()]
    .filter(spot => spots[spot]!.place >= 0)
    .sort((a, b) => requests[b]! - requests[a]! || a - b)
    .slice(0, mostPlaces)
  const cities = standBeside(kept.map(spot => places[spots[spot]!.place]!))
  const { latOf, lonOf, movedRequests } = placeSpots(spots, requests, kept, cities)
  const pops =
    codes.length === 0
      ? [{ id: unnamedPop, at: options.at }]
      : codes.map(id => {
          const { lat, lon, name, cc } = popAt.get(id)!
          return { id, at: { lat, lon, ...(name ? { name } : {}), ...(cc ? { cc } : {}) } }
        })
  const scenario = {
    title: `Replay of ${files === 1 ? 'a log' : `${files} logs`}, ${formats.join(' and ')}`,
    pops,
    edge: { policy: 'lru', capacity: '10GiB' },
    ...(kept.length > 0
      ? {
          visitors: { cities: cities.map((at, index) => ({ at, weight: requests[kept[index]!]! })) },
          router: {
            name: 'listed',
            to: kept.map(spot => spots[spot]!.pop || (codes.length === 0 ? unnamedPop : '')).join(','),
          },
        }
      : {}),
    traffic: { trace: traceName },
    behaviors: [
      { path: '/uncacheable/*', cache: { uncacheable: '100%' } },
      { path: '*', cache: { ttl: lifetime === null ? usualTtl : `${lifetime.ttlMs / 1000}s` } },
    ],
  }
  const text = stringify(scenario, { lineWidth: 0 })
  if (text.length > longestScenarioBytes)
    throw new UserError(`the scenario of these logs has ${text.length} letters: too many places`)
  return { text, latOf, lonOf, movedRequests }
}

/** Where each PoP stands. Throws UserError where no map says it, unless there is a guess. */
function popPlaces(
  codes: readonly string[],
  popPlace: (code: string) => Place | undefined,
  guesses: ReadonlyMap<string, Place>,
): Map<string, Place> {
  const unknown = codes.filter(code => popPlace(code) === undefined && !guesses.has(code))
  if (unknown.length > 0) {
    const many = unknown.length > 1
    throw new UserError({
      message: `no map says where the PoP${many ? 's' : ''} ${unknown.join(', ')} of the log stand${many ? '' : 's'}`,
      hint: `--pop-at ${unknown[0]}=Frankfurt, or --lenient to put them where most of their visitors are`,
    })
  }
  return new Map(codes.map(code => [code, popPlace(code) ?? guesses.get(code)!]))
}

/** Where most visitors of each PoP are, of those whose place is known. */
function busiestPlaces(spots: readonly Spot[], requests: Float64Array, places: readonly Place[]): Map<string, Place> {
  const most = new Map<string, number>()
  spots.forEach(({ place, pop }, spot) => {
    const best = most.get(pop)
    if (place >= 0 && (best === undefined || requests[spot]! > requests[best]!)) most.set(pop, spot)
  })
  return new Map([...most].map(([pop, spot]) => [pop, places[spots[spot]!.place]!]))
}

/** Places, with those of one city moved a little apart: a request's coordinates alone must tell them from each other. */
function standBeside(cities: readonly Place[]): Place[] {
  const seen = new Map<string, number>()
  return cities.map(({ lat, lon, ...rest }) => {
    const key = `${lat},${lon}`
    const before = seen.get(key) ?? 0
    seen.set(key, before + 1)
    const away = before * besideDegrees
    return { lat: Math.round((lat > 0 ? lat - away : lat + away) * 1e4) / 1e4, lon, ...rest }
  })
}

function placeSpots(
  spots: readonly Spot[],
  requests: Float64Array,
  kept: readonly number[],
  cities: readonly Place[],
): Omit<ReplayScenario, 'text'> {
  const latOf = new Float64Array(spots.length).fill(Number.NaN)
  const lonOf = new Float64Array(spots.length).fill(Number.NaN)
  const largestOf = new Map<string, number>()
  kept.forEach((spot, index) => {
    latOf[spot] = cities[index]!.lat
    lonOf[spot] = cities[index]!.lon
    if (!largestOf.has(spots[spot]!.pop)) largestOf.set(spots[spot]!.pop, index)
  })
  let movedRequests = 0
  for (const [spot, { place, pop }] of spots.entries()) {
    if (place < 0 || !Number.isNaN(latOf[spot]!)) continue
    const instead = cities[largestOf.get(pop) ?? 0]!
    latOf[spot] = instead.lat
    lonOf[spot] = instead.lon
    movedRequests += requests[spot]!
  }
  return { latOf, lonOf, movedRequests }
}

/** What the options that begin with "what if" change, in words and as overrides. */
export function whatIf({ policy, capacity, shield, ttl, pops, set }: ReplayOptions): Override[] {
  const overrides: Override[] = []
  const change = (key: string, value: string): void => void overrides.push({ key, value })
  if (pops !== undefined) {
    const [map, take] = pops.split(':') as [string, string | undefined]
    change('pops', take === undefined ? JSON.stringify(map) : `{map: ${JSON.stringify(map)}, take: ${take}}`)
    change('router', 'lowest-rtt')
  }
  if (policy !== undefined) change('edge.policy', policy)
  if (capacity !== undefined) change('edge.capacity', capacity)
  if (ttl !== undefined) change(`behaviors.${traceBehavior}.cache.ttl`, ttl)
  if (shield !== undefined) change('shields', `[{id: shield, at: ${JSON.stringify(shield)}}]`)
  return [...overrides, ...overridesOf({ set })]
}
