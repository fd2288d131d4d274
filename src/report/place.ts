import type { Place } from '../geo/place.ts'
import { formatBytes } from '../lib/quantity.ts'
import { formatCount } from './figures.ts'
import { inertText } from './inert.ts'
import { type Ink, pad } from './ink.ts'
import { createLandMap } from './land-map.ts'
import { wrap } from './wrap.ts'

/** A PoP that would be built next, in the order in which they are worth it. Times are round trips in ms. */
export interface PlacedPop {
  place: Place
  /** Mean of all visitors once this one and those before it stand. */
  meanMs: number
  /** Share of the visitors whose round trip falls with this one, and by how much on the average. */
  gainShare: number
  gainMs: number
  /** Share of the visitors for whom it is the fastest once all are built. */
  serveShare: number
  /** List price of a GiB to visitors in its zone; only where the scenario names prices. */
  egressUsd?: number
}

/** A number of bytes shared out over PoPs, beside the same bytes in equal parts; both simulated on other requests. */
export interface SplitResult {
  totalBytes: number
  pops: { id: string; requests: number; bytes: number; hitRatio: number }[]
  /** What the curves promise. */
  expected: { even: number; split: number }
  simulated: Record<'even' | 'split', { hitRatio: number; meanMs: number; originOffload: number }>
}

export interface PlaceResult {
  format: 'cdnlab-place-1'
  title: string
  /** PoPs that stand already. */
  standing: Place[]
  candidates: number
  places: number
  /** People online in the places of the visitors; null where the scenario gives weights of its own. */
  people: number | null
  todayMs: number
  pops: PlacedPop[]
  /** No choice of so many of the candidates has a lower mean. */
  boundMs: number
  split?: SplitResult
  notes: string[]
}

export function placeJson(result: PlaceResult): string {
  return `${JSON.stringify(result, null, 2)}\n`
}

export interface PlaceLook {
  width: number
  ink: Ink
  /** The Braille map of `config/`. */
  land: string
}

const marks = '123456789abcdefghijklmnopqrstuvwxyz'

/** The answer for a terminal: what each PoP is worth, and a map. */
export function placeText(result: PlaceResult, { width, ink, land }: PlaceLook): string {
  const { title, pops, split, notes } = result
  return [
    ink.title(inertText(title)),
    ...wrap(placeSentence(result), width, ''),
    ...(pops.length > 0 ? ['', ...tableOf(result, ink), '', ...mapOf(result, land, width, ink)] : []),
    ...(split ? ['', ...splitLines(split, ink)] : []),
    '',
    ...notes.flatMap(note =>
      wrap(note, width - 2, '  ').map((line, index) => (index === 0 ? `- ${line.slice(2)}` : line)),
    ),
    '',
  ].join('\n')
}

/** The question and its answer in a sentence or two. */
export function placeSentence({ standing, candidates, places, people, todayMs, pops, boundMs }: PlaceResult): string {
  const who = `${people === null ? 'visitors' : `${formatCount(people)} people`} in ${formatCount(places)} cities`
  const one = standing.length === 1
  const today = `${formatCount(standing.length)} ${one ? 'PoP is' : 'PoPs are'} on average ${ms(todayMs)} away from ${who}.`
  const last = pops.at(-1)
  if (!last) return today
  const bound =
    last.meanMs - boundMs < 0.005 ? 'no other choice is better' : `no choice of as many can be below ${ms(boundMs)}`
  return `${today} ${pops.length} more, chosen among ${formatCount(candidates)} places, bring that to ${ms(last.meanMs)}; ${bound}.`
}

/** What the split is worth, in a sentence. */
export function splitSentence({ totalBytes, pops, simulated: { even, split } }: SplitResult): string {
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(2)} %`
  return `${formatBytes(totalBytes)} over ${pops.length} PoPs: ${percent(split.hitRatio)} of the requests hit, ${percent(even.hitRatio)} with equal parts; the mean is ${ms(split.meanMs)} against ${ms(even.meanMs)}.`
}

function tableOf({ pops, people, todayMs }: PlaceResult, ink: Ink): string[] {
  const hasPrice = pops.some(({ egressUsd }) => egressUsd !== undefined)
  const whom = (share: number): string =>
    (people === null ? `${(100 * share).toFixed(2)} %` : formatCount(share * people)).padStart(14)
  const head = `   ${pad('next PoP', 26)}${['mean now', 'worth', 'for', 'fastest for'].map((text, column) => text.padStart(column < 2 ? 10 : 14)).join('')}${hasPrice ? 'egress a GiB'.padStart(14) : ''}`
  const rows = pops.map(({ place, meanMs, gainMs, gainShare, serveShare, egressUsd }, index) => {
    const name = pad(inertText(`${place.name ?? ''}${place.cc ? `, ${place.cc}` : ''}`), 26)
    const price = egressUsd === undefined ? '' : `$${egressUsd.toFixed(3)}`
    const figures = [meanMs, gainMs].map(value => ms(value).padStart(10)).join('')
    return `${ink.strong(marks[index] ?? '+')}  ${name}${figures}${whom(gainShare)}${whom(serveShare)}${hasPrice ? price.padStart(14) : ''}`
  })
  return [ink.faint(head), ink.faint(`   ${pad('as it is', 26)}${ms(todayMs).padStart(10)}`), ...rows]
}

function mapOf({ standing, pops }: PlaceResult, land: string, width: number, ink: Ink): string[] {
  const map = createLandMap(land, width)
  if (!map) return []
  const signs = new Map(standing.map(place => [map.cellOf(place), ink.first('o')]))
  for (const [index, { place }] of [...pops.entries()].reverse())
    signs.set(map.cellOf(place), ink.second(marks[index] ?? '+'))
  return [...map.lines(signs, ink), `  ${ink.faint('o stands already; 1, 2 and so on: the next ones')}`]
}

const mostPopsShown = 12

function splitLines({ totalBytes, pops, expected, simulated }: SplitResult, ink: Ink): string[] {
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(2)} %`
  const even = totalBytes / pops.length
  const shown = [...pops].sort((a, b) => b.bytes - a.bytes)
  const row = ({ id, requests, bytes, hitRatio }: SplitResult['pops'][number]): string =>
    `   ${pad(inertText(id), 20)}${formatCount(requests).padStart(12)}${formatBytes(bytes).padStart(12)}${`${(bytes / even).toFixed(2)}x`.padStart(10)}${percent(hitRatio).padStart(10)}`
  const left = shown.length - mostPopsShown
  const line = (name: 'even' | 'split', words: string): string => {
    const { hitRatio, meanMs, originOffload } = simulated[name]
    return `   ${pad(words, 20)}${percent(expected[name]).padStart(12)}${percent(hitRatio).padStart(12)}${ms(meanMs).padStart(12)}${percent(originOffload).padStart(16)}`
  }
  return [
    ink.title(`${formatBytes(totalBytes)} over ${pops.length} PoPs by their miss-ratio curves`),
    ink.faint(
      `   ${pad('PoP', 20)}${'requests'.padStart(12)}${'bytes'.padStart(12)}${'of even'.padStart(10)}${'hits'.padStart(10)}`,
    ),
    ...shown.slice(0, mostPopsShown).map(row),
    ...(left > 0 ? [`   and ${left} more; --json has all`] : []),
    '',
    ink.faint(
      `   ${pad('', 20)}${'curves say'.padStart(12)}${'hit ratio'.padStart(12)}${'mean'.padStart(12)}${'origin offload'.padStart(16)}`,
    ),
    line('even', 'in equal parts'),
    line('split', 'by the curves'),
  ]
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`
}
