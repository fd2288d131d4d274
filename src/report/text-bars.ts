import { formatDigits } from '../lib/quantity.ts'
import type { RunResult } from '../stats/result.ts'
import { formatCount } from './figures.ts'
import { type Ink, pad } from './ink.ts'
import { reasonText } from './sentences.ts'

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of so many letters, to an eighth of one. */
export function bar(share: number, width: number): string {
  const filled = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * width
  return '█'.repeat(Math.floor(filled)) + eighths[Math.floor((filled % 1) * 8)]!
}

/** A line of heights for values from 0 to `most`; a gap where there is none. */
export function sparkline(values: readonly number[], most: number): string {
  const heights = '▁▂▃▄▅▆▇█'
  return values
    .map(value => (Number.isFinite(value) && most > 0 ? heights[Math.min(7, Math.floor((value / most) * 8))] : ' '))
    .join('')
}

/** Means of equal stretches, so that a row fits a width. */
export function shorten(values: readonly number[], width: number): number[] {
  const points = Math.min(width, values.length)
  return Array.from({ length: points }, (_, point) => {
    const part = values.slice(
      Math.floor((point * values.length) / points),
      Math.floor(((point + 1) * values.length) / points),
    )
    const known = part.filter(Number.isFinite)
    return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length
  })
}

/** Two histograms side by side on one scale: how many requests wait how long, with the CDN and without it. */
export function latencyBars({ histogram }: RunResult, width: number, ink: Ink): string[] {
  const { upToMs, withCdn, withoutCdn } = widen(histogram)
  const total = Math.max(sum(withCdn), 1)
  const most = Math.max(...withCdn, ...withoutCdn, 1)
  const side = Math.floor((width - 24) / 2)
  const lines = [
    `  ${pad('up to ms', 10, 'right')}  ${ink.first(pad('with the CDN', side + 4))} ${ink.second('without it')}`,
  ]
  upToMs.forEach((limit, index) => {
    const [a, b] = [withCdn[index]!, withoutCdn[index]!]
    if (a < total / 2000 && b < total / 2000) return
    const part = (count: number): string =>
      `${pad(`${((100 * count) / total).toFixed(count === 0 ? 0 : 1)}`, 5, 'right')} ${pad(bar(count / most, side - 1), side - 1)}`
    lines.push(`  ${pad(formatDigits(limit), 10, 'right')} ${ink.first(part(a))} ${ink.second(part(b).trimEnd())}`)
  })
  return [...lines, ink.faint('  % of the requests')]
}

/** Bars of a result that make one of the terminal: two to a doubling. */
const barsTogether = 4

/** Fewer and wider bars, whose borders are the same for every result. */
function widen({ upToMs, withCdn, withoutCdn }: RunResult['histogram']): RunResult['histogram'] {
  const wide: RunResult['histogram'] = { upToMs: [], withCdn: [], withoutCdn: [] }
  let [withSum, withoutSum] = [0, 0]
  upToMs.forEach((limit, index) => {
    withSum += withCdn[index]!
    withoutSum += withoutCdn[index]!
    const isBorder = Math.round(Math.log2(limit) * 8) % barsTogether === 0
    if (!isBorder && index < upToMs.length - 1) return
    wide.upToMs.push(limit)
    wide.withCdn.push(withSum)
    wide.withoutCdn.push(withoutSum)
    withSum = 0
    withoutSum = 0
  })
  return wide
}

/** Why requests were no hits, the most frequent reason first. */
export function reasonBars({ missReasons, headline }: RunResult, width: number, ink: Ink): string[] {
  const reasons = Object.entries(missReasons).filter(([, count]) => count > 0)
  if (reasons.length === 0) return ['  every request was a hit']
  const requests = headline.requests!.value
  const misses = reasons.reduce((all, [, count]) => all + count, 0)
  const label = 34
  return reasons
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => {
      const share = `${((100 * count) / misses).toFixed(1)} %`
      const room = width - label - 23
      return `  ${pad(reasonText(reason), label)}${pad(formatCount(count), 11, 'right')} ${pad(share, 7, 'right')} ${ink.second(bar(count / Math.max(misses, requests / 1e9), room))}`.trimEnd()
    })
}

/** The run over time: a row a figure, events marked below. */
export function timelineRows(
  { series, events, manifest }: Pick<RunResult, 'series' | 'events' | 'manifest'>,
  width: number,
  ink: Ink,
): string[] {
  const room = Math.max(10, width - 34)
  const lengthMs = series.stepMs * series.requests.length
  const row = (title: string, values: readonly number[], most: number, scale: string): string =>
    `  ${pad(title, 16)}${sparkline(shorten(values, room), most)} ${ink.faint(scale)}`
  const highest = (values: readonly number[]): number => Math.max(...shorten(values, room).filter(Number.isFinite), 0)
  const lines = [row('hit ratio', series.hitRatio, 1, '0 to 100 %')]
  for (const [title, values] of [
    ['requests', series.requests],
    ['origin', series.originRequests],
    ['stale', series.stale],
    ['errors', series.errors],
  ] as const) {
    if (highest(values) > 0)
      lines.push(
        row(title, values, highest(values), `0 to ${rate(highest(values) / manifest.replications, series.stepMs)}`),
      )
  }
  lines.push(row('p95', series.p95Ms, highest(series.p95Ms), `0 to ${formatDigits(highest(series.p95Ms))} ms`))
  if (events.length === 0) return lines
  const points = Math.min(room, series.requests.length)
  const marks = Array<string>(points).fill(' ')
  for (const { atMs } of events) marks[Math.min(points - 1, Math.floor((atMs / lengthMs) * points))] = '▲'
  lines.push(`  ${pad('events', 16)}${marks.join('')}`.trimEnd())
  for (const { atMs, text } of events.slice(0, 8))
    lines.push(ink.faint(pad(`  ${pad('', 16)}▲ ${formatClock(atMs)} ${text}`, width).trimEnd()))
  return lines
}

function rate(perStep: number, stepMs: number): string {
  return `${formatDigits((perStep * 1000) / stepMs)}/s`
}

/** A time of the run as h:mm:ss. */
export function formatClock(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
