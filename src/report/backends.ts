import { formatDigits } from '../lib/quantity.ts'
import type { BackendResult, BackendRow } from '../stats/backend-result.ts'
import type { RunResult } from '../stats/result.ts'
import { formatCount, formatValue } from './figures.ts'
import { pad } from './ink.ts'
import { columnTable } from './text-tables.ts'
import { wrap } from './wrap.ts'

const percent = (value: number): string => formatValue(value, '%').replace(' %', '')
const ms = (value: number): string => (Number.isFinite(value) ? formatDigits(value) : '-')

/** Letters that tables need: for money, for the names of parts, and for the parts of one behaviour. */
const widthOfMoney = 80
const widthOfParts = 26
const widthOfPart = 24

/** Dollars of a million requests: small sums with their digits. */
export function perMillion(usd: number): string {
  return Number.isFinite(usd) ? `$${usd < 100 ? usd.toFixed(2) : formatCount(usd)}` : '-'
}

/** Behaviours that somebody asked for something. */
export function usedBehaviors({ behaviors }: BackendResult): BackendRow[] {
  return behaviors.filter(({ requests }) => requests > 0)
}

/** What went wrong behind the PoPs, as words; '' when nothing did. */
export function troublesOf({ meters }: BackendRow): string {
  const words = {
    'slow downs': 'told to slow down by the bucket',
    'gateway throttles': 'throttled by the gateway',
    'function throttles': 'without a free environment',
    'function timeouts': 'ended by the time limit',
    'table throttles': 'operations throttled by the table',
  } as const
  return Object.entries(words)
    .filter(([kind]) => meters[kind as keyof typeof words] > 0)
    .map(([kind, text]) => `${formatCount(meters[kind as keyof typeof words])} ${text}`)
    .join(', ')
}

/** What the model leaves out. */
export const backendNotes = [
  'An ask waits for each part in turn; "function" includes its table. The wire is the leg from the last PoP to the origin and back, the body included.',
  'Times of cold starts are assumed, those of handlers that do nothing: functions at work need more (see the guide), and a scenario may say so.',
  'Hooks cost time and money; they change no key here: an object of the model is what its key names.',
  "Without the CDN, origins are taken as warm and idle. Prices are list prices of what stands behind, nothing free taken off, without the CDN's own.",
] as const

/** What the short heads of the terminal's tables mean. */
const headsNote =
  'asks: what reached the origin. ms: the mean wait of all requests. direct: the same without the CDN. $/M: dollars for a million requests.'

/** The section of a terminal's report; empty for one plain origin. */
export function backendsText({ backends }: RunResult, width: number): string[] {
  if (backends === undefined) return []
  const rows = usedBehaviors(backends)
  return [
    ...behaviorTable(rows, width),
    '',
    ...hopTable(rows, width),
    ...wrap('mean / 99th percentile in ms, and in how many of the asks it came up', width, '  '),
    '',
    ...functionTable(backends, width),
    ...rows.flatMap(row => {
      const troubles = troublesOf(row)
      return troubles === '' ? [] : wrap(`${row.label}: ${troubles}.`, width, '  ')
    }),
    ...[headsNote, ...backendNotes].flatMap(note => wrap(note, width, '  ')),
  ]
}

/** What the edge keeps and what that saves; narrow terminals have no room for money. */
function behaviorTable(rows: readonly BackendRow[], width: number): string[] {
  const hasMoney = width >= widthOfMoney && rows.some(({ usd }) => usd !== null)
  return columnTable(
    ['path or class', 'origin', 'hit %', 'byte %', 'asks', 'ms', 'direct', ...(hasMoney ? ['$/M', 'direct'] : [])],
    rows.map(row => [
      pad(row.label, 16).trimEnd(),
      pad(row.origin, 8).trimEnd(),
      percent(row.hitRatio),
      percent(row.byteHitRatio),
      formatCount(row.meters.asks),
      ms(row.meanMs),
      ms(row.directMeanMs),
      ...(hasMoney && row.usd ? [perMillion(row.usd.withCdn), perMillion(row.usd.withoutCdn)] : []),
    ]),
  )
}

/** The parts of asks: behaviours side by side where there is room, else one after the other. */
function hopTable(rows: readonly BackendRow[], width: number): string[] {
  if (widthOfParts + rows.length * widthOfPart > width)
    return columnTable(
      ['path or class', 'waits for', 'mean', 'p99', '% of asks'],
      rows.flatMap(row =>
        row.hops.map((hop, index) => [
          index === 0 ? pad(row.label, 22).trimEnd() : '',
          hop.kind,
          ms(hop.meanMs),
          ms(hop.p99Ms),
          percent(shareOf(hop, row)),
        ]),
      ),
    )
  const kinds = [...new Set(rows.flatMap(({ hops }) => hops.map(({ kind }) => kind)))]
  return columnTable(
    ['what an ask waits for', ...rows.map(({ label }) => pad(label, 20).trimEnd())],
    kinds.map(kind => [
      kind,
      ...rows.map(row => {
        const hop = row.hops.find(each => each.kind === kind)
        return hop === undefined ? '-' : `${ms(hop.meanMs)} / ${ms(hop.p99Ms)}  ${percent(shareOf(hop, row))} %`
      }),
    ]),
  )
}

/** In how many of the asks a part came up; of hooks of visitors, in how many requests. */
function shareOf({ kind, count }: BackendRow['hops'][number], { meters, requests }: BackendRow): number {
  return Math.min(1, count / (kind === 'hook' ? requests : meters.asks))
}

function functionTable({ functions }: BackendResult, width: number): string[] {
  if (functions.length === 0) return []
  const hasIdle = width >= widthOfMoney
  return columnTable(
    ['function', 'events', 'cold', 'cold %', 'throttled', 'at once', ...(hasIdle ? ['idle s'] : [])],
    functions.map(({ name, invocations, coldStarts, throttled, peak, idleSeconds }) => [
      pad(name, 14).trimEnd(),
      formatCount(invocations),
      formatCount(coldStarts),
      percent(coldStarts / invocations),
      formatCount(throttled),
      formatCount(peak),
      ...(hasIdle ? [formatCount(idleSeconds)] : []),
    ]),
  )
}
