import { formatDigits } from '../lib/quantity.ts'
import { metrics } from '../stats/metrics.ts'
import type { PairedDifference } from './sweep-means.ts'

/** What a paired difference shows, in a word; where its interval holds 0 it shows nothing. */
export function findingOf({ isShown, difference }: PairedDifference): string {
  if (!isShown) return 'no difference shown'
  return difference.value > 0 ? 'higher' : 'lower'
}

/** A difference with its sign and interval; shares in percentage points. */
export function differenceText({ metric, difference }: PairedDifference): string {
  const unit = metrics.find(({ id }) => id === metric)!.unit
  const factor = unit === '%' ? 100 : 1
  const value = (factor * difference.value).toFixed(2)
  const half = difference.halfWidth === null ? '' : ` ± ${formatDigits(factor * difference.halfWidth)}`
  return `${difference.value > 0 ? '+' : ''}${value}${half} ${unit === '%' ? 'points' : unit}`
}
