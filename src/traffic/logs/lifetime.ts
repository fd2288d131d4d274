import { grownFloat64 } from '../../lib/columns.ts'
import { Remap } from '../traces/remap.ts'
import type { LogRecord } from './log-columns.ts'
import { loggedVerdicts } from './log-row.ts'

/** Fewer copies that were checked with the origin say too little. */
const fewestChecks = 20
/** So many ages of each kind are looked at; of more, evenly spread ones. */
const mostAges = 100_000

/** How long copies are fresh, as a log tells it. */
export interface Lifetime {
  ttlMs: number
  /** Share of the hits and checks that fit: hits on younger copies, checks of older ones. */
  fit: number
}

/**
 * Finds the lifetime that tells hits from checks best: a copy at a PoP that is younger than it is a hit, an older one is checked with the
 * origin. Its age counts from the last request for it there that was no hit. Null when the log has too few checks to tell.
 */
export function estimateLifetime({
  count,
  timesMs,
  objects,
  spotOf,
  spots,
  verdicts,
}: Pick<LogRecord, 'count' | 'timesMs' | 'objects' | 'spotOf' | 'spots' | 'verdicts'>): Lifetime | null {
  const pops = [...new Set(spots.map(({ pop }) => pop))]
  const popOf = Int32Array.from(spots, ({ pop }) => pops.indexOf(pop))
  const [hit, check, miss] = (['hit', 'revalidated', 'miss'] as const).map(name => loggedVerdicts.indexOf(name))
  const copies = new Remap()
  let fetchedMs = new Float64Array(1 << 12)
  const hits: number[] = []
  const checks: number[] = []
  for (let row = 0; row < count; row++) {
    const verdict = verdicts[row]!
    if (verdict !== hit && verdict !== check && verdict !== miss) continue
    const known = copies.count
    const copy = copies.numberOf(objects[row]!, popOf[spotOf[row]!]!)
    if (copy >= fetchedMs.length) fetchedMs = grownFloat64(fetchedMs, 2 * copy)
    // Of the first copy of an object nobody knows when it was fetched, unless it was a miss.
    const isKnown = copies.count === known && fetchedMs[copy]! >= 0
    const age = timesMs[row]! - fetchedMs[copy]!
    if (isKnown && verdict === hit) hits.push(age)
    if (isKnown && verdict === check) checks.push(age)
    if (verdict !== hit) fetchedMs[copy] = timesMs[row]!
    else if (copies.count > known) fetchedMs[copy] = -1
  }
  return checks.length < fewestChecks ? null : bestCut(thinned(hits), thinned(checks))
}

function thinned(ages: readonly number[]): Float64Array {
  const step = Math.max(1, ages.length / mostAges)
  const count = Math.floor(ages.length / step)
  return Float64Array.from({ length: count }, (_, index) => ages[Math.floor(index * step)]!).sort()
}

/** The age that leaves fewest hits above and fewest checks below. */
function bestCut(hits: Float64Array, checks: Float64Array): Lifetime {
  let [best, wrong, below] = [checks[0]!, Number.POSITIVE_INFINITY, 0]
  // Just below each check: all checks before it are wrong, and all hits from there on.
  for (let index = 0; index < checks.length; index++) {
    const cut = checks[index]!
    while (below < hits.length && hits[below]! < cut) below++
    const errors = index + (hits.length - below)
    if (errors < wrong) [best, wrong] = [cut, errors]
  }
  const younger = hits.findLast(age => age < best) ?? best
  return { ttlMs: rounded((younger + best) / 2), fit: 1 - wrong / (hits.length + checks.length) }
}

/** As people set lifetimes: to ten seconds above ten minutes, to seconds above one. Ages hold the time of a fetch too. */
function rounded(ms: number): number {
  const step = ms >= 600_000 ? 10_000 : ms >= 60_000 ? 1000 : 100
  return Math.max(step, Math.round(ms / step) * step)
}
