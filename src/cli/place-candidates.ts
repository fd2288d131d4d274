import { readFileSync } from 'node:fs'
import type { Atlas } from '../geo/atlas.ts'
import { findPlace } from '../geo/find-place.ts'
import type { Place } from '../geo/place.ts'
import { findPopMap } from '../geo/pop-map.ts'
import { UserError } from '../lib/user-error.ts'
import type { Plan } from '../scenario/plan.ts'

const mostCities = 5000

/** The places among which is chosen: `cities`, `cities:N`, `map:NAME`, or a file with a place a line. Throws UserError. */
export function readCandidates(text: string, plan: Plan, atlas: Atlas): Place[] {
  const cities = /^cities(?::(\d+))?$/.exec(text)
  if (cities) return largestCities(plan, atlas, Number(cities[1] ?? mostCities))
  if (text.startsWith('map:')) return [...findPopMap(atlas.popMaps, text.slice('map:'.length))]
  return readPlaces(text, atlas)
}

/** The largest cities of the countries in which visitors are. */
function largestCities({ visitors }: Plan, atlas: Atlas, count: number): Place[] {
  if (count < 1 || count > mostCities)
    throw new UserError({ message: `--candidates cities:${count}: a number from 1 to ${mostCities} is expected` })
  const countries = new Set(visitors.places.map(({ cc }) => cc))
  return atlas.cities
    .filter(({ cc }) => countries.has(cc))
    .sort((a, b) => b.peopleOnline - a.peopleOnline || (a.name < b.name ? -1 : 1))
    .slice(0, count)
}

function readPlaces(file: string, atlas: Atlas): Place[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError({
      message: `--candidates ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`,
      hint: 'cities, cities:N, map:NAME, or a file with a place a line',
    })
  }
  const places: Place[] = []
  const mistakes = text.split('\n').flatMap((line, index) => {
    const name = line.replace(/#.*/, '').trim()
    if (name === '') return []
    try {
      places.push(findPlace(atlas, name))
      return []
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return error.mistakes.map(mistake => ({ ...mistake, at: { file, line: index + 1 } }))
    }
  })
  if (mistakes.length > 0) throw new UserError(mistakes)
  if (places.length === 0) throw new UserError({ message: 'there is no place in this file', at: { file } })
  return places
}
