import { readConfigFile } from '../files/atlas.ts'
import { type LoadedPlan, loadPlan } from '../files/load-plan.ts'
import { plainManifest } from '../files/manifest.ts'
import { checkOutputFile, writeOutput } from '../files/output.ts'
import { printWarnings } from '../files/warnings.ts'
import { createRttModel } from '../geo/models/index.ts'
import type { Place } from '../geo/place.ts'
import { choosePlacement, type Placement, type PlacementProblem, worthOf } from '../geo/placement.ts'
import { rttMatrix } from '../geo/rtt.ts'
import { parseBytes } from '../lib/quantity.ts'
import { type Mistake, UserError } from '../lib/user-error.ts'
import { readLand } from '../live/land.ts'
import { createInk } from '../report/ink.ts'
import { type PlacedPop, type PlaceResult, placeJson, placeText } from '../report/place.ts'
import type { Plan } from '../scenario/plan.ts'
import { zoneOf } from '../stats/cost-prices.ts'
import type { PlaceOptions } from './place.ts'
import { readCandidates } from './place-candidates.ts'
import { splitBytes } from './place-split.ts'
import { colorLevel, terminalWidth } from './terminal.ts'

const usualCount = 3
const mostAdded = 100

/** Answers where the next PoPs save most, and how to share out bytes. Throws UserError. */
export async function answerPlace(name: string, options: PlaceOptions): Promise<void> {
  const { output = '-', json = false, color = true } = options
  const { count, totalBytes } = readOptions(options)
  if (output !== '-') checkOutputFile(output)
  if (options.html !== undefined) checkOutputFile(options.html)
  const loaded = await loadPlan(name, options)
  printWarnings(loaded.warnings)
  const { plan, atlas } = loaded
  const candidates = count > 0 ? readCandidates(options.candidates, plan, atlas) : []
  const problem = problemOf(loaded, candidates)
  const placement = choosePlacement(problem, count)
  const pops = placedPops(loaded, candidates, problem, placement)
  const split =
    totalBytes === undefined
      ? undefined
      : await splitBytes(withPops(plan, pops), loaded, totalBytes, { progress: options.progress ?? true })
  const result: PlaceResult = {
    format: 'cdnlab-place-1',
    title: plan.title,
    standing: edgesOf(plan),
    candidates: candidates.length,
    places: plan.visitors.places.length,
    people: peopleOf(loaded),
    todayMs: placement.meanMs[0]!,
    pops,
    boundMs: placement.boundMs,
    ...(split ? { split } : {}),
    notes: notesOf(plan, pops, split !== undefined),
  }
  if (options.html !== undefined) await writePage(options.html, result, loaded)
  const isTerminal = output === '-' ? {} : { isTerminal: false }
  const look = {
    width: terminalWidth(),
    ink: createInk(colorLevel({ color, ...isTerminal })),
    land: readConfigFile('world-braille-100x21.txt'),
  }
  await writeOutput(output, json ? placeJson(result) : placeText(result, look))
}

async function writePage(path: string, result: PlaceResult, { file, plan }: LoadedPlan): Promise<void> {
  const { placeHtml } = await import('../report/html/place-page.ts')
  const { command, version, node, os, cpu } = plainManifest(file, plan.seed)
  await writeOutput(path, placeHtml(result, readLand(), { version, command, scenario: file, node, os, cpu }))
  process.stderr.write(`written to ${path}\n`)
}

function readOptions({ add, splitBytes: size }: PlaceOptions): { count: number; totalBytes: number | undefined } {
  const count = add === undefined ? (size === undefined ? usualCount : 0) : Number(add)
  const totalBytes = size === undefined ? undefined : parseBytes(size)
  const mistakes: Mistake[] = []
  if (!(Number.isInteger(count) && count >= 0 && count <= mostAdded) || (count === 0 && size === undefined))
    mistakes.push({ message: `--add ${add}: a number from 1 to ${mostAdded} is expected` })
  if (size !== undefined && !totalBytes)
    mistakes.push({ message: `--split-bytes ${size} is no size`, hint: 'for instance 10TiB' })
  if (mistakes.length > 0) throw new UserError(mistakes)
  return { count, totalBytes }
}

function edgesOf({ pops }: Plan): Place[] {
  return pops.filter(({ isEdge }) => isEdge).map(({ place }) => place)
}

/** Everybody is taken to be at the fastest PoP. */
function problemOf({ plan, atlas }: LoadedPlan, candidates: readonly Place[]): PlacementProblem {
  const { visitors, network } = plan
  const model = createRttModel(atlas, network.publicModel, 'public')
  const standing = edgesOf(plan)
  const today = rttMatrix(model, visitors.places, standing)
  const todayMs = Float64Array.from(visitors.places.keys(), place =>
    today
      .subarray(place * standing.length, (place + 1) * standing.length)
      .reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY),
  )
  return {
    weights: Float64Array.from(visitors.weights),
    todayMs,
    rttMs: rttMatrix(model, visitors.places, candidates),
    candidates: candidates.length,
  }
}

function placedPops(
  { plan, atlas }: LoadedPlan,
  candidates: readonly Place[],
  problem: PlacementProblem,
  { chosen, meanMs }: Placement,
): PlacedPop[] {
  const worth = worthOf(problem, chosen)
  return chosen.map((candidate, index) => {
    const { lat, lon, name, cc } = candidates[candidate]!
    const place = { lat, lon, ...(name === undefined ? {} : { name }), ...(cc === undefined ? {} : { cc }) }
    const zones = plan.cost?.cdn.zones
    const zone = zones?.[zoneOf(zones, cc ?? '', atlas.regionOf(place))]
    return {
      place,
      meanMs: meanMs[index + 1]!,
      ...worth[index]!,
      ...(zone ? { egressUsd: (zone.egress.tiers[0]![1] * 2 ** 30) / zone.egress.per } : {}),
    }
  })
}

/** The scenario's plan with further PoPs, which have the shelf and the parent of its first one. */
function withPops(plan: Plan, placed: readonly PlacedPop[]): Plan {
  if (placed.length === 0) return plan
  const edges = plan.pops.filter(({ isEdge }) => isEdge)
  const taken = new Set(plan.pops.map(({ id }) => id))
  const shift = (parent: number): number => (parent < 0 ? parent : parent + placed.length)
  const added = placed.map(({ place }, index) => {
    let id = `new-${index + 1}`
    while (taken.has(id)) id += 'x'
    return { ...edges[0]!, id, place }
  })
  const all = [...edges, ...added, ...plan.pops.filter(({ isEdge }) => !isEdge)]
  return { ...plan, pops: all.map(pop => ({ ...pop, parent: shift(pop.parent) })), events: [] }
}

/** People online in the cities of the visitors; null where a place is no city of the atlas. */
function peopleOf({ plan, atlas }: LoadedPlan): number | null {
  const known = new Map(atlas.cities.map(({ lat, lon, peopleOnline }) => [`${lat},${lon}`, peopleOnline]))
  let sum = 0
  for (const { lat, lon } of plan.visitors.places) {
    const people = known.get(`${lat},${lon}`)
    if (people === undefined) return null
    sum += people
  }
  return sum
}

function notesOf({ network }: Plan, pops: readonly PlacedPop[], isSplit: boolean): string[] {
  const scattered = JSON.stringify(network.publicModel).match(/sigma|detours/)
  return [
    ...(pops.length > 0
      ? [
          'Round trips over the public Internet, and everybody at the fastest PoP. A new connection waits for several of them: `cdnlab run` tells what that makes of a request.',
          '"worth" is what those gain who notice it: half a millisecond or more.',
        ]
      : []),
    ...(pops.length > 0 && scattered
      ? [
          'The model gives each pair of places a residual by chance, and the chosen places are lucky ones. --set latency.model=hub-region-factor chooses by geography alone.',
        ]
      : []),
    ...(isSplit
      ? [
          "The curves are LRU's from a cold start and know no lifetimes; the simulation takes the scenario as it is, with another seed, and tells its warm part.",
        ]
      : []),
  ]
}
