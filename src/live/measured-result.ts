import type { Plan } from '../scenario/plan.ts'
import type { Routes } from '../sim/run-result.ts'
import { behaviorRows, cityRows, countryRows, edgeFigures, routingRow, tierFigures } from '../sim/run-rows.ts'
import { histogramOf } from '../sim/run-series.ts'
import { hits, metrics, total } from '../stats/metrics.ts'
import type { Manifest, PopRow, RunResult } from '../stats/result.ts'
import type { Measured } from './measured.ts'

/** What a PoP holds at the end of what was measured. */
export interface Shelf {
  heldBytes: number
  heldObjects: number
  evictions: number
}

export interface MeasuredOptions {
  plan: Plan
  manifest: Manifest
  measured: Measured
  routes: Routes
  /** In the order of the plan's PoPs; empty where nobody could look. */
  shelves: readonly Shelf[]
  series: RunResult['series']
  events: RunResult['events']
  notes: readonly string[]
}

/** What was measured on real PoPs, in the shape of a run's result, so that every report can show it. Nothing is left out as warm-up. */
export function measuredResult(options: MeasuredOptions): RunResult {
  const { plan, manifest, measured, routes, series, events } = options
  const { tally, origin, reasons } = measured
  const figures = { tally, origin }
  const cold = Object.fromEntries(metrics.map(({ id, of }) => [id, of(figures)]))
  return {
    format: 'cdnlab-run-1',
    manifest,
    title: plan.title,
    headline: Object.fromEntries(Object.entries(cold).map(([id, value]) => [id, { value, halfWidth: null }])),
    cold,
    warmup: { requests: 0, rule: 'none: everything that was measured counts' },
    pops: popRows(options),
    countries: countryRows(plan, tally),
    cities: cityRows(plan, tally, routes),
    behaviors: behaviorRows(plan, tally),
    missReasons: { ...reasons },
    histogram: histogramOf(tally),
    series,
    events,
    routing: routingRow(plan, routes),
    thresholds: [],
    checks: [
      {
        law: 'every request that is no hit has one reason',
        left: Object.values(reasons).reduce((sum, count) => sum + count, 0),
        right: total(tally.requests) - hits(tally.requests),
      },
    ],
    notes: [...options.notes],
  }
}

function popRows({ plan, measured, shelves }: MeasuredOptions): PopRow[] {
  let edge = 0
  return plan.pops.map(({ id, place, isEdge, parent, capacityBytes, policy }, index) => ({
    id,
    place,
    isEdge,
    parent: plan.pops[parent]?.id ?? null,
    capacityBytes,
    policy: typeof policy === 'string' ? policy : policy.name,
    heldBytes: shelves[index]?.heldBytes ?? Number.NaN,
    heldObjects: shelves[index]?.heldObjects ?? Number.NaN,
    evictions: shelves[index]?.evictions ?? Number.NaN,
    ...(isEdge ? edgeFigures(measured.tally, edge++) : tierFigures(measured.tiers[index]!)),
  }))
}
