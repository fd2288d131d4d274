import { formatEstimate, formatValue, titleOf } from './figures.ts'
import { inertMarkdown } from './inert.ts'
import { axesOf, failuresOf, figureOf, mainMetrics, missedOf, type Sweep, type SweepRow } from './sweep.ts'
import { differencesOf, meanOf, type SeedGroup, seedGroupsOf } from './sweep-means.ts'
import { differenceText, findingOf } from './sweep-words.ts'

/** Longer tables are read by programs, which have `report.csv`. */
const mostRows = 200

/** The sweep as Markdown: cells or means over seeds, paired differences, what failed. */
export function sweepMarkdown(sweep: Sweep): string {
  const groups = seedGroupsOf(sweep)
  const failures = failuresOf(sweep)
  const parts = [
    [`# ${inertMarkdown(sweep.title)}: a sweep of ${countOf(sweep.rows.length, 'cell')}`],
    groups.length > 0 ? meansTable(sweep, groups) : cellsTable(sweep),
    differencesTable(sweep),
    thresholdLines(sweep),
    failures.length === 0
      ? []
      : ['## Failed cells', '', ...failures.map(row => `- ${nameOf(row)}: ${inertMarkdown(row.error!)}`)],
    noteLines(
      sweep,
      groups.some(({ rows }) => rows.size > 1),
    ),
  ]
  return `${parts
    .filter(part => part.length > 0)
    .map(part => part.join('\n'))
    .join('\n\n')}\n`
}

function cellsTable(sweep: Sweep): string[] {
  const axes = axesOf(sweep)
  const figures = (row: SweepRow): string[] =>
    mainMetrics.map(id => {
      const halfWidth = row.outcome?.halfWidths[id] ?? null
      return formatEstimate(id, { value: figureOf(row, id), halfWidth })
    })
  return cut(
    ['cell', ...axes.map(inertWord), ...mainMetrics.map(titleOf)],
    sweep.rows.map(row => [String(row.cell), ...axes.map(axis => inertWord(row.point[axis]!)), ...figures(row)]),
  )
}

function meansTable(sweep: Sweep, groups: readonly SeedGroup[]): string[] {
  const axes = axesOf(sweep).filter(axis => Object.hasOwn(groups[0]!.point, axis))
  const seeds = Math.max(...groups.map(({ rows }) => rows.size))
  return [
    `Means over ${countOf(seeds, 'seed')}${seeds > 1 ? ' with 95 % intervals (Student)' : ''}.`,
    '',
    ...cut(
      [...axes.map(inertWord), 'Seeds', ...mainMetrics.map(titleOf)],
      groups.map(group => [
        ...axes.map(axis => inertWord(group.point[axis]!)),
        String(group.rows.size),
        ...mainMetrics.map(id => formatEstimate(id, meanOf(group, id))),
      ]),
    ),
  ]
}

function differencesTable(sweep: Sweep): string[] {
  const differences = differencesOf(sweep, mainMetrics).filter(({ pairs }) => pairs > 1)
  if (differences.length === 0) return []
  return [
    '## Differences',
    '',
    'Paired on common seeds; chances adjusted by Holm over the comparisons of one axis and figure.',
    '',
    ...cut(
      ['axis', 'where', 'figure', 'pairs', 'difference', 'chance', 'finding'],
      differences.map(each => [
        inertWord(`${each.axis}: ${each.to} - ${each.from}`),
        inertWord(whereText(each.where)) || '-',
        titleOf(each.metric),
        String(each.pairs),
        differenceText(each),
        each.chance < 0.001 ? '< 0.001' : each.chance.toFixed(3),
        findingOf(each),
      ]),
    ),
  ]
}

function thresholdLines(sweep: Sweep): string[] {
  const missed = missedOf(sweep)
  if (missed.length === 0) return []
  const shown = missed.slice(0, mostRows)
  return [
    `## Thresholds missed: ${missed.length}`,
    '',
    ...shown.map(
      ({ row, text, value }) =>
        `- ${nameOf(row)}: ${codeOf(text)}, it is ${formatValue(value, 'ms').replace(/ ms$/, '')}`,
    ),
  ]
}

/** Notes of the cells, each once; that a cell is a single run is no news where seeds were varied. */
function noteLines({ rows, isTraced }: Sweep, hasSeeds: boolean): string[] {
  const all = rows.flatMap(({ outcome }) => outcome?.notes ?? [])
  const notes = new Set(hasSeeds ? all.filter(note => !note.startsWith('A single run')) : all)
  if (isTraced) notes.add('A replayed trace is one sample: seeds give no intervals.')
  return notes.size === 0 ? [] : ['## Notes', '', ...[...notes].slice(0, mostRows).map(note => `- ${inertWord(note)}`)]
}

function nameOf({ cell, point }: SweepRow): string {
  const where = whereText(point)
  return `cell ${cell}${where === '' ? '' : ` (${inertWord(where)})`}`
}

function whereText(point: Record<string, string>): string {
  return Object.entries(point)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
}

/** Words that cannot mean anything in Markdown stay as they are, so that a terminal shows them well too. */
function inertWord(text: string): string {
  return /^[\w.:,;=@%() -]+$/.test(text) ? text : inertMarkdown(text)
}

function codeOf(text: string): string {
  return /[`\p{Cc}\p{Cf}]/u.test(text) ? inertMarkdown(text) : `\`${text}\``
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function cut(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const shown = rows.slice(0, mostRows).map(line)
  const left = rows.length - shown.length
  return [
    line(head),
    line(head.map(() => '---')),
    ...shown,
    ...(left > 0 ? ['', `${countOf(left, 'more row')} in report.csv.`] : []),
  ]
}
