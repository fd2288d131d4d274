import type { RoutingCost } from '../geo/mis-routing.ts'
import type { Plan } from '../scenario/plan.ts'
import { estimateOf } from '../stats/estimate.ts'
import { type Figures, metrics } from '../stats/metrics.ts'
import type { Estimate, Manifest, RunResult } from '../stats/result.ts'
import { missReasons } from '../stats/tally.ts'
import type { Timeline } from '../stats/timeline.ts'
import { mser5 } from '../stats/warmup.ts'
import { checkLaws } from './laws.ts'
import { runBackends } from './run-backends.ts'
import { costHeadline, runCost } from './run-cost.ts'
import type { Counted, Part } from './run-once.ts'
import { behaviorRows, cityRows, countryRows, popRows, routingRow } from './run-rows.ts'
import { histogramOf, seriesOf } from './run-series.ts'

/** Where the router sends each place, and what that costs. */
export interface Routes {
  edgeOf: Int32Array
  fastest: Int32Array
  rttMs: Float64Array
  edges: number
  chosen: RoutingCost
  nearest: RoutingCost
}

/** The warm part of a run, added up, with the totals that were counted in it. */
export interface Warm extends Figures {
  fromMs: number
  totals: Part['totals']
}

/** Makes the result of a run from its replications. */
export function createResult(plan: Plan, manifest: Manifest, runs: readonly Counted[], routes: Routes): RunResult {
  const warms = runs.map(run => stretchOf(run, warmFrom(plan, run)))
  const wholes = runs.map(run => stretchOf(run, 0))
  const warm = sumOfStretches(warms)
  const headline = { ...headlineOf(warms), ...costHeadline(plan, runs, warms) }
  const thresholds = plan.thresholds.map(({ text, metric, operator, value: limit }) => {
    const value = headline[metric]!.value
    return { text, value, passed: compare(value, operator, limit) }
  })
  const whole = sumOfStretches(wholes)
  const cost = runCost(plan, runs, warms, warm)
  const backends = runBackends(plan, runs, warm)
  return {
    format: 'cdnlab-run-1',
    manifest,
    title: plan.title,
    headline,
    cold: Object.fromEntries(metrics.map(({ id, of }) => [id, of(whole)])),
    warmup: warmupOf(plan, warms, wholes),
    pops: popRows(plan, runs, warm),
    countries: countryRows(plan, warm.tally),
    cities: cityRows(plan, warm.tally, routes),
    behaviors: behaviorRows(plan, warm.tally),
    missReasons: Object.fromEntries(missReasons.map((reason, index) => [reason, warm.tally.reasons[index]!])),
    histogram: histogramOf(warm.tally),
    series: seriesOf(runs.map(({ timeline }) => timeline)),
    events: plan.events.map(event => ({ atMs: event.atMs, text: eventText(plan, event) })),
    routing: routingRow(plan, routes),
    ...(backends === undefined ? {} : { backends }),
    ...(cost === undefined ? {} : { cost }),
    thresholds,
    checks: runs.flatMap((run, replication) => checkLaws(plan, run, wholes[replication]!)),
    notes: notesOf(plan, runs),
  }
}

/** Each metric over the replications, each of which has a warm-up of its own. */
function headlineOf(warms: readonly Warm[]): Record<string, Estimate> {
  return Object.fromEntries(metrics.map(({ id, of }) => [id, estimateOf(warms.map(of))]))
}

/** When the warm part begins: at the rule's cut, or at the next border between parts. */
function warmFrom({ warmup }: Plan, { parts, timeline }: Counted): number {
  if (warmup.kind !== 'mser5') return parts.at(-1)!.fromMs
  const hitRatios = [...timeline.requests.keys()].map(
    step => timeline.hits[step]! / Math.max(1, timeline.requests[step]!),
  )
  const cutMs = mser5(hitRatios) * timeline.stepMs
  return (parts.find(({ fromMs }) => fromMs >= cutMs) ?? parts.at(-1)!).fromMs
}

/** What was counted from a time on. The time must be where a part begins. */
function stretchOf({ parts }: Counted, fromMs: number): Warm {
  const first = parts.findIndex(part => part.fromMs >= fromMs)
  const before = parts[first - 1]
  const last = parts.at(-1)!
  const [head, ...rest] = parts.slice(first)
  let { tally } = head!
  if (rest.length > 0) {
    tally = tally.copy()
    for (const part of rest) tally.add(part.tally)
  }
  return {
    fromMs,
    tally,
    origin: {
      asks: last.origin.asks - (before?.origin.asks ?? 0),
      bytes: last.origin.bytes - (before?.origin.bytes ?? 0),
    },
    totals: last.totals.map((totals, pop) => subtract(totals, before?.totals[pop])),
  }
}

function subtract(after: Part['totals'][number], before: Part['totals'][number] | undefined): Part['totals'][number] {
  const difference = { ...after }
  if (before) for (const key of Object.keys(after) as (keyof typeof after)[]) difference[key] -= before[key]
  return difference
}

function sumOfStretches(stretches: readonly Warm[]): Warm {
  const [first, ...rest] = stretches
  if (rest.length === 0) return first!
  const sum: Warm = {
    ...first!,
    tally: first!.tally.copy(),
    origin: { ...first!.origin },
    totals: first!.totals.map(totals => ({ ...totals })),
  }
  for (const { tally, origin, totals } of rest) {
    sum.tally.add(tally)
    sum.origin.asks += origin.asks
    sum.origin.bytes += origin.bytes
    totals.forEach((own, pop) => {
      const all = sum.totals[pop]!
      for (const key of Object.keys(own) as (keyof typeof own)[]) all[key] += own[key]
    })
  }
  return sum
}

function warmupOf({ warmup }: Plan, warms: readonly Warm[], wholes: readonly Warm[]): RunResult['warmup'] {
  const count = (stretches: readonly Warm[]): number =>
    stretches.reduce((sum, { tally }) => sum + tally.requests.reduce((all, cell) => all + cell, 0), 0)
  const rules = {
    mser5: 'MSER-5 on the hit ratio, at the next of 1/64, 1/32 ... 1/2 of the run',
    none: 'none: the figures are of the whole run, cold start included',
    share: 'a share of the run, as the scenario says',
    time: 'a time, as the scenario says',
  }
  return { requests: count(wholes) - count(warms), rule: rules[warmup.kind] }
}

function compare(value: number, operator: string, limit: number): boolean {
  if (operator === '<') return value < limit
  if (operator === '<=') return value <= limit
  return operator === '>' ? value > limit : value >= limit
}

function eventText({ pops }: Plan, event: Plan['events'][number]): string {
  if (event.type === 'pop-down' || event.type === 'pop-up') return `${event.type} ${pops[event.pop]!.id}`
  if (event.type === 'origin-slow') return `origin-slow x${event.factor}`
  if (event.type === 'purge') return `${event.soft ? 'soft purge' : 'purge'} ${event.path}`
  if (event.type === 'flash-crowd') return `flash-crowd x${event.factor}`
  return event.type
}

function notesOf(plan: Plan, runs: readonly Counted[]): string[] {
  const notes = [
    'Distances become round trips by a fitted model, not by measurement of these paths; a PoP answers from memory, without load.',
    'A connection to a parent or to the origin is always open; the time of an object starts when it arrives.',
  ]
  if (runs.some(({ timeline }) => stillClimbs(timeline)))
    notes.push(
      'The hit ratio still climbed when the run ended: a longer run, or more traffic, would show a higher one.',
    )
  if (runs.length === 1) notes.push('A single run: differences between runs of other seeds are not known.')
  if (plan.network.until === 'first-byte') notes.push('Latencies run to the first byte of the answer.')
  return notes
}

/** Whether the last eighth of a run has a hit ratio of a point more than the eighth before it. */
function stillClimbs({ requests, hits, steps }: Timeline): boolean {
  const eighth = Math.floor(steps / 8)
  const ratioOf = (from: number): number => {
    const sum = (column: Float64Array): number =>
      column.subarray(from, from + eighth).reduce((all, count) => all + count, 0)
    return sum(hits) / sum(requests)
  }
  return ratioOf(steps - eighth) > ratioOf(steps - 2 * eighth) + 0.01
}
