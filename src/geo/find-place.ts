import { nameHint } from '../lib/nearest-name.ts'
import { UserError } from '../lib/user-error.ts'
import type { Atlas, City } from './atlas.ts'
import { coordinateFault } from './coordinates.ts'
import type { Place } from './place.ts'

/**
 * The place that a person means by a text, tried in this order: coordinates (`48.9,2.35`), a cloud region (`us-east-1`,
 * `aws:us-east-1`), a PoP of one map (`cloudflare:AMS`), a code in capitals (`AMS`), a city (`Tokyo`, `Springfield, US`; of several
 * the one with most people online), then a PoP or a region by its city's name, or a code in any case.
 * Capitals and accents don't matter elsewhere. Throws UserError with the nearest name.
 */
export function findPlace(atlas: Atlas, text: string): Place {
  const wanted = text.trim()
  const place =
    parseCoordinates(atlas, wanted) ??
    findRegion(atlas, wanted) ??
    findPop(atlas, wanted, true) ??
    findCity(atlas, wanted) ??
    findByCityName(atlas, wanted) ??
    findPop(atlas, wanted, false)
  if (place) return { lat: place.lat, lon: place.lon, name: place.name, cc: place.cc }
  throw new UserError({ message: `unknown place "${wanted}"`, hint: nameHint(plain(wanted), knownNames(atlas)) })
}

/** Letters without accents, in small letters: how names are compared. */
function plain(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

function parseCoordinates(atlas: Atlas, text: string): Place | undefined {
  const match = /^([^,]*\d[^,]*),([^,]*\d[^,]*)$/.exec(text)
  if (!match) return undefined
  const [, lat, lon] = match as unknown as [string, string, string]
  const fault = coordinateFault(lat, lon)
  if (fault) throw new UserError({ message: `"${text}": ${fault}`, hint: 'a point is written lat,lon in degrees' })
  const point = { lat: Number(lat), lon: Number(lon) }
  return { ...point, name: `${point.lat},${point.lon}`, cc: atlas.findCountry(point.lat, point.lon) }
}

function findRegion(atlas: Atlas, text: string): Place | undefined {
  const code = text.toLowerCase()
  return atlas.regions.find(region => region.code === code || `${region.provider}:${region.code}` === code)
}

function findPop(atlas: Atlas, text: string, isExact: boolean): Place | undefined {
  const [map, id] = text.includes(':') ? (text.split(':', 2) as [string, string]) : ['', text]
  for (const [name, sites] of atlas.popMaps) {
    if (map !== '' && map.toLowerCase() !== name) continue
    const site = sites.find(pop => (isExact && map === '' ? pop.id === id : pop.id.toUpperCase() === id.toUpperCase()))
    if (site) return site
  }
  return undefined
}

/** A name and perhaps a country code after the last comma, as in `Washington, D.C., US`. */
function splitCountry(text: string): { name: string; cc?: string } {
  const match = /^(.*),\s*([A-Za-z]{2})$/.exec(text)
  return match ? { name: plain(match[1]!.trim()), cc: match[2]!.toUpperCase() } : { name: plain(text) }
}

/** Cities by their plain name, those with most people online first: made once for each atlas. */
const cityIndexes = new WeakMap<Atlas, Map<string, City[]>>()

function cityIndex(atlas: Atlas): Map<string, City[]> {
  let index = cityIndexes.get(atlas)
  if (!index) {
    const byPeople = [...atlas.cities].sort((a, b) => b.peopleOnline - a.peopleOnline)
    index = new Map()
    for (const city of byPeople) {
      const name = plain(city.name)
      const sameName = index.get(name)
      if (sameName) sameName.push(city)
      else index.set(name, [city])
    }
    cityIndexes.set(atlas, index)
  }
  return index
}

function findCity(atlas: Atlas, text: string): Place | undefined {
  const index = cityIndex(atlas)
  const { name, cc } = splitCountry(text)
  return index.get(plain(text))?.[0] ?? index.get(name)?.find(city => cc === undefined || city.cc === cc)
}

function findByCityName(atlas: Atlas, text: string): Place | undefined {
  const { name, cc } = splitCountry(text)
  const isWanted = (place: Place): boolean => plain(place.name ?? '') === name && (cc === undefined || place.cc === cc)
  for (const sites of atlas.popMaps.values()) {
    const site = sites.find(isWanted)
    if (site) return site
  }
  return atlas.regions.find(isWanted)
}

function knownNames(atlas: Atlas): Set<string> {
  const cities = [...cityIndex(atlas).values()].map(([largest]) => largest!.name)
  const pops = [...atlas.popMaps.values()].flat().map(pop => pop.name)
  return new Set([...cities, ...atlas.regions.map(region => region.code), ...pops])
}
