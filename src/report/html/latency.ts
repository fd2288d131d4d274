import { formatDigits } from '../../lib/quantity.ts'
import type { RunResult } from '../../stats/result.ts'
import { formatEstimate } from '../figures.ts'
import { inertHtml } from '../inert.ts'
import { figure } from './markup.ts'
import { drawPlot, stepsPath, type Tick } from './plot.ts'

const percentiles = ['mean', 'p50', 'p95', 'p99'] as const

/** How long visitors wait with the CDN and without it: the distribution, and a table of percentiles. */
export function latencyFigures(result: RunResult): string {
  return `<div class="columns wide-first">${distribution(result)}${percentileTable(result)}</div>`
}

function distribution({ histogram, headline }: RunResult): string {
  const { from, upToMs, withCdn, withoutCdn } = trim(histogram)
  if (upToMs.length === 0) return '<p>Nothing was served.</p>'
  const total = Math.max(1, sum(histogram.withCdn))
  const most = Math.max(...withCdn, ...withoutCdn, 1)
  const scale = Math.log(upToMs.at(-1)! / from)
  const at = (ms: number): number => Math.log(ms / from) / scale
  const ticks: Tick[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]
    .filter(ms => at(ms) > 0.02 && at(ms) < 0.98)
    .filter((ms, index, all) => all.length <= 9 || index % 2 === 0 || ms === all.at(-1))
    .map(ms => ({ at: at(ms), label: ms < 1000 ? `${ms}` : `${ms / 1000} s` }))
  const lines = (['p50_ms', 'direct_p50_ms'] as const)
    .filter(id => at(headline[id]!.value) > 0 && at(headline[id]!.value) < 1)
    .map(id => ({ at: at(headline[id]!.value), label: id === 'p50_ms' ? 'median with the CDN' : 'median without it' }))
  const text = (id: string): string => formatEstimate(id, headline[id]!)
  const words = `Half of the requests are served within ${text('p50_ms')}; without the CDN it would be ${text('direct_p50_ms')}. 95 % within ${text('p95_ms')} against ${text('direct_p95_ms')}.`
  const marks = `<path class="without" d="${stepsPath(withoutCdn, most)}"/><path class="with" d="${stepsPath(withCdn, most)}"/>`
  const drawing = drawPlot({
    words,
    heightPx: 260,
    marks,
    ticks,
    lines,
    top: `${formatDigits((100 * most) / total)} % of the requests`,
  })
  const csv = [
    'up_to_ms,with_cdn,without_cdn',
    ...histogram.upToMs.map((limit, bar) => `${limit},${histogram.withCdn[bar]},${histogram.withoutCdn[bar]}`),
  ].join('\n')
  const legend =
    '<p class="legend"><span class="key with">with the CDN</span><span class="key without">straight to the origin</span><span class="key dash">medians</span><span>ms, logarithmic</span></p>'
  return figure('Distribution of latency', legend + drawing, words, csv)
}

/** The stretch of the histogram that a reader can see: ends with less than one request in 2,000 are left out. */
function trim({ upToMs, withCdn, withoutCdn }: RunResult['histogram']): RunResult['histogram'] & { from: number } {
  const least = Math.max(1, sum(withCdn) / 2000)
  const isSeen = (bar: number): boolean => withCdn[bar]! >= least || withoutCdn[bar]! >= least
  const seen = [...upToMs.keys()].filter(isSeen)
  const [first, end] = seen.length === 0 ? [0, upToMs.length] : [seen[0]!, seen.at(-1)! + 1]
  const growth = upToMs.length > 1 ? upToMs[1]! / upToMs[0]! : 2 ** (1 / 8)
  return {
    from: (upToMs[first] ?? 1) / growth,
    upToMs: upToMs.slice(first, end),
    withCdn: withCdn.slice(first, end),
    withoutCdn: withoutCdn.slice(first, end),
  }
}

function percentileTable({ headline }: RunResult): string {
  const row = (title: string, prefix: string): string => {
    const cells = percentiles.map(
      part => `<td>${inertHtml(formatEstimate(`${prefix}${part}_ms`, headline[`${prefix}${part}_ms`]!))}</td>`,
    )
    return `<tr><th scope="row">${title}</th>${cells.join('')}</tr>`
  }
  const head = percentiles.map(part => `<th scope="col">${part}</th>`).join('')
  return `<div><h3>In figures</h3><div class="scroll" tabindex="0" role="region" aria-label="Percentiles of latency"><table class="figures"><thead><tr><td></td>${head}</tr></thead><tbody>${row('with the CDN', '')}${row('without it', 'direct_')}${row('saved', 'saved_')}</tbody></table></div><p class="note">Saved = time without the CDN − time with it, request by request: same visitor, same object, same state of the connection. The percentiles of what is saved are those of the differences, not differences of percentiles.</p></div>`
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
