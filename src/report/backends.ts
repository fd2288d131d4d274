import { formatDigits } from '../lib/quantity.ts'
import type { BackendResult, BackendRow } from '../stats/backend-result.ts'
import type { RunResult } from '../stats/result.ts'
import { formatCount, formatValue } from './figures.ts'
import { pad } from './ink.ts'
import { columnTable } from './text-tables.ts'
import { wrap } from './wrap.ts'

const percent = (value: number): string => formatValue(value, '%').replace(' %', '')
const ms = (value: number): string => (Number.isFinite(value) ? formatDigits(value) : '-')

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
  'Hooks cost time and money; they change no key here: an object of the model is what its key names.',
  "Without the CDN, origins are taken as warm and idle. Prices are list prices of what stands behind, nothing free taken off, without the CDN's own.",
] as const

/** The section of a terminal's report; empty for one plain origin. */
export function backendsText({ backends }: RunResult, width: number): string[] {
  if (backends === undefined) return []
  const rows = usedBehaviors(backends)
  return [
    ...columnTable(
      ['path or class', 'origin', 'hit %', 'byte %', 'asks', 'ms', 'direct', '$/M', 'direct'],
      rows.map(row => [
        pad(row.label, 22).trimEnd(),
        pad(row.origin, 10).trimEnd(),
        percent(row.hitRatio),
        percent(row.byteHitRatio),
        formatCount(row.meters.asks),
        ms(row.meanMs),
        ms(row.directMeanMs),
        row.usd === null ? '-' : perMillion(row.usd.withCdn),
        row.usd === null ? '-' : perMillion(row.usd.withoutCdn),
      ]),
    ),
    '',
    ...columnTable(['what an ask waits for', ...rows.map(({ label }) => pad(label, 20).trimEnd())], hopRows(rows)),
    ...wrap('mean / 99th percentile in ms, and in how many of the asks it came up', width, '  '),
    '',
    ...functionTable(backends),
    ...rows.flatMap(row => {
      const troubles = troublesOf(row)
      return troubles === '' ? [] : wrap(`${row.label}: ${troubles}.`, width, '  ')
    }),
    ...backendNotes.flatMap(note => wrap(note, width, '  ')),
  ]
}

/** One line for each part that came up anywhere. */
function hopRows(rows: readonly BackendRow[]): string[][] {
  const kinds = [...new Set(rows.flatMap(({ hops }) => hops.map(({ kind }) => kind)))]
  return kinds.map(kind => [
    kind,
    ...rows.map(({ hops, meters, requests }) => {
      const hop = hops.find(each => each.kind === kind)
      if (hop === undefined) return '-'
      const of = kind === 'hook' ? requests : meters.asks
      return `${ms(hop.meanMs)} / ${ms(hop.p99Ms)}  ${percent(Math.min(1, hop.count / of))} %`
    }),
  ])
}

function functionTable({ functions }: BackendResult): string[] {
  if (functions.length === 0) return []
  return columnTable(
    ['function', 'events', 'cold', 'cold %', 'throttled', 'most at once', 'idle s'],
    functions.map(({ name, invocations, coldStarts, throttled, peak, idleSeconds }) => [
      pad(name, 24).trimEnd(),
      formatCount(invocations),
      formatCount(coldStarts),
      percent(coldStarts / invocations),
      formatCount(throttled),
      formatCount(peak),
      formatCount(idleSeconds),
    ]),
  )
}
