import { costMetrics } from '../stats/cost.ts'
import { metrics } from '../stats/metrics.ts'
import { inertCsv } from './inert.ts'
import { axesOf, figureOf, type Sweep } from './sweep.ts'

/** The sweep as a table (RFC 4180): a row a cell, its axes, every metric in plain numbers, and what went wrong. */
export function sweepCsv(sweep: Sweep): string {
  const axes = axesOf(sweep)
  const isPriced = sweep.rows.some(({ outcome }) => outcome !== undefined && costMetrics[0].id in outcome.metrics)
  const ids = [...metrics, ...(isPriced ? costMetrics : [])].map(({ id }) => id)
  const head = ['cell', ...axes, ...ids, 'thresholds_missed', 'error']
  const lines = sweep.rows.map(row => {
    const missed = row.outcome?.thresholds.filter(({ passed }) => !passed).map(({ text }) => text) ?? []
    const figures = ids.map(id => figureOf(row, id))
    return [row.cell, ...axes.map(axis => row.point[axis]!), ...figures, missed.join('; '), row.error ?? '']
  })
  return [head, ...lines].map(cells => `${cells.map(inertCsv).join(',')}\r\n`).join('')
}
