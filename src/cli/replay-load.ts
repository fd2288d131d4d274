import { randomBytes } from 'node:crypto'
import { traceBytes } from '../files/trace-bytes.ts'
import type { Atlas } from '../geo/atlas.ts'
import { findPlace } from '../geo/find-place.ts'
import type { Place } from '../geo/place.ts'
import { UserError } from '../lib/user-error.ts'
import type { LogFormat } from '../traffic/logs/format.ts'
import { detectLogFormat, logFormats } from '../traffic/logs/index.ts'
import { createLocator, type FindAddress } from '../traffic/logs/locate.ts'
import { createLogColumns, type LogRecord } from '../traffic/logs/log-columns.ts'
import { popCode } from '../traffic/logs/names.ts'
import { createNginxFormat } from '../traffic/logs/nginx-format.ts'
import { type BrokenLines, createLogParser } from '../traffic/logs/read-log.ts'
import type { TraceParser } from '../traffic/traces/format.ts'
import type { ReplayOptions } from './replay.ts'

/** Logs as columns, and what was learnt on the way. */
export interface LoadedLogs {
  record: LogRecord
  places: readonly Place[]
  popPlace(code: string): Place | undefined
  /** Rows by how their visitors were found, as in `locatedBy`. */
  located: readonly number[]
  /** Names of the formats, each once. */
  formats: string[]
  files: number
  broken: BrokenLines
}

const headBytes = 64 * 1024

/** Reads all logs, one after the other, into columns in order of time. Throws UserError with file and line. */
export async function loadLogs(
  files: readonly string[],
  options: ReplayOptions,
  atlas: Atlas,
  onProgress: (file: number) => void,
): Promise<LoadedLogs> {
  const given = options.logFormat === undefined ? undefined : createNginxFormat(options.logFormat)
  const named = given ?? (options.format === 'auto' ? undefined : logFormats.choose(options.format).definition)
  const findAddress = options.geoip === undefined ? null : await openGeoIp(options.geoip)
  const popPlace = createPopPlaces(atlas, options.popAt)
  const locator = createLocator(atlas, popPlace, findAddress)
  const columns = createLogColumns(locator)
  const broken: BrokenLines = { count: 0, first: [] }
  const formats = new Set<string>()
  const random = randomBytes(8)
  const reading = {
    salt: { low: random.readInt32LE(0), high: random.readInt32LE(4) },
    withQuery: !options.ignoreQuery,
    withAddress: findAddress !== null,
    broken: options.lenient ? broken : null,
    onRow: columns.add,
  }
  for (const [index, file] of files.entries()) {
    onProgress(index)
    const open = (format: LogFormat): TraceParser => {
      formats.add(format.name)
      return createLogParser(format, { ...reading, file })
    }
    try {
      await readFile(file, options.lenient === true, named, open)
    } catch (error) {
      if (!options.lenient || !(error instanceof UserError) || columns.count() === 0) throw error
      broken.count++
      broken.first.push({ file, line: 0, why: error.mistakes[0]!.message })
    }
  }
  return {
    record: columns.finish(),
    places: locator.places,
    popPlace,
    located: [...locator.counts],
    formats: [...formats],
    files: files.length,
    broken,
  }
}

async function readFile(
  file: string,
  lenient: boolean,
  named: LogFormat | undefined,
  open: (format: LogFormat) => TraceParser,
): Promise<void> {
  let parser: TraceParser | undefined
  for await (const piece of traceBytes(file, { lenient })) {
    parser ??= open(named ?? detectLogFormat(piece.subarray(0, headBytes), file))
    parser.push(piece)
  }
  parser?.end()
}

/** Where PoPs stand: as the person says, else by the airport code that begins their id on any of the maps. */
function createPopPlaces(atlas: Atlas, popAt: readonly string[]): (code: string) => Place | undefined {
  const places = new Map<string, Place>()
  for (const pair of popAt) {
    const cut = pair.indexOf('=')
    if (cut < 1) throw new UserError(`--pop-at ${pair}: it is written code=place, such as XYZ=Frankfurt`)
    places.set(pair.slice(0, cut).toUpperCase(), findPlace(atlas, pair.slice(cut + 1)))
  }
  for (const sites of atlas.popMaps.values())
    for (const site of sites) {
      const code = popCode(site.id)
      if (code !== '' && !places.has(code)) places.set(code, site)
    }
  return code => places.get(code)
}

/** A GeoIP file of a person's own, by the package maxmind, which is loaded only now. Throws UserError. */
async function openGeoIp(file: string): Promise<FindAddress> {
  const { open, validate } = await import('maxmind')
  interface City {
    location?: { latitude?: number; longitude?: number }
    country?: { iso_code?: string }
  }
  let reader: { get(address: string): unknown }
  try {
    reader = await open(file)
  } catch (error) {
    throw new UserError({ message: `no GeoIP file: ${(error as Error).message}`, at: { file } })
  }
  return address => {
    if (!validate(address)) return null
    const found = reader.get(address) as City | null
    if (!found) return null
    const { latitude = Number.NaN, longitude = Number.NaN } = found.location ?? {}
    return { lat: latitude, lon: longitude, country: found.country?.iso_code ?? '' }
  }
}
