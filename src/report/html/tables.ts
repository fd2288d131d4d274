import { formatBytes, formatDigits } from '../../lib/quantity.ts'
import type { CityRow, PopRow, RunResult, VisitorRow } from '../../stats/result.ts'
import { countryName } from '../country-name.ts'
import { formatCount, formatValue } from '../figures.ts'
import { inertCsv, inertHtml } from '../inert.ts'
import { dataAsCsv, shareBar } from './markup.ts'

/** A column of a table that the reader can sort. */
export interface Column<Row> {
  title: string
  /** What it is sorted by, and stands in the CSV. */
  of(row: Row): number | string | null
  /** What is shown, as HTML. */
  show(row: Row): string
}

const shownCities = 100

function percentCell(ratio: number): string {
  return Number.isFinite(ratio) ? `${(100 * ratio).toFixed(1)} ${shareBar(ratio, 'with')}` : '-'
}

function msCell(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '-' : formatDigits(value)
}

/** A column of whole numbers. */
export function count<Row>(title: string, of: (row: Row) => number): Column<Row> {
  return { title, of, show: row => formatCount(of(row)) }
}

/** A column of times in ms. */
export function ms<Row>(title: string, of: (row: Row) => number | null): Column<Row> {
  return { title, of, show: row => msCell(of(row)) }
}

/** A column of shares, with a bar. */
export function percent<Row>(title: string, of: (row: Row) => number): Column<Row> {
  return { title, of, show: row => percentCell(of(row)) }
}

/** A column of names. */
export function name<Row>(title: string, of: (row: Row) => string): Column<Row> {
  return { title, of, show: row => inertHtml(of(row)) }
}

export interface TableOptions<Row> {
  /** So many rows are shown; all of them when left out. */
  most?: number
  /** How the rows come sorted by the second column; none: in an order of their own. */
  sorted?: 'ascending' | 'descending' | 'none'
  /** An id of each row's element, for a page that changes rows in their place. */
  keyOf?(row: Row): string
  /** False: no data as CSV below. */
  hasCsv?: boolean
}

/** A table whose columns sort at a click. All rows stand in the CSV below it, only the first ones in the table; by the second column they come sorted, unless told otherwise. */
export function sortable<Row>(
  title: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { most = rows.length, sorted = 'descending', keyOf, hasCsv = true }: TableOptions<Row> = {},
): string {
  const head = columns.map(
    ({ title: column }, index) =>
      `<th scope="col"${index === 1 && sorted !== 'none' ? ` aria-sort="${sorted}"` : ''}><button type="button">${inertHtml(column)}</button></th>`,
  )
  const body = rows.slice(0, most).map(row => {
    const cells = columns.map(({ of, show }, index) => {
      const value = of(row)
      const key = typeof value === 'number' && Number.isFinite(value) ? ` data-v="${value}"` : ''
      return index === 0 ? `<th scope="row">${show(row)}</th>` : `<td${key}>${show(row)}</td>`
    })
    return `<tr${keyOf ? ` id="${inertHtml(keyOf(row))}"` : ''}>${cells.join('')}</tr>`
  })
  const csv = [
    columns.map(({ title: column }) => inertCsv(column)).join(','),
    ...rows.map(row => columns.map(({ of }) => inertCsv(of(row))).join(',')),
  ].join('\n')
  const more =
    most < rows.length
      ? `<p class="note">The first ${most} of ${rows.length}${hasCsv ? '; all of them are in the CSV' : ''}.</p>`
      : ''
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table: ${inertHtml(title)}"><table class="sortable"><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>${more}${hasCsv ? dataAsCsv(title, csv) : ''}`
}

/** All PoPs, tiers last. */
export function popTable({ pops }: RunResult): string {
  const rows = [...pops].sort((a, b) => Number(b.isEdge) - Number(a.isEdge) || b.requests - a.requests)
  return sortable<PopRow>('PoPs', rows, [
    name(
      'PoP',
      ({ id, place, isEdge }) =>
        `${id}${place.name && place.name !== id ? ` ${place.name}` : ''}${isEdge ? '' : ' (tier)'}`,
    ),
    count('requests', ({ requests }) => requests),
    percent('hit ratio, %', ({ hitRatio }) => hitRatio),
    percent('byte hit ratio, %', ({ byteHitRatio }) => byteHitRatio),
    ms('p50, ms', ({ p50Ms }) => p50Ms),
    ms('p95, ms', ({ p95Ms }) => p95Ms),
    ms('p99, ms', ({ p99Ms }) => p99Ms),
    ms('saved, mean ms', ({ savedMeanMs }) => savedMeanMs),
    { title: 'sent', of: ({ bytes }) => bytes, show: ({ bytes }) => formatBytes(bytes) },
    { title: 'held', of: ({ heldBytes }) => heldBytes, show: ({ heldBytes }) => formatValue(heldBytes, 'bytes') },
    count('evictions', ({ evictions }) => evictions),
    count('errors', ({ errors }) => errors),
  ])
}

const visitorColumns: readonly Column<VisitorRow>[] = [
  count('requests', ({ requests }) => requests),
  percent('hit ratio, %', ({ hitRatio }) => hitRatio),
  ms('mean, ms', ({ meanMs }) => meanMs),
  ms('without CDN, ms', ({ directMeanMs }) => directMeanMs),
  ms('saved, ms', ({ savedMeanMs }) => savedMeanMs),
]

export function countryTable({ countries }: RunResult): string {
  return sortable<VisitorRow>('Countries', countries, [
    name('country', row => countryName(row.name)),
    ...visitorColumns,
  ])
}

export function cityTable({ cities, pops }: RunResult, hasCsv = true): string {
  const columns: Column<CityRow>[] = [
    name('city', row => `${row.name}${row.place.cc ? `, ${row.place.cc}` : ''}`),
    ...visitorColumns,
    name('PoP', ({ pop }) => pops[pop]?.id ?? '-'),
    ms('round trip, ms', ({ rttMs }) => rttMs),
    ms('detour, ms', ({ fastestPop, rttMs, fastestRttMs }) => (fastestPop === null ? 0 : rttMs - fastestRttMs)),
  ]
  return sortable<CityRow>('Cities', cities, columns, { most: shownCities, hasCsv })
}

/** Behaviours, where there are several. */
export function behaviorTable({ behaviors }: RunResult): string {
  if (behaviors.length < 2) return ''
  return sortable<RunResult['behaviors'][number]>(
    'Behaviours',
    [...behaviors].sort((a, b) => b.requests - a.requests),
    [
      name('path or class', ({ label }) => label),
      count('requests', ({ requests }) => requests),
      percent('hit ratio, %', ({ requests, hits }) => hits / requests),
      { title: 'sent', of: ({ bytes }) => bytes, show: ({ bytes }) => formatBytes(bytes) },
    ],
  )
}
