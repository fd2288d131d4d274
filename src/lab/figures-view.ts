import { docOf, formatCount, formatEstimate, formatValue, titleOf } from '../report/figures.ts'
import { reasonText } from '../report/sentences.ts'
import { metrics } from '../stats/metrics.ts'
import type { RunResult } from '../stats/result.ts'
import { byId, html } from './dom.ts'
import type { LabState, Store } from './store.ts'

/** Shows the three figures that say most, and whether they are an estimate. */
export function createHeadline(store: Store): void {
  let drawn: LabState | null = null
  const draw = (state: LabState): void => {
    const isSame = state.run === drawn?.run && state.isRunning === drawn.isRunning && state.mistakes === drawn.mistakes
    drawn = state
    if (!isSame) drawHeadline(state)
  }
  store.watch(draw)
  draw(store.get())
}

function drawHeadline({ run, runMs, isRunning, mistakes }: LabState): void {
  const say = run ? headlineOf(run.result) : blank
  const cards = say.map(({ title, value, note, doc }) =>
    html(
      'div',
      { class: 'card', title: doc },
      html('span', { class: 'name' }, title),
      html('strong', { 'data-figure': title }, value),
      html('span', { class: 'note' }, note),
    ),
  )
  byId('headline').replaceChildren(...cards)
  byId('status').textContent =
    mistakes.length > 0
      ? `The scenario has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}: the figures are those from before.`
      : run === null
        ? 'The engine is starting.'
        : run.sampled
          ? `A quick look: ${run.sampled} (${Math.round(runMs)} ms). ${isRunning ? 'The exact run follows.' : ''}`
          : `Exact: ${formatCount(run.result.series.requests.reduce((sum, count) => sum + count, 0))} requests, seed ${run.result.manifest.seed}, the same figures as cdnlab run (${Math.round(runMs)} ms).`
  document.body.dataset.run = isRunning ? 'running' : run?.sampled ? 'quick' : run ? 'exact' : 'none'
}

interface Card {
  title: string
  value: string
  note: string
  doc: string
}

const blank: Card[] = ['Hit ratio', 'Typical wait', 'Saved per request'].map(title => ({
  title,
  value: '–',
  note: ' ',
  doc: '',
}))

function headlineOf({ headline }: RunResult): Card[] {
  const say = (id: string): string => formatValue(headline[id]!.value, metrics.find(metric => metric.id === id)!.unit)
  return [
    {
      title: 'Hit ratio',
      value: say('hit_ratio'),
      note: `spares the origin ${say('origin_offload')} of the requests`,
      doc: docOf('hit_ratio'),
    },
    {
      title: 'Typical wait',
      value: say('p50_ms'),
      note: `${say('direct_p50_ms')} without a CDN`,
      doc: docOf('p50_ms'),
    },
    {
      title: 'Saved per request',
      value: say('saved_mean_ms'),
      note: 'on average, against no CDN',
      doc: docOf('saved_mean_ms'),
    },
  ]
}

const shown = [
  'requests', 'hit_ratio', 'byte_hit_ratio', 'origin_offload', 'byte_offload', 'stale_ratio', 'join_ratio', 'errors',
  'origin_requests', 'origin_bytes', 'egress_bytes', 'saved_total_h',
] // biome-ignore format: a list

/** All figures as tables: the text alternative of the map, too. */
export function figuresPanel(store: Store): HTMLElement {
  const holder = html('div', { class: 'tables' })
  let drawn: unknown = null
  const draw = ({ run }: LabState): void => {
    if (run === null || run === drawn) return
    drawn = run
    holder.replaceChildren(...tablesOf(run.result))
  }
  store.watch(draw)
  draw(store.get())
  return holder
}

function tablesOf(result: RunResult): HTMLElement[] {
  const { headline, missReasons } = result
  const estimate = (id: string): string => formatEstimate(id, headline[id]!)
  const busiest = [...result.cities].sort((a, b) => b.requests - a.requests).slice(0, 12)
  const pops = [...result.pops].sort((a, b) => b.requests - a.requests).slice(0, 12)
  return [
    table(
      'Waiting, in ms',
      ['', 'p50', 'p95', 'p99', 'mean'],
      [
        ['With the CDN', ...['p50_ms', 'p95_ms', 'p99_ms', 'mean_ms'].map(estimate)],
        ['Without', ...['direct_p50_ms', 'direct_p95_ms', 'direct_p99_ms', 'direct_mean_ms'].map(estimate)],
        [
          'Saved, request by request',
          ...['saved_p50_ms', 'saved_p95_ms', 'saved_p99_ms', 'saved_mean_ms'].map(estimate),
        ],
      ],
    ),
    table(
      'The whole',
      ['Figure', 'Value', 'How it is made'],
      shown.filter(id => headline[id]).map(id => [titleOf(id), estimate(id), docOf(id)]),
    ),
    table(
      'Why requests were no hits',
      ['Reason', 'Requests'],
      Object.entries(missReasons)
        .filter(([, count]) => count > 0)
        .sort((a, b) => b[1] - a[1])
        .map(([reason, count]) => [reasonText(reason), formatCount(count)]),
    ),
    table(
      `Busiest PoPs${result.pops.length > 12 ? ` (12 of ${result.pops.length})` : ''}`,
      ['PoP', 'Requests', 'Hit ratio', 'Bytes', 'p95'],
      pops.map(pop => [
        pop.isEdge ? pop.id : `${pop.id} (shield)`,
        formatCount(pop.requests),
        formatValue(pop.hitRatio, '%'),
        formatValue(pop.bytes, 'bytes'),
        formatValue(pop.p95Ms, 'ms'),
      ]),
    ),
    table(
      `Busiest cities${result.cities.length > 12 ? ` (12 of ${result.cities.length})` : ''}`,
      ['City', 'PoP', 'With', 'Without', 'Saved'],
      busiest.map(city => [
        city.name,
        result.pops[city.pop]?.id ?? '-',
        formatValue(city.meanMs, 'ms'),
        formatValue(city.directMeanMs, 'ms'),
        formatValue(city.savedMeanMs, 'ms'),
      ]),
    ),
    html(
      'div',
      { class: 'notes' },
      html('h3', {}, 'To know'),
      html('ul', {}, ...result.notes.map(note => html('li', {}, note))),
    ),
  ]
}

/** A figure and its unit stay in one line. */
function isShort(cell: string): boolean {
  return cell.length < 16 && /\d/.test(cell)
}

/** A table with a caption; the first cell of a row is its head. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const head = html('tr', {}, ...heads.map(text => html('th', { scope: 'col' }, text)))
  const body = rows.map(([first = '', ...rest]) =>
    html(
      'tr',
      {},
      html('th', { scope: 'row' }, first),
      ...rest.map(cell => html('td', isShort(cell) ? { class: 'short' } : {}, cell)),
    ),
  )
  return html(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    html('table', {}, html('caption', {}, caption), html('thead', {}, head), html('tbody', {}, ...body)),
  )
}
