import { nameHint } from '../lib/nearest-name.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'
import { coordinateFault } from './coordinates.ts'
import type { Place } from './place.ts'
import { parseTable } from './table.ts'

/** A PoP of a map: `id` is its code, mostly the airport's. `name` is its city, or the code where none is known. */
export interface PopSite extends Place {
  id: string
  name: string
}

/**
 * Reads PoP maps from a table with the columns map, id, city, cc, lat, lon; the order of the lines is the order of the ids.
 * Throws UserError with every bad coordinate and every id that a map has twice (capitals don't tell ids apart).
 */
export function parsePopMaps(text: string, file: string): Map<string, PopSite[]> {
  const maps = new Map<string, PopSite[]>()
  const lineOf = new Map<string, number>()
  const mistakes: Mistake[] = []
  for (const { cells, line } of parseTable(text, file, ['map', 'id', 'city', 'cc', 'lat', 'lon'])) {
    const [map, id, city, cc, lat, lon] = cells as [string, string, string, string, string, string]
    const fault = id === '' ? 'the PoP has no id' : coordinateFault(lat, lon)
    if (fault) mistakes.push({ message: `${map}/${id}: ${fault}`, at: { file, line } })
    const key = `${map}/${id}`.toUpperCase()
    const before = lineOf.get(key)
    if (before !== undefined)
      mistakes.push({ message: `map ${map} has the id "${id}" twice, first in line ${before}`, at: { file, line } })
    lineOf.set(key, line)
    const sites = maps.get(map) ?? []
    maps.set(map, sites)
    sites.push({ id, name: city || id, ...(cc ? { cc } : {}), lat: Number(lat), lon: Number(lon) })
  }
  if (mistakes.length > 0) throw new UserError(mistakes)
  return maps
}

/** The PoPs of a map by name. Throws UserError with the nearest name. */
export function findPopMap(maps: ReadonlyMap<string, readonly PopSite[]>, name: string): readonly PopSite[] {
  const sites = maps.get(name)
  if (!sites) throw new UserError({ message: `unknown PoP map "${name}"`, hint: nameHint(name, maps.keys()) })
  return sites
}
