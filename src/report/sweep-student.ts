/**
 * Chance that Student's t with so many degrees of freedom lies further from 0 than `t`, on either side.
 * Source: M. Abramowitz, I. Stegun: Handbook of Mathematical Functions, 26.7.3 and 26.7.4 (finite sums for whole degrees).
 */
export function studentTails(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return Number.isNaN(t) ? 1 : 0
  const theta = Math.atan(Math.abs(t) / Math.sqrt(degrees))
  const square = Math.cos(theta) ** 2
  const isOdd = degrees % 2 === 1
  let term = isOdd ? Math.cos(theta) : 1
  let sum = 0
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term
    term *= (square * (power + 1)) / (power + 2)
  }
  const inside = isOdd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum
  return Math.min(1, Math.max(0, 1 - inside))
}

/**
 * Chances of several tests made fit to be looked at together: one below 5 % is a finding even though many were tried.
 * Source: S. Holm: A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.
 */
export function adjustByHolm(chances: readonly number[]): number[] {
  const order = [...chances.keys()].sort((a, b) => chances[a]! - chances[b]!)
  const adjusted = new Array<number>(chances.length)
  let floor = 0
  for (const [rank, test] of order.entries()) {
    floor = Math.max(floor, Math.min(1, chances[test]! * (chances.length - rank)))
    adjusted[test] = floor
  }
  return adjusted
}
