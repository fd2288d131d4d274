import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Atlas, parseAtlas } from '../geo/atlas.ts'

let loaded: Atlas | undefined

/** A file of the folder `config/`, which lies beside both `src/` and `dist/`. */
export function readConfigFile(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../config/${name}`, import.meta.url)), 'utf8')
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
