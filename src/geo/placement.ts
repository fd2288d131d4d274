/** Where people are and what a PoP at each candidate would mean for them: rows of places, columns of candidates. */
export interface PlacementProblem {
  /** People (or any weight) of each place. */
  weights: Float64Array
  /** Round trip in ms of each place today, to its best PoP of those that stand already; Infinity where there is none. */
  todayMs: Float64Array
  /** Round trip in ms of place p to candidate c, at p x candidates + c. */
  rttMs: Float64Array
  candidates: number
}

export interface Placement {
  /** Candidates in the order in which they are worth building: each is the best one after those before it. */
  chosen: number[]
  /** Mean round trip in ms, weighted by people, before any and after each of them is built. */
  meanMs: number[]
  /** A mean that no choice of so many candidates can beat: how far from the best this one can be. */
  boundMs: number
}

/**
 * Chooses where the next PoPs save most: greedily, one after the other, then by exchanging a chosen one for another as long as that
 * helps. What a further PoP saves only shrinks the more there are (the saving is submodular), so the greedy choice alone
 * saves at least 63 % of the best, and the savings that are left give a bound for any choice. Equal savings: the first candidate.
 * Source: Nemhauser, Wolsey, Fisher: An analysis of approximations for maximizing submodular set functions, Mathematical Programming
 * 14, 1978; Teitz, Bart: Heuristic methods for estimating the generalized vertex median, Operations Research 16, 1968.
 */
export function choosePlacement(problem: PlacementProblem, count: number): Placement {
  const chosen = exchange(problem, chooseGreedily(problem, [], count))
  const ordered = chooseGreedily(problem, [], chosen.length, chosen)
  const meanMs = [meanOf(problem, reachOf(problem, []))]
  for (let built = 1; built <= ordered.length; built++)
    meanMs.push(meanOf(problem, reachOf(problem, ordered.slice(0, built))))
  return { chosen: ordered, meanMs, boundMs: boundOf(problem, ordered, count) }
}

/** What one of the chosen candidates changes for whom, once those before it stand. Shares are of the weights. */
export interface Worth {
  /** Places that it is nearer to than what stood before, and the mean of what they gain in ms. */
  gainShare: number
  gainMs: number
  /** Places that are nearest to it once all chosen ones stand. */
  serveShare: number
}

/** Below this nobody notices: the gain of a place does not count. */
const noticedMs = 0.5

/** The worth of each candidate, in the order in which they are built. */
export function worthOf(problem: PlacementProblem, chosen: readonly number[]): Worth[] {
  const { weights, rttMs, candidates } = problem
  const people = weights.reduce((sum, weight) => sum + weight, 0)
  const final = reachOf(problem, chosen)
  const reach = reachOf(problem, [])
  return chosen.map(candidate => {
    let [gainers, gained, served] = [0, 0, 0]
    for (let place = 0; place < weights.length; place++) {
      const ms = rttMs[place * candidates + candidate]!
      const gain = Math.min(reach[place]!, unreachedMs) - ms
      if (gain >= noticedMs) {
        gainers += weights[place]!
        gained += weights[place]! * gain
      }
      if (ms === final[place]! && ms < problem.todayMs[place]!) served += weights[place]!
    }
    build(problem, reach, candidate)
    return { gainShare: gainers / people, gainMs: gainers > 0 ? gained / gainers : 0, serveShare: served / people }
  })
}

/** Adds the best candidate, `count` times; fewer when no other one saves anything. */
function chooseGreedily(
  problem: PlacementProblem,
  start: readonly number[],
  count: number,
  among?: readonly number[],
): number[] {
  const chosen = [...start]
  const reach = reachOf(problem, chosen)
  while (chosen.length < count) {
    const gains = gainsOf(problem, reach)
    let best = -1
    for (const candidate of among ?? gains.keys())
      if (!chosen.includes(candidate) && gains[candidate]! > (best < 0 ? 0 : gains[best]!)) best = candidate
    if (best < 0) break
    chosen.push(best)
    build(problem, reach, best)
  }
  return chosen
}

/** Swaps one chosen candidate for one that is not, while the mean falls: each round takes the first chosen one that can be bettered. */
function exchange(problem: PlacementProblem, start: readonly number[]): number[] {
  const chosen = [...start]
  for (let isBetter = true; isBetter; ) {
    isBetter = false
    for (let index = 0; index < chosen.length; index++) {
      const others = chosen.filter((_, other) => other !== index)
      const [replacement] = chooseGreedily(problem, others, others.length + 1).slice(others.length)
      if (replacement === undefined || replacement === chosen[index]) continue
      const before = meanOf(problem, reachOf(problem, chosen))
      const after = meanOf(problem, reachOf(problem, [...others, replacement]))
      if (!(after < before - 1e-9)) continue
      chosen[index] = replacement
      isBetter = true
    }
  }
  return chosen
}

/** Saving of each candidate in ms x people, given what every place reaches now. A place that reaches nothing weighs most. */
function gainsOf({ weights, rttMs, candidates }: PlacementProblem, reachMs: Float64Array): Float64Array {
  const gains = new Float64Array(candidates)
  for (let place = 0; place < weights.length; place++) {
    const now = Math.min(reachMs[place]!, unreachedMs)
    const weight = weights[place]!
    const row = place * candidates
    for (let candidate = 0; candidate < candidates; candidate++) {
      const saved = now - rttMs[row + candidate]!
      if (saved > 0) gains[candidate]! += weight * saved
    }
  }
  return gains
}

/** What a place without any PoP counts as waiting; larger than any round trip on Earth. */
const unreachedMs = 1000

function reachOf(problem: PlacementProblem, chosen: readonly number[]): Float64Array {
  const reach = Float64Array.from(problem.todayMs)
  for (const candidate of chosen) build(problem, reach, candidate)
  return reach
}

function build({ rttMs, candidates }: PlacementProblem, reach: Float64Array, candidate: number): void {
  for (let place = 0; place < reach.length; place++)
    reach[place] = Math.min(reach[place]!, rttMs[place * candidates + candidate]!)
}

function meanOf({ weights }: PlacementProblem, reach: Float64Array): number {
  let [sum, people] = [0, 0]
  for (let place = 0; place < reach.length; place++) {
    sum += weights[place]! * Math.min(reach[place]!, unreachedMs)
    people += weights[place]!
  }
  return sum / people
}

/**
 * No `count` candidates save more than what the chosen ones save plus the `count` largest savings that are left; nor does anybody
 * get nearer than to the nearest of all candidates. The larger of both means is the bound.
 */
function boundOf(problem: PlacementProblem, chosen: readonly number[], count: number): number {
  const reach = reachOf(problem, chosen)
  const people = problem.weights.reduce((sum, weight) => sum + weight, 0)
  const left = gainsOf(problem, reach).sort().reverse().slice(0, count)
  const bySavings = meanOf(problem, reach) - left.reduce((sum, gain) => sum + gain, 0) / people
  const everything = reachOf(problem, [...Array(problem.candidates).keys()])
  return Math.max(bySavings, meanOf(problem, everything))
}
