import type { Plan } from '../scenario/plan.ts'
import { type BackendResult, backendRows, type FunctionRow } from '../stats/backend-result.ts'
import type { Counted } from './run-once.ts'
import type { Warm } from './run-result.ts'

/** What stood behind and at the edge, and what it did; undefined for one plain origin. `warm` is the sum over all runs. */
export function runBackends(
  { backends, behaviors }: Plan,
  runs: readonly Counted[],
  warm: Warm,
): BackendResult | undefined {
  const { behind } = warm.tally
  if (backends === null || behind === null) return undefined
  const labels = behaviors.map(({ label }, index) => ({
    label,
    origin: backends.origins[backends.rules[index]!.origin]?.name ?? 'origin',
  }))
  return {
    behaviors: backendRows(behind, labels, warm.tally.behaviors, backends.prices),
    functions: backends.functions.map(({ name }) => functionRow(name, runs)),
  }
}

/** All replications together, the peak as the highest of them. */
function functionRow(name: string, runs: readonly Counted[]): FunctionRow {
  const models = runs.map(({ world }) => world.backends!.functions.get(name)!)
  const sum = (of: (model: (typeof models)[number]) => number): number =>
    models.reduce((all, each) => all + of(each), 0)
  return {
    name,
    invocations: sum(({ pool }) => pool.counts.cold + pool.counts.warm),
    coldStarts: sum(({ pool }) => pool.counts.cold),
    throttled: sum(({ pool }) => pool.counts.throttled),
    peak: Math.max(...models.map(({ peak }) => peak)),
    idleSeconds: sum(({ pool }) => pool.counts.idleMs) / 1000,
  }
}
