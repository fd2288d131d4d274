import { type MeterKind, meterKinds } from '../backend/account.ts'
import type { BackendsPlan, Plan } from '../scenario/plan.ts'
import { type Cost, type CostLine, costMetrics, costOf, type Usage } from '../stats/cost.ts'
import { estimateOf } from '../stats/estimate.ts'
import type { Estimate } from '../stats/result.ts'
import { Fate, fates, type Tally } from '../stats/tally.ts'
import type { Counted } from './run-once.ts'
import type { Warm } from './run-result.ts'

/** Money as metrics over the replications; nothing where the plan names no prices. */
export function costHeadline(plan: Plan, runs: readonly Counted[], warms: readonly Warm[]): Record<string, Estimate> {
  if (plan.cost === undefined) return {}
  const bills = runs.map((run, index) => runCost(plan, [run], [warms[index]!], warms[index]!)!)
  return Object.fromEntries(costMetrics.map(({ id, of }) => [id, estimateOf(bills.map(of))]))
}

/** What a month at the pace of the warm part costs; undefined where the plan names no prices. `warm` is the sum over all runs. */
export function runCost(
  { cost, pops, backends }: Plan,
  runs: readonly Counted[],
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
    ...(backends === null || warm.tally.behind === null ? {} : { behind: usageBehind(backends, warm.tally) }),
  }
  return costOf(cost, usage)
}

/** What reads of buckets are paid as, so that they stand among the cloud's own lines. */
const readKind: MeterKind = 'bucket reads'

/**
 * What the services behind were used for, and what they would have been used for if every request had been an ask: each behaviour's
 * meters, as many times over as it had requests for each of its asks. Code at the edge runs with the CDN only.
 */
function usageBehind({ prices }: BackendsPlan, { behind, behaviors }: Tally): Usage['behind'] {
  const rows = [...new Array(behind!.behaviors).keys()].map(behavior => {
    const meters = behind!.meters.subarray(behavior * meterKinds.length, (behavior + 1) * meterKinds.length)
    return { meters, share: behaviors[3 * behavior]! / Math.max(1, meters[meterKinds.indexOf('asks')]!) }
  })
  const amountOf = (kind: MeterKind, isDirect: boolean): number =>
    rows.reduce((sum, { meters, share }) => sum + meters[meterKinds.indexOf(kind)]! * (isDirect ? share : 1), 0)
  const lines = (isDirect: boolean): CostLine[] =>
    meterKinds.flatMap((kind): CostLine[] => {
      const usd = prices?.[kind] ?? 0
      const isAtEdge = kind === 'hook runs' || kind.startsWith('edge ')
      if (usd === 0 || kind === readKind || (isDirect && isAtEdge)) return []
      const amount = amountOf(kind, isDirect)
      return [{ what: kind, amount, unit: 'count', usd: amount * usd }]
    })
  return {
    reads: { withCdn: amountOf(readKind, false), withoutCdn: amountOf(readKind, true) },
    services: { withCdn: lines(false), withoutCdn: lines(true) },
  }
}
