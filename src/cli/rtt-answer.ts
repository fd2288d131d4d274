import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { loadAtlas } from '../files/atlas.ts'
import { distanceKm, fibreMsPerKm } from '../geo/distance.ts'
import { findPlace } from '../geo/find-place.ts'
import { hubPathBetween } from '../geo/hub-path.ts'
import { findImpossiblePairs } from '../geo/light-check.ts'
import { createRttModel, rttModels } from '../geo/models/index.ts'
import { createPairReader, type Pair, type PairKind } from '../geo/pair-lines.ts'
import type { Place } from '../geo/place.ts'
import { createSites } from '../geo/sites.ts'
import { nameHint } from '../lib/nearest-name.ts'
import { UserError } from '../lib/user-error.ts'
import type { RttOptions, RttStreams } from './rtt.ts'

/** Pairs that are answered together; a file of fewer pairs with a mistake gives no answer at all. */
const batchPairs = 65_536

const optionNames = ['--pairs', '--check', '--model', '--backbone', '--json', '--help']

/** Does what `cdnlab rtt` was asked for. Throws UserError. */
export async function answerRtt(places: string[], options: RttOptions, streams: RttStreams): Promise<void> {
  const unknown = places.find(word => /^-\D/.test(word))
  if (unknown !== undefined)
    throw new UserError({ message: `unknown option "${unknown}"`, hint: nameHint(unknown, optionNames) })
  const asked = [options.pairs, options.check].filter(file => file !== undefined).length + (places.length > 0 ? 1 : 0)
  if (asked !== 1 || places.length === 1 || places.length > 2)
    throw new UserError({
      message: 'two places, --pairs FILE or --check FILE expected, one of them',
      hint: 'cdnlab rtt Tokyo Frankfurt; names with spaces or commas go in quotes',
    })
  if (options.pairs !== undefined) await answerPairs(options.pairs, options, streams)
  else if (options.check !== undefined) await checkPairs(options.check, options, streams)
  else await answerPlaces(places as [string, string], options, streams)
}

async function answerPairs(file: string, options: RttOptions, streams: RttStreams): Promise<void> {
  const model = createRttModel(
    loadAtlas(),
    options.model ?? 'hub-region-factor',
    options.backbone ? 'backbone' : 'public',
  )
  for await (const pairs of readPairs(file, 'places', streams)) {
    const rttOf = model.between(
      pairs.map(pair => pair.a),
      pairs.map(pair => pair.b),
    )
    const rttsMs = pairs.map((_, pair) => rttOf(pair, pair))
    if (options.json) await streams.write(rttsMs.map(rttMs => `${JSON.stringify({ rttMs: round(rttMs) })}\n`).join(''))
    else await streams.write(rttsMs.map(rttMs => `${rttMs.toFixed(3)}\n`).join(''))
  }
}

async function checkPairs(file: string, options: RttOptions, streams: RttStreams): Promise<void> {
  let count = 0
  const impossible: { line: number; rttMs: number; lightMs: number; distanceKm: number }[] = []
  for await (const pairs of readPairs(file, 'measured', streams)) {
    count += pairs.length
    for (const { pair, lightMs, distanceKm: km } of findImpossiblePairs(pairs)) {
      const { line, rttMs } = pairs[pair]!
      impossible.push({ line, rttMs, lightMs: round(lightMs), distanceKm: round(km) })
    }
  }
  if (options.json) await streams.write(`${JSON.stringify({ pairs: count, impossible })}\n`)
  else {
    const lines = impossible.map(
      ({ line, rttMs, lightMs, distanceKm: km }) =>
        `${file}:${line}: ${rttMs} ms over ${km.toFixed(0)} km, light in fibre takes ${lightMs.toFixed(1)} ms: a coordinate is wrong\n`,
    )
    await streams.write(`${lines.join('')}${impossible.length} of ${count} pairs are faster than light in fibre\n`)
  }
  if (impossible.length > 0) process.exitCode = 1
}

async function answerPlaces(names: [string, string], options: RttOptions, streams: RttStreams): Promise<void> {
  const atlas = loadAtlas()
  const [from, to] = names.map(name => findPlace(atlas, name)) as [Place, Place]
  const km = distanceKm(from, to)
  const hubPathKm = hubPathBetween(atlas, createSites(atlas, [from]), createSites(atlas, [to]))(0, 0)
  const specs = options.model === undefined ? rttModels.names.filter(name => name !== 'measured') : [options.model]
  const models = specs.map(model => ({
    model,
    publicMs: round(createRttModel(atlas, model, 'public').rttMs(from, to)),
    backboneMs: round(createRttModel(atlas, model, 'backbone').rttMs(from, to)),
  }))
  const answer = {
    from,
    to,
    distanceKm: round(km),
    hubPathKm: round(hubPathKm),
    lightInFibreMs: round(km * fibreMsPerKm),
    models: options.backbone ? models.map(({ model, backboneMs }) => ({ model, backboneMs })) : models,
  }
  await streams.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : describeAnswer(answer))
}

interface Answer {
  from: Place
  to: Place
  distanceKm: number
  hubPathKm: number
  lightInFibreMs: number
  models: { model: string; publicMs?: number; backboneMs: number }[]
}

function describeAnswer({ from, to, distanceKm: km, hubPathKm, lightInFibreMs, models }: Answer): string {
  const ms = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(1).padStart(12))
  const width = Math.max(18, ...models.map(({ model }) => model.length + 2))
  const hasPublic = models.some(({ publicMs }) => publicMs !== undefined)
  return [
    `${describePlace(from)} to ${describePlace(to)}`,
    '',
    `${'great circle'.padEnd(width)}${km.toFixed(0).padStart(12)} km`,
    `${'along the hubs'.padEnd(width)}${hubPathKm.toFixed(0).padStart(12)} km`,
    `${'light in fibre'.padEnd(width)}${ms(lightInFibreMs)} ms, the least that is possible`,
    '',
    `${'round trip, ms'.padEnd(width)}${hasPublic ? 'public'.padStart(12) : ''}${'backbone'.padStart(12)}`,
    ...models.map(({ model, publicMs, backboneMs }) => `${model.padEnd(width)}${ms(publicMs)}${ms(backboneMs)}`),
    '',
  ].join('\n')
}

function describePlace({ name, cc, lat, lon }: Place): string {
  const point = `${lat.toFixed(2)},${lon.toFixed(2)}`
  return name?.includes(',') && /\d/.test(name) ? `${point} (${cc})` : `${name}, ${cc} (${point})`
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

/** The pairs of a file in batches. Throws UserError with the mistakes of the whole file; after the first no batch comes. */
async function* readPairs(file: string, kind: PairKind, streams: RttStreams): AsyncGenerator<Pair[]> {
  const reader = createPairReader(file === '-' ? 'standard input' : file, kind)
  let batch: Pair[] = []
  for await (const lines of readLines(file === '-' ? streams.input : openFile(file))) {
    for (const line of lines) {
      const pair = reader.read(line)
      if (pair) batch.push(pair)
    }
    if (reader.mistakeCount > 0) batch = []
    if (batch.length < batchPairs) continue
    yield batch
    batch = []
  }
  if (reader.mistakeCount > 0) {
    const untold = reader.mistakeCount - reader.mistakes.length
    throw new UserError([...reader.mistakes, ...(untold > 0 ? [{ message: `and ${untold} more mistakes` }] : [])])
  }
  if (batch.length > 0) yield batch
}

/** The whole lines of each chunk. A line of more than a million characters is cut, since it is no pair anyhow. */
async function* readLines(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)))).split('\n')
    rest = lines.pop()!.slice(0, 1_000_000)
    yield lines
  }
  yield [rest + decoder.end()]
}

async function* openFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code
    throw new UserError({ message: `"${file}" cannot be read: ${reason}` })
  }
}
