import { formatDigits } from '../lib/quantity.ts'
import type { RunResult } from '../stats/result.ts'
import { backendsText } from './backends.ts'
import { costText } from './cost.ts'
import { docOf, formatCount, formatEstimate, formatValue } from './figures.ts'
import { inertStrings } from './inert.ts'
import { createInk, type Ink, pad, widthOf } from './ink.ts'
import { modelledHead, modelledRows } from './modelled.ts'
import { routingSentence, warmSentence } from './sentences.ts'
import { bar, latencyBars, reasonBars, timelineRows } from './text-bars.ts'
import { worldMap } from './text-map.ts'
import { columnTable, gainTable, popTable } from './text-tables.ts'
import { wrap } from './wrap.ts'

export interface TextOptions {
  /** Letters in a line; 60 is the least that is laid out for. */
  width: number
  /** How many colours the terminal has: 0 none, 1 sixteen, 2 256, 3 all. */
  colors: 0 | 1 | 2 | 3
  /** The world in Braille, from `config/`. */
  land?: string
}

/** Narrower terminals have no room for intervals in a table. */
const widthOfIntervals = 90
/** PoPs and countries shown; the others are summed up or left to the other formats. */
const popRows = 12
const gainRows = 4

/** The report of a run for a terminal. */
export function reportText(from: RunResult, { width: given, colors, land = '' }: TextOptions): string {
  const result = inertStrings(from)
  const width = Math.max(60, Math.min(given, 140))
  const ink = createInk(colors)
  const sections: (readonly [string, string[]])[] = [
    ['Measured beside simulated', modelledTable(result)],
    ['Latency with the CDN and without', latencyTable(result, width)],
    ['How long visitors wait', latencyBars(result, Math.min(width, 110), ink)],
    ['Where the PoPs are', worldMap(result, land, width, ink, colors > 0)],
    ['PoPs', popTable(result, width, popRows)],
    ['Who gains most and least', gainTable(result, ink, gainRows)],
    ['Why requests were no hits', reasonBars(result, Math.min(width, 100), ink)],
    ['Over time', timelineRows(result, Math.min(width, 110), ink)],
    ['Routing', wrap(routingSentence(result), width, '  ')],
    ['Behaviours', behaviorTable(result)],
    ['What stands behind the edge', backendsText(result, width)],
    ['What it costs', costText(result, width)],
    ['Warm and cold', wrap(warmSentence(result), width, '  ')],
    ['Thresholds', thresholdLines(result, width, ink)],
    ['What to know', noteLines(result, width, ink)],
  ]
  const body = sections
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([title, lines]) => ['', ink.title(title), ...lines])
  return `${[...headLines(result, width, ink), ...body].join('\n')}\n`
}

function headLines(result: RunResult, width: number, ink: Ink): string[] {
  const { headline, manifest } = result
  const big = (label: string, id: string): string =>
    `  ${pad(label, 22)}${ink.strong(formatEstimate(id, headline[id]!))}`
  const ratio = (label: string, id: string): string =>
    `  ${pad(label, 22)}${ink.strong(pad(formatEstimate(id, headline[id]!), 16))} ${ink.first(bar(headline[id]!.value, 20))}`.trimEnd()
  const runs =
    manifest.replications > 1 ? `${manifest.replications} replications, ± is a 95 % interval` : 'a single run'
  return [
    ...wrap(result.title, width, '').map(line => ink.title(line)),
    ...wrap(
      `${manifest.scenario ?? ''} · seed ${manifest.seed} · ${runs} · cdnlab ${manifest.version}`,
      width,
      '  ',
    ).map(line => ink.faint(line)),
    '',
    big('requests', 'requests'),
    ratio('hit ratio', 'hit_ratio'),
    ratio('byte hit ratio', 'byte_hit_ratio'),
    ratio('origin offload', 'origin_offload'),
    ratio('  in bytes', 'byte_offload'),
    big('latency saved, mean', 'saved_mean_ms'),
    big('waiting saved, total', 'saved_total_h'),
    big('errors', 'errors'),
  ]
}

function latencyTable({ headline }: RunResult, width: number): string[] {
  const value = (id: string): string => {
    const text = formatEstimate(id, headline[id]!)
    return width < widthOfIntervals ? text.split(' ± ')[0]! : text
  }
  const row = (title: string, prefix: string): string[] => [
    title,
    ...['mean', 'p50', 'p95', 'p99'].map(part => value(`${prefix}${part}_ms`)),
  ]
  return [
    ...columnTable(
      ['', 'mean', 'p50', 'p95', 'p99'],
      [row('with the CDN', ''), row('without it', 'direct_'), row('saved', 'saved_')],
    ),
    ...wrap('saved = time without the CDN - time with it, request by request', width, '  '),
  ]
}

/** Figures of real PoPs beside those of a run of the same requests. */
function modelledTable(result: RunResult): string[] {
  const rows = modelledRows(result)
  if (rows.length === 0) return []
  return columnTable(
    ['', ...modelledHead.slice(1)],
    rows.map(({ title, measured, simulated, difference }) => [title, measured, simulated, difference]),
  )
}

function behaviorTable({ behaviors }: RunResult): string[] {
  if (behaviors.length < 2) return []
  return columnTable(
    ['path or class', 'requests', 'hit %', 'bytes'],
    behaviors.map(({ label, requests, hits, bytes }) => [
      pad(label, 30).trimEnd(),
      formatCount(requests),
      formatValue(hits / requests, '%').replace(' %', ''),
      formatValue(bytes, 'bytes'),
    ]),
  )
}

function thresholdLines({ thresholds }: RunResult, width: number, ink: Ink): string[] {
  return thresholds.map(({ text, value, passed }) => {
    const mark = passed ? ink.good('✓') : ink.bad('✗')
    const is = `is ${formatDigits(value)}`
    return `  ${mark} ${pad(text, Math.min(widthOf(text), width - is.length - 6))}  ${ink.faint(is)}`
  })
}

function noteLines({ notes, checks, manifest }: RunResult, width: number, ink: Ink): string[] {
  const laws = `${checks.length} conservation laws hold, such as: ${checks[0]?.law ?? 'none'}.`
  const again = `Again: ${manifest.command ?? ''} (scenario ${manifest.scenarioHash?.slice(0, 12) ?? '-'}, node ${manifest.node ?? '-'})`
  return [...notes, `hit ratio: ${docOf('hit_ratio')}`, laws, again].flatMap(note => {
    const [first, ...rest] = wrap(note, width - 4, '')
    return [ink.faint(`  - ${first}`), ...rest.map(line => ink.faint(`    ${line}`))]
  })
}
