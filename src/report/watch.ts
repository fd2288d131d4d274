import type { RunResult } from '../stats/result.ts'
import { formatEstimate } from './figures.ts'
import { inertStrings } from './inert.ts'
import { createInk, pad } from './ink.ts'
import type { TextOptions } from './text.ts'
import { bar, timelineRows } from './text-bars.ts'
import { worldMap } from './text-map.ts'
import { popTable } from './text-tables.ts'

/** A run under way, as it is shown. */
export interface Watched extends Pick<RunResult, 'title' | 'headline' | 'pops' | 'series' | 'events' | 'manifest'> {
  /** From 0 to 1. */
  share: number
}

const figures = [
  ['requests', 'hit_ratio', 'origin_offload', 'errors'],
  ['p50_ms', 'p95_ms', 'direct_p50_ms', 'saved_mean_ms'],
] as const
const labels = {
  requests: 'requests',
  hit_ratio: 'hit ratio',
  origin_offload: 'offload',
  errors: 'errors',
  p50_ms: 'p50',
  p95_ms: 'p95',
  direct_p50_ms: 'p50 without',
  saved_mean_ms: 'saved, mean',
} as const

/**
 * A picture of a run under way in so many lines at most: how far it is, the figures until now, curves over its time; then the map
 * and the busiest PoPs, as far as there is room.
 */
export function watchFrame(
  from: Watched,
  { width: given, colors, land = '', height }: TextOptions & { height: number },
): string[] {
  const watched = inertStrings(from)
  const width = Math.max(60, Math.min(given, 140))
  const ink = createInk(colors)
  const cell = Math.floor((width - 2) / figures[0].length)
  const rows = figures.map(ids =>
    `  ${ids.map(id => pad(`${labels[id]} ${formatEstimate(id, watched.headline[id]!)}`, cell)).join('')}`.trimEnd(),
  )
  const percent = `${Math.floor(100 * watched.share)} %`
  const must = [
    ink.title(pad(watched.title, width).trimEnd()),
    `  ${ink.first(pad(bar(watched.share, width - 10), width - 10))} ${percent}`,
    '',
    ...rows.map(row => ink.strong(row)),
    '',
    ...timelineRows({ ...watched, series: untilNow(watched.series), events: [] }, Math.min(width, 110), ink),
  ]
  const map = ['', ...worldMap(watched, land, width, ink, colors > 0)]
  const hasMap = map.length > 1 && must.length + map.length <= height
  const lines = hasMap ? [...must, ...map] : must
  const left = height - lines.length - 3
  return (left > 0 ? [...lines, '', ...popTable(watched, width, Math.min(left, 8))] : lines).slice(0, height)
}

/** The series with nothing, instead of zeros, in the steps that are still to come. */
function untilNow(series: RunResult['series']): RunResult['series'] {
  const steps = series.requests.findLastIndex(count => count > 0) + 1
  const cut = (values: readonly number[]): number[] => values.map((value, step) => (step < steps ? value : Number.NaN))
  const { stepMs, requests, hitRatio, originRequests, stale, errors, p95Ms } = series
  return {
    stepMs,
    requests: cut(requests),
    hitRatio: cut(hitRatio),
    originRequests: cut(originRequests),
    stale: cut(stale),
    errors: cut(errors),
    p95Ms: cut(p95Ms),
  }
}
