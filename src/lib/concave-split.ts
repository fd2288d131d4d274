/** What an amount brings to one of those who share: points of a curve with rising amounts. It begins with nothing at 0. */
export interface GainCurve {
  amounts: ArrayLike<number>
  gains: ArrayLike<number>
}

export interface Split {
  amounts: number[]
  /** Of each, on the upper hull of its curve. */
  gains: number[]
}

/**
 * Shares an amount out so that the sum of the gains is the largest: each curve is replaced by its upper concave hull, and the steepest
 * pieces of all hulls are taken first. Nobody does better on the hulls; on the curves themselves what is lost is at most one piece.
 * Everybody gets at least `least`, and what no curve has a use for is shared out evenly.
 * Source: B. Fox: Discrete optimization via marginal analysis, Management Science 13, 1966; for caches, D. Beckmann, D. Sanchez: Talus,
 * HPCA 2015.
 */
export function splitByHulls(curves: readonly GainCurve[], total: number, least = 0): Split {
  const hulls = curves.map(upperHull)
  const amounts = curves.map(() => least)
  const pieces = hulls.flatMap((hull, curve) =>
    hull.slice(1).map((end, index) => {
      const start = hull[index]!
      return { curve, from: start.amount, to: end.amount, slope: (end.gain - start.gain) / (end.amount - start.amount) }
    }),
  )
  pieces.sort((a, b) => b.slope - a.slope || a.curve - b.curve || a.from - b.from)
  let left = total - least * curves.length
  for (const { curve, to } of pieces) {
    const taken = Math.min(left, Math.max(0, to - amounts[curve]!))
    amounts[curve]! += taken
    left -= taken
  }
  if (left > 0) for (const curve of curves.keys()) amounts[curve]! += left / curves.length
  return { amounts, gains: hulls.map((hull, curve) => gainAt(hull, amounts[curve]!)) }
}

interface HullPoint {
  amount: number
  gain: number
}

/** The points of the least concave curve that is nowhere below, from nothing at 0. Source: A. Andrew, IPL 9(5), 1979. */
function upperHull({ amounts, gains }: GainCurve): HullPoint[] {
  const hull: HullPoint[] = [{ amount: 0, gain: 0 }]
  for (let index = 0; index < amounts.length; index++) {
    const point = { amount: amounts[index]!, gain: gains[index]! }
    if (point.gain <= hull.at(-1)!.gain) continue
    while (hull.length > 1 && isBelow(hull.at(-2)!, hull.at(-1)!, point)) hull.pop()
    hull.push(point)
  }
  return hull
}

/** True where the middle point lies on or below the line from the first to the last. */
function isBelow(first: HullPoint, middle: HullPoint, last: HullPoint): boolean {
  const rise = (middle.gain - first.gain) * (last.amount - first.amount)
  return rise <= (last.gain - first.gain) * (middle.amount - first.amount)
}

function gainAt(hull: readonly HullPoint[], amount: number): number {
  const next = hull.findIndex(point => point.amount >= amount)
  if (next < 0) return hull.at(-1)!.gain
  if (next === 0) return hull[0]!.gain
  const [start, end] = [hull[next - 1]!, hull[next]!]
  return start.gain + ((end.gain - start.gain) * (amount - start.amount)) / (end.amount - start.amount)
}
