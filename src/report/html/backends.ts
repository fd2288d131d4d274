import type { BackendRow, FunctionRow } from '../../stats/backend-result.ts'
import type { RunResult } from '../../stats/result.ts'
import { backendNotes, perMillion, troublesOf, usedBehaviors } from '../backends.ts'
import { inertHtml } from '../inert.ts'
import { section } from './markup.ts'
import { type Column, count, ms, name, percent, sortable } from './tables.ts'

interface HopCell {
  behavior: string
  kind: string
  count: number
  /** Asks of its behaviour; of hooks, requests. */
  of: number
  meanMs: number
  p99Ms: number
}

/** The page's section about what stands behind and at the edge; empty for one plain origin. */
export function backendsSection({ backends }: RunResult): string {
  if (backends === undefined) return ''
  const rows = usedBehaviors(backends).sort((a, b) => b.requests - a.requests)
  // Part after part, as an ask meets them.
  const hops = rows.flatMap(hopCells)
  const functions = [...backends.functions].sort((a, b) => b.invocations - a.invocations)
  const troubles = rows.map(row => [row.label, troublesOf(row)] as const).filter(([, text]) => text !== '')
  const notes = [...troubles.map(([label, text]) => `${label}: ${text}.`), ...backendNotes]
  const body = [
    sortable('What the edge keeps', rows, behaviorColumns(rows)),
    '<h3>What an ask waits for</h3>',
    sortable('What an ask waits for', hops, hopColumns, { sorted: 'none' }),
    ...(functions.length === 0 ? [] : ['<h3>Functions</h3>', sortable('Functions', functions, functionColumns)]),
    `<ul>${notes.map(note => `<li>${inertHtml(note)}</li>`).join('')}</ul>`,
  ].join('')
  return section('backends', 'What stands behind the edge', '', body)
}

function behaviorColumns(rows: readonly BackendRow[]): Column<BackendRow>[] {
  const usd = (title: string, of: (row: BackendRow) => number | undefined): Column<BackendRow> => ({
    title,
    of: row => of(row) ?? null,
    show: row => perMillion(of(row) ?? Number.NaN),
  })
  const money = rows.some(row => row.usd !== null)
    ? [
        usd('$ a million, with the CDN', row => row.usd?.withCdn),
        usd('$ a million, without', row => row.usd?.withoutCdn),
      ]
    : []
  return [
    name('path or class', ({ label }) => label),
    count('requests', ({ requests }) => requests),
    name('origin', ({ origin }) => origin),
    percent('hit ratio, %', ({ hitRatio }) => hitRatio),
    percent('byte hit ratio, %', ({ byteHitRatio }) => byteHitRatio),
    count('asks of the origin', ({ meters }) => meters.asks),
    count('errors', ({ errors }) => errors),
    ms('mean, ms', ({ meanMs }) => meanMs),
    ms('without the CDN, ms', ({ directMeanMs }) => directMeanMs),
    ...money,
  ]
}

function hopCells({ label, hops, meters, requests }: BackendRow): HopCell[] {
  return hops.map(hop => ({ behavior: label, ...hop, of: hop.kind === 'hook' ? requests : meters.asks }))
}

const hopColumns: Column<HopCell>[] = [
  name('path or class', ({ behavior }) => behavior),
  name('part', ({ kind }) => kind),
  count('times', row => row.count),
  percent('of the asks, %', row => Math.min(1, row.count / row.of)),
  ms('mean, ms', ({ meanMs }) => meanMs),
  ms('p99, ms', ({ p99Ms }) => p99Ms),
]

const functionColumns: Column<FunctionRow>[] = [
  name('function', row => row.name),
  count('events', ({ invocations }) => invocations),
  count('cold starts', ({ coldStarts }) => coldStarts),
  percent('cold, %', ({ coldStarts, invocations }) => coldStarts / invocations),
  count('throttled', ({ throttled }) => throttled),
  count('most at once', ({ peak }) => peak),
  count('idle, seconds', ({ idleSeconds }) => idleSeconds),
]
