import { formatBytes, formatDigits } from '../lib/quantity.ts'
import { type Metric, metrics } from '../stats/metrics.ts'
import type { Estimate } from '../stats/result.ts'

const metricOf = new Map(metrics.map(metric => [metric.id, metric]))

/** A value with the unit of its metric, for people; a dash where nothing was counted. */
export function formatValue(value: number | null, unit: Metric['unit']): string {
  if (value === null || !Number.isFinite(value)) return '-'
  if (unit === '%') return `${(100 * value).toFixed(1)} %`
  if (unit === 'bytes') return formatBytes(value)
  if (unit === 'count') return formatCount(value)
  return `${formatDigits(value)} ${unit}`
}

/** A metric of a result by id, with its interval where there is one. */
export function formatEstimate(id: string, { value, halfWidth }: Estimate): string {
  const { unit } = metricOf.get(id)!
  const text = formatValue(value, unit)
  if (halfWidth === null) return text
  const half = unit === '%' ? `${(100 * halfWidth).toFixed(2)}` : formatValue(halfWidth, unit).replace(/ (?:ms|h)$/, '')
  return `${text} ± ${half}`
}

export function titleOf(id: string): string {
  return metricOf.get(id)!.title
}

export function docOf(id: string): string {
  return metricOf.get(id)!.doc
}

/** A whole number with its thousands apart; a dash where nobody counted. */
export function formatCount(value: number): string {
  if (Number.isNaN(value)) return '-'
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}
