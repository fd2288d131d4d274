import Table from 'cli-table3'
import { formatBytes, formatDigits } from '../lib/quantity.ts'
import type { PopRow, RunResult, VisitorRow } from '../stats/result.ts'
import { countryName } from './country-name.ts'
import { formatCount, formatValue } from './figures.ts'
import { type Ink, pad } from './ink.ts'

const bare = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ',
} // biome-ignore format: names of lines that are not drawn

/** Rows in columns without lines: the first column to the left, the others to the right. */
export function columnTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const table = new Table({
    chars: bare,
    head: [...head],
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 0 },
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
  })
  for (const row of rows) table.push([...row])
  return table
    .toString()
    .split('\n')
    .map(line => ` ${line.trimEnd()}`)
}

const ms = (value: number | null): string => (value === null || !Number.isFinite(value) ? '-' : formatDigits(value))
const percent = (value: number): string => formatValue(value, '%').replace(' %', '')

/** The PoPs with most requests, the others together, and the tiers above them. */
export function popTable({ pops }: Pick<RunResult, 'pops'>, width: number, most: number): string[] {
  const edges = pops.filter(({ isEdge }) => isEdge).sort((a, b) => b.requests - a.requests)
  const tiers = pops.filter(({ isEdge }) => !isEdge)
  const isWide = width >= 96
  const nameWidth = isWide ? 24 : width < 72 ? 11 : 14
  const row = (pop: PopRow): string[] => [
    pad(pop.place.name && isWide ? `${pop.id} ${pop.place.name}` : pop.id, nameWidth).trimEnd(),
    formatCount(pop.requests),
    percent(pop.hitRatio),
    percent(pop.byteHitRatio),
    ms(pop.p50Ms),
    ms(pop.p95Ms),
    ...(isWide ? [ms(pop.p99Ms)] : []),
    ms(pop.savedMeanMs),
    ...(isWide ? [formatValue(pop.heldBytes, 'bytes')] : []),
  ]
  const head = [
    'PoP',
    'requests',
    'hit %',
    isWide ? 'byte hit %' : 'byte %',
    'p50 ms',
    'p95',
    ...(isWide ? ['p99'] : []),
    'saved',
    ...(isWide ? ['held'] : []),
  ]
  const rows = edges.slice(0, most).map(row)
  const rest = edges.slice(most)
  if (rest.length > 0) rows.push(restRow(rest, isWide))
  for (const tier of tiers) rows.push(row({ ...tier, id: `${tier.id} (tier)` }))
  return columnTable(head, rows)
}

function restRow(rest: readonly PopRow[], isWide: boolean): string[] {
  const sum = (of: (pop: PopRow) => number): number => rest.reduce((all, pop) => all + (of(pop) || 0), 0)
  const requests = sum(pop => pop.requests)
  const bytes = sum(pop => pop.bytes)
  return [
    `${rest.length} more`,
    formatCount(requests),
    percent(sum(pop => pop.hitRatio * pop.requests) / requests),
    percent(sum(pop => pop.byteHitRatio * pop.bytes) / bytes),
    '',
    '',
    ...(isWide ? [''] : []),
    ms(sum(pop => (pop.savedMeanMs ?? 0) * pop.requests) / requests),
    ...(isWide ? [formatBytes(sum(pop => pop.heldBytes))] : []),
  ]
}

/** Countries, or with few countries cities, that gain most and least by the mean time saved. */
export function gainTable({ countries, cities }: RunResult, ink: Ink, each: number): string[] {
  const isWorld = countries.length >= 2 * each
  const rows = isWorld ? countries : cities
  const least = Math.max(30, rows.reduce((sum, { requests }) => sum + requests, 0) / 2000)
  const known = rows.filter(({ requests }) => requests >= least)
  const sorted = [...known].sort((a, b) => b.savedMeanMs - a.savedMeanMs)
  const best = sorted.slice(0, each)
  const worst = sorted.slice(Math.max(each, sorted.length - each))
  const row = ({ name, requests, hitRatio, meanMs, directMeanMs, savedMeanMs }: VisitorRow): string[] => [
    pad(isWorld ? countryName(name) : name, 24).trimEnd(),
    formatCount(requests),
    percent(hitRatio),
    ms(meanMs),
    ms(directMeanMs),
    ms(savedMeanMs),
  ]
  const head = [isWorld ? 'country' : 'city', 'requests', 'hit %', 'mean ms', 'without', 'saved']
  const lines = columnTable(head, [...best.map(row), ...worst.map(row)])
  return [
    lines[0]!,
    ...lines.slice(1, 1 + best.length),
    ...(worst.length > 0 ? [ink.faint('  ...')] : []),
    ...lines.slice(1 + best.length),
  ]
}
