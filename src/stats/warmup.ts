/**
 * How many of the first observations belong to the warm-up: those without which the standard error of the mean of the rest is
 * least, found on means of five. Never more than half.
 * Source: K. P. White, M. J. Cobb, S. C. Spratt: A comparison of five steady-state truncation heuristics for simulation, WSC 2000
 * (MSER-5).
 */
export function mser5(observations: readonly number[]): number {
  const means: number[] = []
  for (let first = 0; first + 5 <= observations.length; first += 5)
    means.push(
      (observations[first]! +
        observations[first + 1]! +
        observations[first + 2]! +
        observations[first + 3]! +
        observations[first + 4]!) /
        5,
    )
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let cut = 0; cut <= Math.floor(means.length / 2); cut++) {
    const rest = means.slice(cut)
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length
    const squares = rest.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    const score = squares / rest.length ** 2
    if (score < least) {
      least = score
      best = cut
    }
  }
  return best * 5
}
