import { bucketCount, lowerBorderOf } from '../lib/log-histogram.ts'
import type { RunResult } from '../stats/result.ts'
import type { Tally } from '../stats/tally.ts'
import type { Timeline } from '../stats/timeline.ts'

/** Fine buckets that make one of a report: eight to a doubling. */
const finePerBar = 16
/** Steps of the timeline that make one of a report. */
const stepsPerPoint = 4

/** Latency with and without the CDN in bars of equal width on a logarithmic scale; only bars between the first and last in use. */
export function histogramOf(tally: Tally): RunResult['histogram'] {
  const bars = bucketCount / finePerBar
  const withCdn = coarsen(tally.latencyOfAll())
  const withoutCdn = coarsen(tally.direct)
  let [first, last] = [bars, -1]
  for (let bar = 0; bar < bars; bar++) {
    if (withCdn[bar] === 0 && withoutCdn[bar] === 0) continue
    first = Math.min(first, bar)
    last = bar
  }
  const used = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
  return {
    upToMs: used.map(bar => lowerBorderOf((bar + 1) * finePerBar)),
    withCdn: used.map(bar => withCdn[bar]!),
    withoutCdn: used.map(bar => withoutCdn[bar]!),
  }
}

function coarsen(fine: ArrayLike<number>): Float64Array {
  const bars = new Float64Array(bucketCount / finePerBar)
  for (let bucket = 0; bucket < bucketCount; bucket++) bars[Math.floor(bucket / finePerBar)]! += fine[bucket]!
  return bars
}

/** The timelines of all replications on one scale: counts added up, the percentile as the mean of the runs'. */
export function seriesOf(timelines: readonly Timeline[]): RunResult['series'] {
  const { steps, stepMs } = timelines[0]!
  const points = Array.from({ length: Math.floor(steps / stepsPerPoint) }, (_, point) => point * stepsPerPoint)
  const sumAt = (column: (timeline: Timeline) => Float64Array, first: number): number =>
    timelines.reduce(
      (sum, timeline) =>
        sum +
        column(timeline)
          .subarray(first, first + stepsPerPoint)
          .reduce((all, count) => all + count, 0),
      0,
    )
  const counts = (column: (timeline: Timeline) => Float64Array): number[] => points.map(first => sumAt(column, first))
  const requests = counts(({ requests }) => requests)
  const hits = counts(({ hits }) => hits)
  return {
    stepMs: stepMs * stepsPerPoint,
    requests,
    hitRatio: hits.map((count, point) => count / requests[point]!),
    originRequests: counts(({ originAsks }) => originAsks),
    stale: counts(({ stale }) => stale),
    errors: counts(({ errors }) => errors),
    p95Ms: points.map(
      first => timelines.reduce((sum, timeline) => sum + timeline.p95Ms(first, stepsPerPoint), 0) / timelines.length,
    ),
  }
}
