import { formatDigits } from '../../lib/quantity.ts'
import type { RunResult } from '../../stats/result.ts'
import { inertCsv, inertHtml } from '../inert.ts'
import { formatClock } from '../text-bars.ts'
import { dataAsCsv } from './markup.ts'
import { drawPlot, linePath, type Tick } from './plot.ts'

/** The run over time, a small plot a figure, all on one scale of time; events are marked. `clock` says a time of the series. */
export function timelineFigures(
  { series, events, manifest }: Pick<RunResult, 'series' | 'events' | 'manifest'>,
  clock: (ms: number) => string = formatClock,
  hasCsv = true,
): string {
  const { stepMs, requests } = series
  const lengthMs = stepMs * requests.length
  if (requests.length < 2) return ''
  const lines = events.map(({ atMs, text }) => ({
    at: Math.min(1, atMs / lengthMs),
    label: `${clock(atMs)} ${text}`,
  }))
  const ticks: Tick[] = [0, 0.25, 0.5, 0.75, 1].map(at => ({ at, label: clock(at * lengthMs) }))
  const perSecond = (values: readonly number[]): number[] =>
    values.map(value => (value * 1000) / stepMs / manifest.replications)
  const small = (title: string, kind: string, values: readonly number[], most: number, top: string): string => {
    const known = values.filter(Number.isFinite)
    if (known.length === 0 || most === 0) return ''
    const words = `${title}: from ${formatDigits(known[0]!)} to ${formatDigits(known.at(-1)!)}, between ${formatDigits(Math.min(...known))} and ${formatDigits(Math.max(...known))}.`
    const path = linePath(values, most)
    const marks = `<path class="line ${kind}" vector-effect="non-scaling-stroke" d="${path}"/>`
    return `<div class="small"><h3>${title}</h3>${drawPlot({ words, heightPx: 128, marks, ticks, lines, top })}</div>`
  }
  const rate = (title: string, kind: string, counts: readonly number[]): string => {
    const rates = perSecond(counts)
    const most = highest(rates)
    return small(title, kind, rates, most, `${formatDigits(most)} a second`)
  }
  const plots = [
    small(
      'Hit ratio',
      'with',
      series.hitRatio.map(ratio => (Number.isFinite(ratio) ? 100 * ratio : Number.NaN)),
      100,
      '100 %',
    ),
    rate('Requests', 'plain', requests),
    rate('Origin requests', 'without', series.originRequests),
    small('Latency, p95', 'with', series.p95Ms, highest(series.p95Ms), `${formatDigits(highest(series.p95Ms))} ms`),
    rate('Served stale', 'plain', series.stale),
    rate('Errors', 'without', series.errors),
  ]
  const calm = series.errors.some(count => count > 0) ? '' : '<p class="note">No request failed.</p>'
  const list = events.map(({ atMs, text }) => `<li><b>${clock(atMs)}</b> ${inertHtml(text)}</li>`)
  const csv = [
    'from_ms,requests,hit_ratio,origin_requests,stale,errors,p95_ms',
    ...requests.map((count, step) =>
      [
        step * stepMs,
        count,
        series.hitRatio[step]!,
        series.originRequests[step]!,
        series.stale[step]!,
        series.errors[step]!,
        series.p95Ms[step]!,
      ]
        .map(inertCsv)
        .join(','),
    ),
  ].join('\n')
  const marked =
    events.length === 0
      ? ''
      : `<p class="legend"><span class="key dash">events</span></p><ul class="events">${list.join('')}</ul>`
  return `<div class="multiples">${plots.join('')}</div>${calm}${marked}${hasCsv ? dataAsCsv('Over time', csv) : ''}`
}

function highest(values: readonly number[]): number {
  return values.reduce((most, value) => (Number.isFinite(value) && value > most ? value : most), 0)
}
