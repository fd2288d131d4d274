import { formatBytes, formatDigits, formatDuration } from '../lib/quantity.ts'
import type { Comparison } from '../sim/replay-compare.ts'
import type { RunResult } from '../stats/result.ts'
import { fateNames } from '../stats/tally.ts'
import type { Lifetime } from '../traffic/logs/lifetime.ts'
import { locatedBy } from '../traffic/logs/locate.ts'
import type { LogFacts } from '../traffic/logs/log-columns.ts'
import { loggedVerdicts } from '../traffic/logs/log-row.ts'
import type { BrokenLines } from '../traffic/logs/read-log.ts'
import { formatUsd } from './cost.ts'
import { formatCount, formatEstimate, formatValue, titleOf } from './figures.ts'
import { inertStrings } from './inert.ts'
import { createInk } from './ink.ts'
import { columnTable } from './text-tables.ts'
import { wrap } from './wrap.ts'

/** A replay as plain data: what the logs hold, what a run makes of them, and what another world would. */
export interface ReplayReport {
  format: 'cdnlab-replay-1'
  log: LogFacts & {
    files: number
    formats: string[]
    requests: number
    objects: number
    passObjects: number
    inferredPassObjects: number
    unknownSizes: number
    /** Requests by how their visitors were found, as in `locatedBy`. */
    located: number[]
    movedRequests: number
    broken: BrokenLines
    /** How long copies are fresh, as hits and checks tell; null when there are too few checks. */
    lifetime: Lifetime | null
    /** Bytes of each PoP that fit the log's hits best, as text; null when nobody asked. */
    fittedCapacity: string | null
  }
  comparison: Comparison
  base: RunResult
  /** What was changed, as `key=value`, and what came of it; null when nothing was. */
  whatIf: { changes: string[]; result: RunResult } | null
}

const shownPops = 12
const shownMetrics = [
  'hit_ratio', 'byte_hit_ratio', 'origin_offload', 'byte_offload', 'origin_requests', 'origin_bytes', 'mean_ms', 'p95_ms',
  'saved_mean_ms',
] as const // biome-ignore format: names of metrics

/** The report of a replay for a terminal; what `run` reports of the last run may follow it. */
export function replayText(from: ReplayReport, { width, colors }: { width: number; colors: 0 | 1 | 2 | 3 }): string {
  const report = inertStrings(from)
  const ink = createInk(colors)
  const sections: [string, string[]][] = [
    ['What the logs hold', logLines(report, width)],
    ['What they say, and what the model says', hitLines(report, width)],
    ['Verdicts: rows of the log, columns of the model', verdictTable(report)],
    ['PoPs', popTable(report)],
    ['What if', whatIfLines(report, width)],
  ]
  const body = sections
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([title, lines]) => ['', ink.title(title), ...lines])
  return `${[ink.title(report.base.title), ...body].join('\n')}\n`
}

const share = (part: number, all: number): string => formatValue(part / all, '%')

function logLines({ log }: ReplayReport, width: number): string[] {
  const located = locatedBy.flatMap((by, index) => {
    const count = log.located[index]!
    return count > 0 ? [`${by} ${share(count, log.requests)}`] : []
  })
  const counts = (of: Record<string, number>): string =>
    Object.entries(of)
      .map(([name, count]) => `${name} ${formatCount(count)}`)
      .join(', ')
  const unstored = log.passObjects + log.inferredPassObjects
  const rows: [string, string][] = [
    [
      'requests',
      `${formatCount(log.requests)} of ${formatCount(log.visitors)} addresses in ${formatDuration(log.lastMs - log.firstMs)}`,
    ],
    ['logs', `${log.files} of ${log.formats.join(', ')}`],
    ['sent', formatBytes(log.bytes)],
    ['methods', counts(log.methods)],
    ['statuses', counts(log.statuses)],
    ['objects', `${formatCount(log.objects)}, of them ${formatCount(unstored)} that must not be stored`],
    ['visitors by', located.join(', ')],
    [
      'lifetime',
      log.lifetime === null
        ? 'not told by the log'
        : `${formatDuration(log.lifetime.ttlMs)}: ${formatValue(log.lifetime.fit, '%')} of its hits and checks fit`,
    ],
  ]
  if (log.fittedCapacity !== null)
    rows.push(['size of a PoP', `${formatBytes(Number(log.fittedCapacity))} fit its hits best`])
  const note = (isThere: boolean, text: string): void => void (isThere && rows.push(['note', text]))
  note(
    log.inferredPassObjects > 0,
    `${formatCount(log.inferredPassObjects)} of those because they missed again where they had just been fetched`,
  )
  note(
    log.unknownSizes > 0,
    `${formatCount(log.unknownSizes)} objects were never seen whole: they have the median size`,
  )
  note(
    log.parts > 0,
    `${formatCount(log.parts)} requests got parts (206), ${formatBytes(log.partBytes)} in all; PoPs fetch and keep the whole object`,
  )
  note(
    log.silentParts > 0,
    `${formatCount(log.silentParts)} parts do not say how large they are and count as whole objects`,
  )
  note(log.inner > 0, `${formatCount(log.inner)} requests of the CDN's own tiers were left out`)
  note(
    log.movedRequests > 0,
    `${formatCount(log.movedRequests)} requests from rare places count with the largest place of their PoP`,
  )
  for (const { file, line, why } of log.broken.first.slice(0, 5))
    note(true, `${file}${line > 0 ? `:${line}` : ''}: ${why}`)
  note(log.broken.count > 0, `${formatCount(log.broken.count)} broken lines were passed over`)
  return rows.flatMap(([label, text]) =>
    wrap(text, width - 16, '').map((line, index) => `  ${(index === 0 ? label : '').padEnd(14)}${line}`),
  )
}

function hitLines({ comparison }: ReplayReport, width: number): string[] {
  const { compared, silent, bytes, logged, simulated, agreeing, samePop, warmupRequests } = comparison
  if (compared === 0)
    return wrap(
      'The logs tell no verdict of a cache: there is nothing to compare with. The figures below are the model’s alone.',
      width,
      '  ',
    )
  const row = (title: string, log: number, model: number): string[] => [
    title,
    formatValue(log, '%'),
    formatValue(model, '%'),
    `${formatDigits(100 * (model - log))}`,
  ]
  return [
    ...columnTable(
      ['', 'log', 'model', 'points apart'],
      [
        row('hit ratio', logged.hits / compared, simulated.hits / compared),
        row('byte hit ratio', logged.hitBytes / bytes, simulated.hitBytes / bytes),
      ],
    ),
    ...wrap(
      `${share(agreeing, compared)} of ${formatCount(compared)} requests end alike, and ${share(samePop, compared)} at the PoP of the log. ` +
        `Left out: ${formatCount(warmupRequests)} requests while the shelves of the model fill${silent > 0 ? `, and ${formatCount(silent)} of which the log does not say` : ''}. ` +
        'Alike means: from the shelf, found unchanged at the origin, sent on, or error; objects weigh what they weigh whole.',
      width,
      '  ',
    ),
  ]
}

function verdictTable({ comparison: { table, compared } }: ReplayReport): string[] {
  if (compared === 0) return []
  const columns = [...fateNames.keys()].filter(fate => table.some(row => row[fate]! > 0))
  const rows = table.flatMap((row, verdict) =>
    row.some(count => count > 0) ? [[loggedVerdicts[verdict]!, ...columns.map(fate => formatCount(row[fate]!))]] : [],
  )
  return columnTable(['log \\ model', ...columns.map(fate => fateNames[fate]!)], rows)
}

function popTable({ comparison: { pops } }: ReplayReport): string[] {
  if (pops.length === 0) return []
  return columnTable(
    ['PoP', 'requests', 'hit % log', 'model', 'alike %'],
    pops
      .slice(0, shownPops)
      .map(pop => [
        pop.id,
        formatCount(pop.requests),
        share(pop.loggedHits, pop.requests).replace(' %', ''),
        share(pop.simulatedHits, pop.requests).replace(' %', ''),
        share(pop.agreeing, pop.requests).replace(' %', ''),
      ]),
  )
}

function whatIfLines({ base, whatIf }: ReplayReport, width: number): string[] {
  if (whatIf === null) return []
  const { changes, result } = whatIf
  const value = (of: RunResult, id: string): string => formatEstimate(id, of.headline[id]!)
  const rows = shownMetrics.map(id => [titleOf(id), value(base, id), value(result, id)])
  if (base.cost || result.cost)
    rows.push([
      'Cost of a month',
      base.cost ? formatUsd(base.cost.withCdnUsd) : '-',
      result.cost ? formatUsd(result.cost.withCdnUsd) : '-',
    ])
  return [...wrap(`with ${changes.join(', ')}`, width, '  '), ...columnTable(['', 'as in the log', 'what if'], rows)]
}
