import { assert } from '../lib/assert.ts'

/** What is known of a distribution: values at shares of 0 to 1, both rising, such as `[[0.5, 12], [0.99, 60]]`. Plain data. */
export type Quantiles = readonly (readonly [share: number, value: number])[]

/**
 * The value at a share of 0 to 1: a draw from the distribution when the share is a die. Between two known quantiles the logarithm
 * of the value is linear in the share. Below the first one the first piece goes on; above the last one nothing is known, and the
 * value stays, so that no draw is beyond what was measured.
 */
export type QuantileFunction = (share: number) => number

/** Checks a table of quantiles and makes it callable. One quantile alone is a constant. */
export function createQuantileFunction(quantiles: Quantiles): QuantileFunction {
  assert(quantiles.length > 0, 'a table of quantiles has at least one row')
  const last = quantiles.length - 1
  const shares = Float64Array.from(quantiles, ([share]) => share)
  const logs = Float64Array.from(quantiles, ([, value]) => Math.log(Math.max(value, Number.MIN_VALUE)))
  const slopes = new Float64Array(quantiles.length)
  for (let row = 0; row < last; row++) {
    assert(shares[row]! < shares[row + 1]!, 'the shares of quantiles rise')
    assert(logs[row]! <= logs[row + 1]!, 'the values of quantiles do not fall')
    slopes[row] = (logs[row + 1]! - logs[row]!) / (shares[row + 1]! - shares[row]!)
  }
  const greatest = quantiles[last]![1]
  return share => {
    if (share >= shares[last]!) return greatest
    let row = 0
    while (row + 1 < last && share >= shares[row + 1]!) row++
    return Math.exp(logs[row]! + (share - shares[row]!) * slopes[row]!)
  }
}
