import type { Histogram } from 'hdr-histogram-js'
import { formatDigits } from '../lib/quantity.ts'
import type { VisitResult } from './visit.ts'

/** From here on a machine is taken to be too slow for what is asked of it, in ms. */
const lateMs = 100
const slowMs = 2000

const at = (histogram: Histogram, percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000

/** Says when the figures show a machine that could not keep up, and no network; empty otherwise. */
export function overloadNotes({ wall }: Pick<VisitResult, 'wall'>): string[] {
  const [late, slow] = [at(wall.late, 50), at(wall.service, 95)]
  if (late < lateMs && slow < slowMs) return []
  const what =
    late < lateMs
      ? `one of twenty answers took ${formatDigits(slow)} ms or more by the wall`
      : `half of the visits were sent ${formatDigits(late)} ms or more after they were due`
  return [
    `This machine could not keep up (${what}): latencies and what is saved show that, and no network. Try a lower --rate or --speed, or --time-scale 1.`,
  ]
}

/** What only the wall knows, in sentences; the first one is what must not be missed. */
export function wallNotes(
  { log, wall, wrongBodies, refused, tookMs }: VisitResult,
  areBodiesChecked: boolean,
): string[] {
  const times = (histogram: Histogram): string =>
    [50, 95, 99].map(percentile => `p${percentile} ${formatDigits(at(histogram, percentile))} ms`).join(', ')
  const statuses = [...refused].sort(([a], [b]) => a - b).map(([status, count]) => `${count} with ${status}`)
  const bodies = wrongBodies === 0 ? 'No body was wrong.' : `${wrongBodies} bodies were wrong.`
  return [
    ...overloadNotes({ wall }),
    ...(statuses.length === 0
      ? []
      : [
          `Answers ${statuses.join(', ')}: visitors ask with GET for the paths of the model, which what stands behind need not hold. They are counted as requests, their few bytes too.`,
        ]),
    `By the wall: ${formatDigits(tookMs / 1000)} s, ${formatDigits((log.requests / tookMs) * 1000)} visits a second; from when a visit was due ${times(wall.latency)}; from when it was sent ${times(wall.service)}.`,
    areBodiesChecked ? bodies : 'Bodies were not compared.',
  ]
}
