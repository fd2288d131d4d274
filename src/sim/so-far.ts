import type { Plan } from '../scenario/plan.ts'
import { metrics } from '../stats/metrics.ts'
import type { RunResult } from '../stats/result.ts'
import type { SoFar } from './run-once.ts'
import { popRows } from './run-rows.ts'
import { seriesOf } from './run-series.ts'

/** What can be said of a run before it is over: of all requests until now, the cold start included. */
export type ResultSoFar = Pick<RunResult, 'headline' | 'pops' | 'series'>

/** A look at a run under way. Nothing of the run is changed, and what is answered shares nothing with it. */
export function resultSoFar(plan: Plan, { parts, timeline, world }: SoFar): ResultSoFar {
  const tally = parts[0]!.tally.copy()
  for (const part of parts.slice(1)) tally.add(part.tally)
  const figures = { tally, origin: { ...world.origin } }
  const headline = metrics.map(({ id, of }) => [id, { value: of(figures), halfWidth: null }] as const)
  const totals = world.pops.map(pop => ({ ...pop.totals }))
  return {
    headline: Object.fromEntries(headline),
    pops: popRows(plan, [{ world }], { tally, totals }),
    series: seriesOf([timeline]),
  }
}
