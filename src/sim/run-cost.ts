import type { Plan } from '../scenario/plan.ts'
import { type Cost, costOf, type Usage } from '../stats/cost.ts'
import { Fate, fates } from '../stats/tally.ts'
import type { OneRun } from './run-once.ts'
import type { Warm } from './run-result.ts'

/** What a month at the pace of the warm part costs; undefined where the plan names no prices. `warm` is the sum over all runs. */
export function runCost(
  { cost, pops }: Plan,
  runs: readonly OneRun[],
  warms: readonly Warm[],
  warm: Warm,
): Cost | undefined {
  if (cost === undefined) return undefined
  const { requests, bytes } = warm.tally
  const edges = pops.filter(({ isEdge }) => isEdge)
  const usage: Usage = {
    ms: runs.reduce((sum, { timeline }, run) => sum + timeline.steps * timeline.stepMs - warms[run]!.fromMs, 0),
    edges: edges.map((_, edge) => {
      const row = edge * fates
      const sum = (cells: Float64Array): number => cells.subarray(row, row + fates).reduce((all, cell) => all + cell, 0)
      return {
        requests: sum(requests),
        bytes: sum(bytes),
        missedBytes: bytes[row + Fate.miss]! + bytes[row + Fate.pass]!,
      }
    }),
    origin: warm.origin,
    storedBytes: runs[0]!.catalog.bytesOf.reduce((sum, size) => sum + size, 0),
  }
  return costOf(cost, usage)
}
