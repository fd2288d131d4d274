import { assert } from '../lib/assert.ts'
import type { Plan } from '../scenario/plan.ts'
import { hits, sumOf, total } from '../stats/metrics.ts'
import type { RunResult } from '../stats/result.ts'
import { Fate } from '../stats/tally.ts'
import type { Counted } from './run-once.ts'
import type { Warm } from './run-result.ts'

/** What must add up after a run, whatever happened in it. A law that is broken is a bug, and ends the program. */
export function checkLaws(plan: Plan, { requests, world }: Counted, { tally, origin }: Warm): RunResult['checks'] {
  const totals = world.pops.map(pop => pop.totals)
  const sum = (key: keyof (typeof totals)[number], of = totals): number => of.reduce((all, own) => all + own[key], 0)
  const served = hits(tally.requests)
  const places = tally.places.reduce((all, cell, index) => (index % 4 === 0 ? all + cell : all), 0)
  const behaviors = tally.behaviors.reduce((all, cell, index) => (index % 3 === 0 ? all + cell : all), 0)
  const checks = [
    { law: 'every request has one fate', left: total(tally.requests), right: requests },
    { law: 'every request that is no hit has one reason', left: total(tally.reasons), right: requests - served },
    { law: 'every request served has a place', left: places, right: requests - sumOf(tally.requests, Fate.error) },
    { law: 'every request has a behaviour', left: behaviors, right: requests },
    {
      law: 'what tiers ask is what tiers and the origin are asked',
      left: sum('upstreamAsks'),
      right: sum('asks') + origin.asks,
    },
    {
      law: 'bytes that tiers get are bytes that tiers and the origin send',
      left: sum('upstreamBytes') + sum('upstreamLateBytes'),
      right: sum('askBytes') + origin.bytes,
    },
  ]
  for (const { law, left, right } of checks) assert(left === right, `${plan.title}: ${law}: ${left} and ${right}`)
  return checks
}
