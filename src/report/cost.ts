import { formatBytes, formatDigits } from '../lib/quantity.ts'
import type { Cost, CostLine } from '../stats/cost.ts'
import type { RunResult } from '../stats/result.ts'
import { formatCount } from './figures.ts'
import { pad } from './ink.ts'
import { columnTable } from './text-tables.ts'
import { wrap } from './wrap.ts'

/** Money for people: cents below a thousand, whole dollars above. */
export function formatUsd(usd: number): string {
  const size = Math.abs(usd)
  const text = size < 1000 ? size.toFixed(2) : formatCount(size)
  return `${usd < 0 && text !== '0.00' ? '-' : ''}$${text}`
}

/** The saving in money beside that in time, in one sentence. */
export function costSentence({ cost, headline }: RunResult): string {
  if (cost === undefined) return ''
  const { withCdnUsd, withoutCdnUsd, savedUsd, timesRun } = cost
  const hours = headline.saved_total_h!.value * timesRun
  const money =
    savedUsd >= 0 ? `saves ${formatUsd(savedUsd)} a month and` : `costs ${formatUsd(-savedUsd)} more and saves`
  return (
    `At this pace a month costs ${formatUsd(withCdnUsd)} with ${cost.cdn}, and ${formatUsd(withoutCdnUsd)} when ${cost.cloud} sends everything itself. ` +
    `The CDN ${money} ${formatDigits(headline.saved_mean_ms!.value)} ms of each request's wait, ${formatCount(hours)} hours in the month.`
  )
}

/** Where the prices come from, and how far they can be trusted. */
export function costNotes({ timesRun, date, notes, sources }: Cost): string[] {
  const weak = sources.filter(({ basis }) => basis === 'third party' || basis === 'from memory').map(({ name }) => name)
  return [
    `List prices of ${date} without taxes and discounts, for bodies only. A month of 730 hours: the measured part of the run ${formatDigits(timesRun)} times over.`,
    ...(weak.length > 0
      ? [`Not read on the vendor's own page: ${weak.join(', ')}. \`config/prices.json\` says where each comes from.`]
      : []),
    ...notes,
  ]
}

export function amountOf({ amount, unit }: CostLine): string {
  return unit === 'bytes' ? formatBytes(Math.round(amount)) : formatCount(amount)
}

/** Zones that a terminal shows one by one; more of them are added up. */
const mostZones = 3

/** Lines of many zones as one line for each kind. */
function grouped(lines: readonly CostLine[]): CostLine[] {
  const kindOf = ({ what }: CostLine): string => what.split(',')[0]!
  return [...new Set(lines.map(kindOf))].flatMap(kind => {
    const group = lines.filter(line => kindOf(line) === kind)
    if (group.length <= mostZones) return group
    const sum = (of: (line: CostLine) => number): number => group.reduce((all, line) => all + of(line), 0)
    return [
      {
        ...group[0]!,
        what: `${kind}, ${group.length} zones`,
        amount: sum(line => line.amount),
        usd: sum(line => line.usd),
      },
    ]
  })
}

/** The section of a terminal's report; empty where the scenario names no prices. */
export function costText(result: RunResult, width: number): string[] {
  const { cost } = result
  if (cost === undefined) return []
  const row = (line: CostLine): string[] => [
    pad(line.what, Math.min(60, width - 34)).trimEnd(),
    amountOf(line),
    formatUsd(line.usd),
  ]
  const sum = (what: string, usd: number): string[] => [what, '', formatUsd(usd)]
  return [
    ...columnTable(
      ['a month', 'amount', 'price'],
      [
        ...grouped(cost.lines).map(row),
        sum('with the CDN', cost.withCdnUsd),
        ...cost.withoutCdnLines.map(row),
        sum('without it', cost.withoutCdnUsd),
        sum('saved', cost.savedUsd),
      ],
    ),
    ...wrap(costSentence(result), width, '  '),
    ...costNotes(cost).flatMap(note => wrap(note, width, '  ')),
  ]
}
