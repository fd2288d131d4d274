import { metrics } from '../../stats/metrics.ts'
import type { Manifest } from '../../stats/result.ts'
import { formatEstimate, formatValue, titleOf } from '../figures.ts'
import { inertCsv, inertHtml } from '../inert.ts'
import { axesOf, failuresOf, figureOf, mainMetrics, missedOf, type Sweep, type SweepRow, seedAxis } from '../sweep.ts'
import { differencesOf, meanOf, type PairedDifference, type SeedGroup, seedGroupsOf } from '../sweep-means.ts'
import { differenceText, findingOf } from '../sweep-words.ts'
import { curveStyle } from './curves.ts'
import { documentHtml, manifestList } from './document.ts'
import { coordinate, figure, section } from './markup.ts'
import { drawPlot } from './plot.ts'
import { tableScript } from './script.ts'
import { type Column, sortable } from './tables.ts'

/** Longer tables are read by programs. */
const mostRows = 500
const mostLines = 6

/** A point of the grid as it is shown: a cell, or all seeds of one. */
interface Spot {
  point: Record<string, string>
  estimateOf(metric: string): { value: number; halfWidth: number | null }
}

/** What a sweep needs to be made again; seeds stand in its grid. */
export type SweepManifest = Pick<Manifest, 'version' | 'command' | 'node' | 'os' | 'cpu'>

/** A sweep as one page that needs nothing else: a plot a figure over the longest axis, numbers first, all cells, paired differences, what failed. */
export function sweepHtml(sweep: Sweep, manifest: SweepManifest): string {
  const groups = seedGroupsOf(sweep)
  const spots = groups.length > 0 ? groups.map(spotOfGroup) : sweep.rows.map(spotOfRow)
  const axes = axesOf(sweep).filter(axis => groups.length === 0 || axis !== seedAxis)
  const isSeeded = groups.some(({ rows }) => rows.size > 1)
  const facts = [
    `${sweep.rows.length} cells`,
    `axes: ${axesOf(sweep).join(', ') || 'none'}`,
    `cdnlab ${manifest.version}`,
  ]
  const title = `${sweep.title}: a sweep`
  const failures = failuresOf(sweep).map(({ cell, error }) => `<li>cell ${cell}: ${inertHtml(error!)}</li>`)
  const missed = missedOf(sweep).map(
    ({ row, text, value }) =>
      `<li>${inertHtml(whereText(row.point))}: ${inertHtml(text)}, it is ${formatValue(value, 'ms').replace(/ ms$/, '')}</li>`,
  )
  const list = (items: readonly string[]): string =>
    items.length === 0 ? '' : `<ul>${items.slice(0, mostRows).join('')}</ul>`
  const body = [
    `<header><h1>${inertHtml(title)}</h1><p class="meta">${facts.map(fact => `<span>${inertHtml(fact)}</span>`).join(' ')}</p></header>`,
    '<main>',
    section(
      'plots',
      'Over the grid',
      isSeeded ? 'Means over the seeds; upright strokes are 95 % intervals.' : '',
      plots(spots, axes),
    ),
    section('cells', 'In figures', 'Click a heading to sort. Percentiles are known to 0.4 %.', spotTable(spots, axes)),
    section(
      'differences',
      'Differences',
      'Against the first value of each axis, in pairs over common seeds; chances adjusted by Holm. “No difference shown” is not “the same”.',
      differenceTable(differencesOf(sweep, mainMetrics).filter(({ pairs }) => pairs > 1)),
    ),
    section('missed', 'Thresholds missed', '', list(missed)),
    section('failed', 'Failed cells', '', list(failures)),
    section('recipe', 'How to make this again', '', manifestList(manifest)),
    '</main>',
  ].join('\n')
  return documentHtml({ title, style: curveStyle, script: tableScript, body })
}

function spotOfRow(row: SweepRow): Spot {
  const estimateOf = (metric: string) => ({
    value: figureOf(row, metric),
    halfWidth: row.outcome?.halfWidths[metric] ?? null,
  })
  return { point: row.point, estimateOf }
}

function spotOfGroup(group: SeedGroup): Spot {
  return { point: group.point, estimateOf: metric => meanOf(group, metric) }
}

/** A plot a figure: the axis with most values to the right, a line for each point of the others. */
function plots(spots: readonly Spot[], axes: readonly string[]): string {
  const valuesOf = (axis: string): string[] => [...new Set(spots.map(({ point }) => point[axis]!))]
  const hasOrder = (axis: string): boolean => valuesOf(axis).every(value => /^-?\d/.test(value))
  const [along] = [...axes].sort(
    (a, b) => valuesOf(b).length - valuesOf(a).length || Number(hasOrder(b)) - Number(hasOrder(a)),
  )
  if (along === undefined || valuesOf(along).length < 2) return ''
  const values = valuesOf(along)
  const nameOf = ({ point }: Spot): string =>
    whereText(Object.fromEntries(Object.entries(point).filter(([axis]) => axis !== along)))
  const names = [...new Set(spots.map(nameOf))]
  const shown = names.slice(0, mostLines)
  const lines = shown.map(name => ({
    name,
    spots: values.map(value => spots.find(spot => spot.point[along] === value && nameOf(spot) === name)),
  }))
  const keys = shown.map(
    (name, index) =>
      `<span><svg class="bar key-bar line-key" aria-hidden="true"><line class="k${index}" x1="0" x2="100%" y1="50%" y2="50%"/></svg>${inertHtml(name || 'all')}</span>`,
  )
  const rest =
    names.length > shown.length
      ? `<p class="note">The first ${shown.length} of ${names.length} lines; all of them are in the table.</p>`
      : ''
  const drawings = mainMetrics.map(metric => gridPlot(metric, along, values, lines, hasOrder(along)))
  return `<p class="legend">${names.length > 1 ? keys.join('') : ''}<span>to the right: ${inertHtml(along)}</span></p>${rest}<div class="multiples">${drawings.join('')}</div>`
}

function gridPlot(
  metric: string,
  along: string,
  values: readonly string[],
  lines: readonly { name: string; spots: readonly (Spot | undefined)[] }[],
  /** False: values have no order, and what lies between two of them means nothing. */
  isJoined: boolean,
): string {
  const { unit, title } = metrics.find(({ id }) => id === metric)!
  const columns = lines.map(({ spots }) =>
    spots.map(spot => spot?.estimateOf(metric) ?? { value: Number.NaN, halfWidth: null }),
  )
  const known = columns
    .flatMap(column => column.map(({ value, halfWidth }) => value + (halfWidth ?? 0)))
    .filter(Number.isFinite)
  if (known.length === 0) return ''
  const most = unit === '%' ? Math.min(1, Math.ceil(10 * Math.max(...known, 0.1)) / 10) : Math.max(...known, 1e-9)
  // Times that are alike would lie on one another on a scale from 0.
  const lowest = Math.min(...known)
  const least = unit === '%' || lowest < most / 2 ? 0 : 0.98 * lowest
  const x = (step: number): number => 40 + (920 * step) / (values.length - 1)
  const y = (value: number): number => 100 - (100 * Math.max(0, value - least)) / (most - least || 1)
  const marks = columns.map((column, index) => {
    const points = column.map(({ value, halfWidth }, step) => ({ value, halfWidth, at: coordinate(x(step)) }))
    const whole = points.filter(({ value }) => Number.isFinite(value))
    const line = whole
      .map(({ value, at }, step) =>
        isJoined
          ? `${step === 0 ? 'M' : 'L'}${at} ${coordinate(y(value))}`
          : `M${coordinate(Number(at) - 15)} ${coordinate(y(value))}h30`,
      )
      .join('')
    const strokes = whole
      .filter(({ halfWidth }) => halfWidth !== null && halfWidth > 0)
      .map(
        ({ value, halfWidth, at }) =>
          `M${at} ${coordinate(y(value - halfWidth!))}V${coordinate(y(value + halfWidth!))}`,
      )
    return `<path class="line k${index}" vector-effect="non-scaling-stroke" d="${line}${strokes.join('')}"/>`
  })
  const every = Math.ceil(values.length / 6)
  const ticks = values.flatMap((value, step) =>
    step % every === 0 ? [{ at: x(step) / 1000, label: [...value].slice(0, 10).join('') }] : [],
  )
  const told = lines.map(({ name }, index) => {
    const column = columns[index]!
    return `${name === '' ? '' : `${name}: `}${formatValue(column[0]!.value, unit)} to ${formatValue(column.at(-1)!.value, unit)}`
  })
  const words = `${title} over ${along}, from ${values[0]} to ${values.at(-1)}: ${told.join('; ')}.`
  const csv = [
    [along, ...lines.map(({ name }) => name || title)].map(inertCsv).join(','),
    ...values.map((value, step) => [value, ...columns.map(column => column[step]!.value)].map(inertCsv).join(',')),
  ].join('\n')
  const top = least === 0 ? formatValue(most, unit) : `${formatValue(least, unit)} to ${formatValue(most, unit)}`
  return figure(title, drawPlot({ words, heightPx: 170, marks: marks.join(''), ticks, top }), words, csv)
}

function spotTable(spots: readonly Spot[], axes: readonly string[]): string {
  const columns: Column<Spot>[] = [
    {
      title: 'cell',
      of: ({ point }) => whereText(point),
      show: ({ point }) => inertHtml(axes.map(axis => point[axis]!).join(' · ') || 'all'),
    },
    ...mainMetrics.map(
      (metric): Column<Spot> => ({
        title: titleOf(metric),
        of: spot => spot.estimateOf(metric).value,
        show: spot => inertHtml(formatEstimate(metric, spot.estimateOf(metric))),
      }),
    ),
  ]
  const sorted = [...spots].sort((a, b) => b.estimateOf(mainMetrics[0]).value - a.estimateOf(mainMetrics[0]).value)
  return sortable('Cells', sorted, columns, { most: mostRows })
}

function differenceTable(differences: readonly PairedDifference[]): string {
  if (differences.length === 0) return ''
  const columns: Column<PairedDifference>[] = [
    {
      title: 'what',
      of: ({ axis, from, to }) => `${axis}: ${to} - ${from}`,
      show: ({ axis, from, to }) => inertHtml(`${axis}: ${to} − ${from}`),
    },
    {
      title: 'chance',
      of: ({ chance }) => chance,
      show: ({ chance }) => (chance < 0.001 ? '< 0.001' : chance.toFixed(3)),
    },
    { title: 'figure', of: ({ metric }) => titleOf(metric), show: ({ metric }) => inertHtml(titleOf(metric)) },
    { title: 'where', of: ({ where }) => whereText(where), show: ({ where }) => inertHtml(whereText(where) || '-') },
    { title: 'pairs', of: ({ pairs }) => pairs, show: ({ pairs }) => String(pairs) },
    { title: 'difference', of: ({ difference }) => difference.value, show: each => inertHtml(differenceText(each)) },
    { title: 'finding', of: findingOf, show: each => (each.isShown ? `<b>${findingOf(each)}</b>` : findingOf(each)) },
  ]
  const sorted = [...differences].sort((a, b) => a.chance - b.chance)
  return sortable('Differences', sorted, columns, { most: mostRows, sorted: 'ascending' })
}

function whereText(point: Record<string, string>): string {
  return Object.entries(point)
    .map(([axis, value]) => `${axis}=${value}`)
    .join(', ')
}
