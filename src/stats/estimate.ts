import { mean, sampleStandardDeviation } from 'simple-statistics'
import type { Estimate } from './result.ts'

/** Upper 97.5 % points of Student's t with 1 to 30 degrees of freedom; beyond, the normal's with a correction. */
const studentT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101,
  2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] // biome-ignore format: a table

/** Two-sided 95 % quantile of Student's t. Source: M. Abramowitz, I. Stegun: Handbook of Mathematical Functions, table 26.10. */
export function studentQuantile95(degrees: number): number {
  return studentT[degrees - 1] ?? 1.96 + 2.4 / degrees
}

/** Mean of independent replications with the half width of its Student-t 95 % interval; no interval for a single one. */
export function estimateOf(values: readonly number[]): Estimate {
  if (values.length < 2) return { value: values[0] ?? Number.NaN, halfWidth: null }
  const halfWidth =
    (studentQuantile95(values.length - 1) * sampleStandardDeviation([...values])) / Math.sqrt(values.length)
  return { value: mean([...values]), halfWidth }
}
