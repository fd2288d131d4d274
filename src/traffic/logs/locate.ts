import type { Atlas, City } from '../../geo/atlas.ts'
import { createFindNearest } from '../../geo/nearest.ts'
import type { Place } from '../../geo/place.ts'
import { AliasTable } from '../../lib/alias.ts'
import { createRandom } from '../../lib/random.ts'
import type { LogRow } from './log-row.ts'

/** Where an address is, from a GeoIP file that somebody brings; null where it does not say. */
export type FindAddress = (address: string) => { lat: number; lon: number; country: string } | null

/** Of a country that is all that a log says, so many of its largest cities stand for it. */
const mostCities = 12

/** How the visitors of requests were found: by what the log says, by a GeoIP file, by the PoP that they reached, or not at all. */
export const locatedBy = ['coordinates', 'address', 'country', 'PoP', 'nothing'] as const

export interface Locator {
  /** Where visitors are: cities and, where only the PoP is known, PoPs. */
  readonly places: readonly Place[]
  /** Rows by how they were found, as in `locatedBy`. */
  readonly counts: Float64Array
  /** Index into `places` of who asks, or -1. */
  locate(row: LogRow): number
}

/**
 * Finds visitors: by coordinates the nearest city; by address the same, through a GeoIP file; by country one of its large cities, drawn by its
 * people; else where the PoP stands that they reached.
 */
export function createLocator(
  atlas: Atlas,
  popPlace: (code: string) => Place | undefined,
  findAddress: FindAddress | null,
): Locator {
  const places: Place[] = []
  const numberOf = new Map<Place, number>()
  const findNearest = createFindNearest(atlas.cities)
  const draws = createRandom(1, 'visitors of a log')
  const tables = new Map<string, { cities: City[]; table: AliasTable } | null>()
  const nearby = new Map<string, number>()
  const counts = new Float64Array(locatedBy.length)

  function placeAt(place: Place): number {
    let number = numberOf.get(place)
    if (number === undefined) {
      number = places.length
      numberOf.set(place, number)
      const round = (degrees: number): number => Math.round(degrees * 1e4) / 1e4
      const { lat, lon, name, cc } = place
      places.push({ lat: round(lat), lon: round(lon), ...(name ? { name } : {}), ...(cc ? { cc } : {}) })
    }
    return number
  }

  function near(lat: number, lon: number): number {
    const key = `${lat.toFixed(2)},${lon.toFixed(2)}`
    let number = nearby.get(key)
    if (number === undefined) {
      number = placeAt(atlas.cities[findNearest(lat, lon)]!)
      nearby.set(key, number)
    }
    return number
  }

  function cityOf(country: string): number {
    let known = tables.get(country)
    if (known === undefined) {
      const cities = atlas.cities
        .filter(({ cc, peopleOnline }) => cc === country && peopleOnline > 0)
        .sort((a, b) => b.peopleOnline - a.peopleOnline)
        .slice(0, mostCities)
      known = cities.length === 0 ? null : { cities, table: new AliasTable(cities.map(city => city.peopleOnline)) }
      tables.set(country, known)
    }
    return known === null ? -1 : placeAt(known.cities[known.table.draw(draws)]!)
  }

  function found(by: (typeof locatedBy)[number], place: number): number {
    counts[locatedBy.indexOf(by)]!++
    return place
  }

  return {
    places,
    counts,
    locate({ lat, lon, address, country, pop }) {
      if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180) return found('coordinates', near(lat, lon))
      const known = findAddress !== null && address !== '' ? findAddress(address) : null
      if (known && Math.abs(known.lat) <= 90 && Math.abs(known.lon) <= 180)
        return found('address', near(known.lat, known.lon))
      const inCountry = country === '' && !known ? -1 : cityOf(country || (known?.country ?? ''))
      if (inCountry >= 0) return found(known && country === '' ? 'address' : 'country', inCountry)
      const place = pop === '' ? undefined : popPlace(pop)
      return place ? found('PoP', placeAt(place)) : found('nothing', -1)
    },
  }
}
