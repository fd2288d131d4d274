import { metrics } from '../stats/metrics.ts'
import type { RunResult } from '../stats/result.ts'
import { formatValue } from './figures.ts'

/** A figure that was measured beside the one that the model gives. */
export interface ModelledRow {
  title: string
  measured: string
  simulated: string
  /** Measured less simulated; shares in percentage points. */
  difference: string
}

/** What is compared: figures that both can know. */
const compared = [
  'requests', 'hit_ratio', 'byte_hit_ratio', 'origin_offload', 'origin_requests', 'origin_bytes', 'join_ratio', 'stale_ratio',
  'errors', 'mean_ms', 'p50_ms', 'p95_ms', 'p99_ms', 'saved_mean_ms', 'egress_bytes',
] // biome-ignore format: a list

/** Rows of a result that was measured and simulated; none of any other. */
export function modelledRows({ headline, modelled }: RunResult): ModelledRow[] {
  if (modelled === undefined) return []
  return metrics
    .filter(({ id }) => compared.includes(id) && modelled[id] !== undefined)
    .map(({ id, title, unit }) => {
      const [measured, simulated] = [headline[id]!.value, modelled[id]!]
      const difference = measured - simulated
      const sign = difference > 0 ? '+' : difference < 0 ? '−' : ''
      const size = formatValue(Math.abs(difference), unit)
      return {
        title,
        measured: formatValue(measured, unit),
        simulated: formatValue(simulated, unit),
        difference: Number.isFinite(difference) ? `${sign}${unit === '%' ? size.replace('%', 'points') : size}` : '-',
      }
    })
}

/** What stands above those rows. */
export const modelledHead = ['figure', 'measured', 'simulated', 'difference'] as const
