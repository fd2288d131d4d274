import type { Atlas } from '../geo/atlas.ts'
import { isNullIsland } from '../geo/coordinates.ts'
import { findPlace } from '../geo/find-place.ts'
import { findPopMap } from '../geo/pop-map.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { describePosition } from '../lib/user-error.ts'
import type { Findings } from './findings.ts'
import type { ParsedScenario } from './parse.ts'
import { type Path, positionAt } from './written.ts'

/** A search for the nearest of thousands of names takes a while: after so many unknown ones the rest are not looked up. */
const mostUnknownPlaces = 20

/**
 * Looks up every name of the world in a scenario's plain data: places, PoP maps, access networks; and ids that stand twice. It
 * works on what was written, checked or not, so that these mistakes are told together with those of the schema.
 */
export function checkNames({ value, written }: ParsedScenario, atlas: Atlas, findings: Findings): void {
  const scenario = asMap(value)
  let unknownPlaces = 0

  function checkPlace(given: unknown, path: Path): void {
    if (unknownPlaces > mostUnknownPlaces) return
    if (typeof given === 'string' && given !== '') {
      const place = findings.attempt(path, () => findPlace(atlas, given))
      if (!place) unknownPlaces++
      else if (isNullIsland(place.lat, place.lon)) warnOfNullIsland(path)
    }
    const { lat, lon } = asMap(given)
    if (typeof lat === 'number' && typeof lon === 'number' && isNullIsland(lat, lon)) warnOfNullIsland(path)
  }

  function warnOfNullIsland(path: Path): void {
    findings.warn(path, 'latitude 0, longitude 0 lies in the sea', 'was the coordinate never filled in?')
  }

  const ids = new Map<string, { path: Path; id: string }>()
  function checkPop(given: unknown, path: Path): void {
    const { id, at } = asMap(given)
    checkPlace(at, [...path, 'at'])
    if (typeof id !== 'string') return
    const before = ids.get(id.toLowerCase())
    if (before) {
      const first = positionAt(written, before.path)
      const where = first ? `, first at ${describePosition(first)}` : ''
      findings.mistake(
        [...path, 'id'],
        `the id "${id}" is there twice${where}${before.id === id ? '' : ` as "${before.id}"`}`,
      )
    } else ids.set(id.toLowerCase(), { path: [...path, 'id'], id })
  }

  const pops = scenario.pops
  for (const [row, pop] of asList(pops).entries()) checkPop(pop, ['pops', row])
  for (const [row, pop] of asList(scenario.shields).entries()) checkPop(pop, ['shields', row])
  const mapName = typeof pops === 'string' ? pops : asMap(pops).map
  if (typeof mapName === 'string') {
    const path = typeof pops === 'string' ? ['pops'] : ['pops', 'map']
    const sites = findings.attempt(path, () => findPopMap(atlas.popMaps, mapName))
    if (sites)
      checkSome(
        asList(asMap(pops).only),
        ['pops', 'only'],
        sites.map(({ id }) => id),
        findings,
      )
  }
  checkPlace(asMap(scenario.origin).at, ['origin', 'at'])
  for (const [name, origin] of Object.entries(asMap(scenario.origins)))
    checkPlace(asMap(origin).at, ['origins', name, 'at'])
  const cities = asMap(scenario.visitors).cities
  for (const [row, city] of asList(cities).entries()) {
    if (typeof city === 'string') checkPlace(city, ['visitors', 'cities', row])
    else checkPlace(asMap(city).at, ['visitors', 'cities', row, 'at'])
  }
  const profiles = Object.keys(atlas.accessProfiles)
  for (const name of Object.keys(asMap(asMap(scenario.visitors).access)))
    if (!profiles.includes(name))
      findings.mistake(['visitors', 'access', name], `unknown access network "${name}"`, nameHint(name, profiles))
}

function checkSome(wanted: unknown[], path: Path, known: readonly string[], findings: Findings): void {
  const knownIds = new Set(known)
  const seen = new Set<string>()
  for (const [row, id] of wanted.entries()) {
    if (typeof id !== 'string') continue
    if (!knownIds.has(id)) findings.mistake([...path, row], `the map has no PoP "${id}"`, nameHint(id, known))
    if (seen.has(id)) findings.mistake([...path, row], `"${id}" is there twice`)
    seen.add(id)
  }
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
