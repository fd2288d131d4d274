import type { AccessProfile } from './access.ts'
import { type Corridor, createHubGraph, type Hub, type HubGraph } from './hub-graph.ts'
import { createFindNearest } from './nearest.ts'
import type { Place } from './place.ts'
import { type PopSite, parsePopMaps } from './pop-map.ts'
import type { RttParameters } from './rtt-parameters.ts'
import { parseTable } from './table.ts'

/** A city of visitors. */
export interface City extends Place {
  name: string
  cc: string
  population: number
  peopleOnline: number
  /** Standard time: hours ahead of UTC, without daylight saving. */
  utcOffsetHours: number
}

/** A region of a cloud provider, such as `aws` `us-east-1` near Ashburn. */
export interface CloudRegion extends Place {
  provider: string
  code: string
  name: string
  cc: string
}

/** The texts of the files in `config/`, as they are on disk. */
export interface AtlasTexts {
  visitorCities: string
  cloudRegions: string
  pops: string
  countryRegions: string
  hubs: string
  hubCorridors: string
  rttParameters: string
  accessProfiles: string
}

/** What is known of the world: where people, clouds and PoPs are, and how networks join them. */
export interface Atlas {
  cities: readonly City[]
  regions: readonly CloudRegion[]
  /** PoP maps by name, in the order of the file. */
  popMaps: ReadonlyMap<string, readonly PopSite[]>
  /** Country code to latency region. */
  countryRegion: ReadonlyMap<string, string>
  hubs: readonly Hub[]
  corridors: readonly Corridor[]
  rttParameters: RttParameters
  accessProfiles: Readonly<Record<string, AccessProfile>>
  /** Country of the nearest known city or PoP. */
  findCountry(lat: number, lon: number): string
  /** Latency region of a place: of its country, or of the nearest known city when the country is unknown or not given. */
  regionOf(place: Place): string
  /** The shortest ways between the hubs; made on the first call. */
  hubGraph(): HubGraph
}

/** Reads the atlas from the texts of its files. Throws UserError with file, line and column. */
export function parseAtlas(texts: AtlasTexts): Atlas {
  const cities = parseCities(texts.visitorCities)
  const regions = parseRegions(texts.cloudRegions)
  const popMaps = parsePopMaps(texts.pops, 'config/pops.csv')
  const countryRegion = new Map(
    parseTable(texts.countryRegions, 'config/country-regions.csv', ['cc', 'region']).map(({ cells }) => [
      cells[0]!,
      cells[1]!,
    ]),
  )
  const hubs = parseTable(texts.hubs, 'config/hubs.csv', ['hub', 'lat', 'lon']).map(({ cells }) => ({
    id: cells[0]!,
    lat: Number(cells[1]),
    lon: Number(cells[2]),
  }))
  const corridors = parseTable(texts.hubCorridors, 'config/hub-corridors.csv', ['a', 'b', 'factor']).map(
    ({ cells }) => ({ a: cells[0]!, b: cells[1]!, factor: Number(cells[2]) }),
  )
  const nearest = once(() => {
    const known = [...cities, ...[...popMaps.values()].flat()].filter(({ cc }) => cc !== undefined)
    return { known, find: createFindNearest(known) }
  })

  function findCountry(lat: number, lon: number): string {
    const { known, find } = nearest()
    return known[find(lat, lon)]?.cc ?? ''
  }

  return {
    cities,
    regions,
    popMaps,
    countryRegion,
    hubs,
    corridors,
    rttParameters: JSON.parse(texts.rttParameters) as RttParameters,
    accessProfiles: JSON.parse(texts.accessProfiles) as Record<string, AccessProfile>,
    findCountry,
    regionOf: ({ cc, lat, lon }) =>
      countryRegion.get((cc ?? '').toUpperCase()) ?? countryRegion.get(findCountry(lat, lon)) ?? '',
    hubGraph: once(() => createHubGraph(hubs, corridors)),
  }
}

function parseCities(text: string): City[] {
  const columns = ['city', 'cc', 'lat', 'lon', 'population', 'people_online', 'utc_offset_hours']
  return parseTable(text, 'config/visitor-cities.csv', columns).map(({ cells }) => ({
    name: cells[0]!,
    cc: cells[1]!,
    lat: Number(cells[2]),
    lon: Number(cells[3]),
    population: Number(cells[4]),
    peopleOnline: Number(cells[5]),
    utcOffsetHours: Number(cells[6]),
  }))
}

function parseRegions(text: string): CloudRegion[] {
  const columns = ['provider', 'code', 'name', 'cc', 'lat', 'lon']
  return parseTable(text, 'config/cloud-regions.csv', columns).map(({ cells }) => ({
    provider: cells[0]!,
    code: cells[1]!,
    name: cells[2]!,
    cc: cells[3]!,
    lat: Number(cells[4]),
    lon: Number(cells[5]),
  }))
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
