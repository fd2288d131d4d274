import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Atlas, parseAtlas } from '../geo/atlas.ts'
import { UserError } from '../lib/user-error.ts'
import type { ParsedScenario } from '../scenario/parse.ts'
import { type PriceBook, parsePrices } from '../stats/cost-prices.ts'

let loaded: Atlas | undefined

/** A file of the folder `config/`, which lies beside both `src/` and `dist/`. */
export function readConfigFile(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../config/${name}`, import.meta.url)), 'utf8')
}

/** The shipped prices for a scenario that asks for money, in commands that read no price file of one's own. Throws UserError. */
export function shippedPrices({ scenario }: ParsedScenario): PriceBook | null {
  if (scenario?.cost === undefined) return null
  if (scenario.cost.file !== undefined)
    throw new UserError({
      message: 'cost.file: only `run`, `sweep` and `replay` read a price file',
      hint: 'leave it out here',
    })
  return loadPrices()
}

/** The price list of `config/`, or a person's own by its path. Throws UserError. */
export function loadPrices(path?: string): PriceBook {
  if (path === undefined) return parsePrices(readConfigFile('prices.json'), 'config/prices.json')
  return parsePrices(readFileSync(path, 'utf8'), path)
}

/** The atlas of `config/`, read on the first call. */
export function loadAtlas(): Atlas {
  loaded ??= parseAtlas({
    visitorCities: readConfigFile('visitor-cities.csv'),
    cloudRegions: readConfigFile('cloud-regions.csv'),
    pops: readConfigFile('pops.csv'),
    countryRegions: readConfigFile('country-regions.csv'),
    hubs: readConfigFile('hubs.csv'),
    hubCorridors: readConfigFile('hub-corridors.csv'),
    rttParameters: readConfigFile('rtt-parameters.json'),
    accessProfiles: readConfigFile('access-profiles.json'),
  })
  return loaded
}
