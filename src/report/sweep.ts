/** What one cell of a sweep came to, as plain data without times: the same on every machine. */
export interface CellOutcome {
  /** Metric id (see `stats/metrics`) to its value over the warm part; null where nothing was counted. */
  metrics: Record<string, number | null>
  /** Half widths of the 95 % intervals over the cell's replications, where it has several. */
  halfWidths: Record<string, number>
  thresholds: { text: string; value: number | null; passed: boolean }[]
  notes: string[]
}

/** One cell of a sweep: where it lies in the grid, and how it ended. */
export interface SweepRow {
  cell: number
  /** Content address of the cell. */
  key: string
  /** Axis to value, as written, in order of the axes. */
  point: Record<string, string>
  outcome?: CellOutcome
  /** What went wrong, instead of an outcome. */
  error?: string
}

/** A sweep as reports are made from it: rows in the order of the grid. */
export interface Sweep {
  title: string
  rows: readonly SweepRow[]
  /** True where a trace is replayed: then seeds give no samples, and no interval is shown. */
  isTraced: boolean
}

/** The figures that a table for people shows. */
export const mainMetrics = [
  'hit_ratio',
  'byte_hit_ratio',
  'origin_offload',
  'mean_ms',
  'p95_ms',
  'saved_mean_ms',
] as const

export const seedAxis = 'seed'

/** The axes of a sweep, in the order in which they were given. */
export function axesOf({ rows }: Sweep): string[] {
  return Object.keys(rows[0]?.point ?? {})
}

/** A metric of a row; NaN where it failed or nothing was counted. */
export function figureOf({ outcome }: SweepRow, metric: string): number {
  return outcome?.metrics[metric] ?? Number.NaN
}

/** Cells that did not end well. */
export function failuresOf({ rows }: Sweep): SweepRow[] {
  return rows.filter(({ error }) => error !== undefined)
}

/** Thresholds that were missed, with their cells. */
export function missedOf({ rows }: Sweep): { row: SweepRow; text: string; value: number | null }[] {
  return rows.flatMap(row =>
    (row.outcome?.thresholds ?? []).filter(({ passed }) => !passed).map(({ text, value }) => ({ row, text, value })),
  )
}
