import type { Atlas, City } from '../geo/atlas.ts'
import { distanceMatrixKm } from '../geo/distance.ts'
import { findPlace } from '../geo/find-place.ts'
import { createFindNearest } from '../geo/nearest.ts'
import type { Place } from '../geo/place.ts'
import type { PopSite } from '../geo/pop-map.ts'
import type { Findings } from './findings.ts'
import type { VisitorsPlan } from './plan.ts'
import type { Scenario, ScenarioPlace } from './schema.ts'

/** The point that a scenario means, with its country. Throws UserError when the name is not known. */
export function resolvePlace(atlas: Atlas, given: ScenarioPlace): Place {
  if (typeof given === 'string') return plainPlace(findPlace(atlas, given))
  const { lat, lon } = given
  return { lat, lon, name: given.name ?? `${lat},${lon}`, cc: given.cc ?? atlas.findCountry(lat, lon) }
}

/** A place without what else the atlas knows of it. */
export function plainPlace({ lat, lon, name, cc }: Place): Place {
  return { lat, lon, ...(name === undefined ? {} : { name }), ...(cc === undefined ? {} : { cc }) }
}

const sorted = new WeakMap<Atlas, readonly City[]>()

/** Cities of visitors, those with most people online first. */
function largestCities(atlas: Atlas, countries?: readonly string[]): readonly City[] {
  const all =
    sorted.get(atlas) ??
    atlas.cities
      .filter(({ peopleOnline }) => peopleOnline > 0)
      .sort((a, b) => b.peopleOnline - a.peopleOnline || (a.name < b.name ? -1 : 1))
  sorted.set(atlas, all)
  if (countries === undefined) return all
  const wanted = new Set(countries.map(country => country.toUpperCase()))
  return all.filter(({ cc }) => wanted.has(cc))
}

/** Where visitors are and how many: the largest cities, or those that the scenario lists. */
export function planVisitors({ visitors }: Scenario, atlas: Atlas, findings: Findings): VisitorsPlan {
  const { cities, countries, access } = visitors
  const places: (Place & { people: number; utcOffsetHours: number })[] = []
  if (typeof cities === 'number') {
    const known = largestCities(atlas, countries)
    if (known.length === 0)
      findings.mistake(['visitors', 'countries'], 'no city of these countries is known', 'two letters, such as DE')
    if (known.length < cities && countries === undefined && cities !== 1000)
      findings.warn(['visitors', 'cities'], `only ${known.length} cities are known`)
    for (const city of known.slice(0, cities))
      places.push({ ...plainPlace(city), people: city.peopleOnline, utcOffsetHours: city.utcOffsetHours })
  } else {
    const findNearest = createFindNearest(atlas.cities)
    const wanted = countries?.map(country => country.toUpperCase())
    for (const item of cities) {
      const place = resolvePlace(atlas, typeof item === 'string' ? item : item.at)
      const near = atlas.cities[findNearest(place.lat, place.lon)]
      const people = (typeof item === 'string' ? undefined : item.weight) ?? near?.peopleOnline ?? 1
      if (wanted === undefined || wanted.includes(place.cc ?? ''))
        places.push({ ...place, people: Math.max(1e-9, people), utcOffsetHours: near?.utcOffsetHours ?? 0 })
    }
    if (places.length === 0) findings.mistake(['visitors', 'countries'], 'none of the cities lies in these countries')
  }
  const accessSum = Object.values(access).reduce((sum, weight) => sum + weight, 0)
  if (accessSum === 0) findings.mistake(['visitors', 'access'], 'no access network has a weight above 0')
  const people = places.reduce((sum, place) => sum + place.people, 0)
  return {
    places: places.map(plainPlace),
    weights: places.map(place => place.people / people),
    utcOffsetHours: places.map(place => place.utcOffsetHours),
    access: Object.fromEntries(Object.entries(access).map(([name, weight]) => [name, weight / accessSum])),
    diurnal: visitors.diurnal,
    startHourUtc: visitors.startHour,
  }
}

const citiesForChoice = 1000

/** An order that grows: so many of its first sites as were ever asked for. */
interface Choice {
  order: PopSite[]
  chooseNext(): PopSite
}

/** Orders that were begun, by their sites: who drags a slider asks for one site more, or one less, again and again. */
const begun = new WeakMap<readonly PopSite[], Choice>()

/**
 * So many PoPs of a map: one after the other the one that shortens the people-weighted way of the largest cities most.
 * Source: the greedy rule for the k-median problem, G. Cornuejols et al., Management Science 23(8), 1977.
 */
export function choosePops(sites: readonly PopSite[], take: number, atlas: Atlas): PopSite[] {
  if (take >= sites.length) return [...sites]
  const choice = begun.get(sites) ?? createChoice(sites, atlas)
  begun.set(sites, choice)
  while (choice.order.length < take) choice.order.push(choice.chooseNext())
  return choice.order.slice(0, take)
}

function createChoice(sites: readonly PopSite[], atlas: Atlas): Choice {
  const cities = largestCities(atlas).slice(0, citiesForChoice)
  const distances = distanceMatrixKm(sites, cities)
  const nearestKm = new Float64Array(cities.length).fill(20_038)
  const people = Float64Array.from(cities, city => city.peopleOnline)
  const left = new Set(sites.keys())
  const chooseNext = (): PopSite => {
    let best = -1
    let bestGain = -1
    for (const site of left) {
      let gain = 0
      const row = site * cities.length
      for (let city = 0; city < cities.length; city++)
        gain += Math.max(0, nearestKm[city]! - distances[row + city]!) * people[city]!
      if (gain > bestGain) [best, bestGain] = [site, gain]
    }
    left.delete(best)
    for (let city = 0; city < cities.length; city++)
      nearestKm[city] = Math.min(nearestKm[city]!, distances[best * cities.length + city]!)
    return sites[best]!
  }
  return { order: [], chooseNext }
}
