import { estimateOf } from '../stats/estimate.ts'
import type { Estimate } from '../stats/result.ts'
import { axesOf, figureOf, type Sweep, type SweepRow, seedAxis } from './sweep.ts'
import { adjustByHolm, studentTails } from './sweep-student.ts'

/** All seeds of one point of the other axes. */
export interface SeedGroup {
  point: Record<string, string>
  /** By seed, as written. */
  rows: Map<string, SweepRow>
}

/** A value of an axis held against the axis's first value, seed by seed, the other axes being the same. */
export interface PairedDifference {
  axis: string
  from: string
  to: string
  /** The other axes but the seed. */
  where: Record<string, string>
  metric: string
  /** Seeds that both have. */
  pairs: number
  /** Mean of the differences, `to` less `from`, with its 95 % interval. */
  difference: Estimate
  /** Chance of so large a difference where there is none, adjusted by Holm over the comparisons of this axis and metric. */
  chance: number
  /** True when the adjusted chance is below 5 %; the interval then leaves 0 out. */
  isShown: boolean
}

/** Rows by their point without the seed, in order; empty where no seed was varied or a trace makes seeds no samples. */
export function seedGroupsOf(sweep: Sweep): SeedGroup[] {
  if (sweep.isTraced || !axesOf(sweep).includes(seedAxis)) return []
  const groups = new Map<string, SeedGroup>()
  for (const row of sweep.rows) {
    const point = without(row.point, seedAxis)
    const name = JSON.stringify(point)
    const group = groups.get(name) ?? { point, rows: new Map<string, SweepRow>() }
    group.rows.set(row.point[seedAxis]!, row)
    groups.set(name, group)
  }
  return [...groups.values()]
}

/** Mean of a metric over the seeds of a group; failed cells are left out. */
export function meanOf({ rows }: SeedGroup, metric: string): Estimate {
  return estimateOf([...rows.values()].map(row => figureOf(row, metric)).filter(Number.isFinite))
}

/** Every value of every axis against the first of its axis, on common seeds and so on common random numbers. */
export function differencesOf(sweep: Sweep, metrics: readonly string[]): PairedDifference[] {
  const groups = seedGroupsOf(sweep)
  const byName = new Map(groups.map(group => [JSON.stringify(group.point), group]))
  return axesOf(sweep)
    .filter(axis => axis !== seedAxis)
    .flatMap(axis => {
      const from = groups[0]?.point[axis]
      if (from === undefined) return []
      return metrics.flatMap(metric => {
        const family = groups.flatMap(group => {
          if (group.point[axis] === from) return []
          const first = byName.get(JSON.stringify({ ...group.point, [axis]: from }))
          return first ? [compare(first, group, axis, metric)] : []
        })
        const chances = adjustByHolm(family.map(({ chance }) => chance))
        return family.map((each, index) => ({
          ...each,
          chance: chances[index]!,
          isShown: chances[index]! < 0.05 && leavesOutZero(each),
        }))
      })
    })
}

function compare(first: SeedGroup, group: SeedGroup, axis: string, metric: string): PairedDifference {
  const differences: number[] = []
  for (const [seed, row] of group.rows) {
    const other = first.rows.get(seed)
    const difference = other === undefined ? Number.NaN : figureOf(row, metric) - figureOf(other, metric)
    if (Number.isFinite(difference)) differences.push(difference)
  }
  return {
    axis,
    from: first.point[axis]!,
    to: group.point[axis]!,
    where: without(group.point, axis),
    metric,
    pairs: differences.length,
    difference: estimateOf(differences),
    chance: chanceOf(differences),
    isShown: false,
  }
}

/** Two-sided chance of the paired t-test; 1 where there is nothing to test. */
function chanceOf(differences: readonly number[]): number {
  const count = differences.length
  if (count < 2 || differences.every(difference => difference === 0)) return 1
  const mean = differences.reduce((sum, value) => sum + value, 0) / count
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  return studentTails(mean / Math.sqrt(variance / count), count - 1)
}

function without(point: Record<string, string>, axis: string): Record<string, string> {
  return Object.fromEntries(Object.entries(point).filter(([key]) => key !== axis))
}

function leavesOutZero({ difference: { value, halfWidth } }: PairedDifference): boolean {
  return halfWidth !== null && Math.abs(value) > halfWidth
}
