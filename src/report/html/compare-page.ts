import { formatBytes, formatDigits } from '../../lib/quantity.ts'
import { type CompareGroup, type CompareResult, type CompareRow, groupsOf, markOf, reductionOf } from '../compare.ts'
import { noteSentences } from '../compare-text.ts'
import { formatCount } from '../figures.ts'
import { inertHtml } from '../inert.ts'
import { curveFigure, curveStyle } from './curves.ts'
import { documentHtml, manifestList, withoutScenario } from './document.ts'
import { coordinate, section } from './markup.ts'
import { tableScript } from './script.ts'
import { type Column, sortable } from './tables.ts'

const fewestSizes = 3

/** A comparison as one page that needs nothing else: a table a trace and size, curves over sizes, what the words mean, and the manifest. */
export function compareHtml(result: CompareResult): string {
  const { traces, manifest, reference } = result
  const title = `Eviction policies on ${traces.map(({ name }) => name).join(', ')}`
  const facts = traces.map(
    ({ name, requests, objects, footprintBytes }) =>
      `${name}: ${formatCount(requests)} requests, ${formatCount(objects)} objects, footprint ${formatBytes(footprintBytes)}`,
  )
  const notes = noteSentences(result).map(note => `<li>${inertHtml(note)}</li>`)
  const groups = groupsOf(result)
  const key = `<p class="legend"><span>${missBar(0.7, 0.45, 'key-bar')}misses, and Belady’s bound as a line in the bar</span><span>reduction: how many of the misses of ${inertHtml(reference)} are saved</span></p>`
  const body = [
    `<header><h1>${inertHtml(title)}</h1>${facts.map(fact => `<p class="note">${inertHtml(fact)}</p>`).join('')}</header>`,
    '<main>',
    section('curves', 'Over the sizes', '', curves(result)),
    section(
      'tables',
      'Policy by policy',
      'Fewest misses first. Click a heading to sort.',
      key + groups.map(group => groupTable(group, reference)).join(''),
    ),
    section('words', 'What the words mean', '', `<ul>${notes.join('')}</ul>`),
    section('recipe', 'How to make this again', '', manifestList(withoutScenario(manifest))),
    '</main>',
  ].join('\n')
  return documentHtml({ title, style: curveStyle, script: tableScript, body })
}

function sizedText({ size, sizeUnit }: Pick<CompareRow, 'size' | 'sizeUnit'>): string {
  return sizeUnit === 'bytes' ? formatBytes(size) : `${formatCount(size)} objects`
}

function percent(ratio: number): string {
  return Number.isFinite(ratio) ? (100 * ratio).toFixed(2) : '-'
}

/** A bar of misses with the bound as an upright line in it. */
function missBar(share: number, bound: number | undefined, kind = 'versus'): string {
  const line =
    bound === undefined
      ? ''
      : `<line class="mark" x1="${coordinate(100 * bound)}%" x2="${coordinate(100 * bound)}%" y1="0" y2="100%"/>`
  return `<svg class="bar ${kind}" aria-hidden="true"><rect class="trough" width="100%" height="100%"/><rect class="with" width="${coordinate(100 * share)}%" height="100%"/>${line}</svg>`
}

function groupTable(group: CompareGroup, referenceName: string): string {
  const { trace, sizeAsked, rows, bound, reference } = group
  const isReferenceAlone = reference !== undefined && !rows.includes(reference)
  const all = [...rows, ...(isReferenceAlone ? [reference] : []), ...(bound ? [bound] : [])].sort(
    (a, b) => a.missRatio - b.missRatio,
  )
  const belady = bound ?? rows.find(({ policy }) => policy === 'belady')
  const most = Math.max(...all.map(({ missRatio }) => missRatio)) || 1
  const mark = (row: CompareRow): string => {
    if (row === bound) return 'bound'
    if (isReferenceAlone && row === reference) return 'reference'
    return markOf(group, row)
  }
  const sized = rows[0]!.sizeUnit === 'bytes'
  const number = (title: string, of: (row: CompareRow) => number, show: (value: number) => string) => ({
    title,
    of,
    show: (row: CompareRow) => show(of(row)),
  })
  const columns: Column<CompareRow>[] = [
    { title: 'policy', of: ({ policy }) => policy, show: ({ policy }) => inertHtml(policy) },
    {
      title: 'miss %',
      of: ({ missRatio }) => missRatio,
      show: ({ missRatio }) => percent(missRatio) + missBar(missRatio / most, belady && belady.missRatio / most),
    },
    { title: 'verdict', of: mark, show: row => (row === group.best ? `<b>${mark(row)}</b>` : mark(row)) },
    number(`reduction from ${referenceName}, %`, row => reductionOf(row, reference), percent),
    number('misses', ({ misses }) => misses, formatCount),
    ...(sized ? [number('byte miss %', ({ byteMissRatio }) => byteMissRatio, percent)] : []),
    number('ns/request', ({ nsPerRequest }) => nsPerRequest, formatDigits),
    number('metadata', ({ metadataBytes }) => metadataBytes, formatBytes),
  ]
  const title = `${trace}, cache ${sizeAsked}`
  return `<h3>${inertHtml(title)} = ${sizedText(rows[0]!)}</h3>${sortable(title, all, columns, { sorted: 'ascending' })}`
}

/** A plot a trace, where three sizes or more were asked for. */
function curves({ traces, rows, bounds }: CompareResult): string {
  return traces
    .map(({ name }) => {
      const own = rows.filter(({ trace }) => trace === name)
      const sizes = [...new Set(own.map(({ size }) => size))].sort((a, b) => a - b)
      if (sizes.length < fewestSizes) return ''
      const ratiosOf = (list: readonly CompareRow[]): number[] =>
        sizes.map(size => list.find(row => row.size === size)?.missRatio ?? Number.NaN)
      const names = [...new Set(own.map(({ policy }) => policy))]
      const bound = bounds.filter(({ trace }) => trace === name)
      const lines = [
        ...names.map(policy => ({ name: policy, ratios: ratiosOf(own.filter(row => row.policy === policy)) })),
        ...(bound.length > 0 ? [{ name: 'belady (bound)', ratios: ratiosOf(bound), isBound: true }] : []),
      ]
      return curveFigure(`${name}: miss ratio over size`, sizes, lines, size =>
        sizedText({ size, sizeUnit: own[0]!.sizeUnit }),
      )
    })
    .join('')
}
