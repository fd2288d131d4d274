// The natural logarithm with the rounding of fdlibm's, which is also that of Math.log in V8: the same numbers come out of both, to the last bit.
// Source: Sun Microsystems: fdlibm 5.3, e_log.c (method and coefficients: Remez on log((1 + s) / (1 - s)) - 2s); J.-M. Muller: Elementary Functions, 2016, 11.

/** ln 2 in two parts: products of the first with exponents are exact. */
const ln2High: f64 = 6.93147180369123816490e-1
const ln2Low: f64 = 1.90821492927058770002e-10

/** Logarithm of a positive, normal number that is less than infinite. */
@inline
export function logOf(x: f64): f64 {
  const bits = reinterpret<u64>(x)
  const fraction = ((bits >> 32) as u32) & 0xfffff
  // x = 2^exponent (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
  const isUpper = (fraction + 0x95f64) & 0x100000
  const exponent = (((bits >> 52) as i32) - 1023 + ((isUpper >> 20) as i32)) as f64
  const high = (fraction | (isUpper ^ 0x3ff00000)) as u64
  const f = reinterpret<f64>((high << 32) | (bits & 0xffffffff)) - 1
  if (((fraction + 2) & 0xfffff) < 3) return nearOne(f, exponent)
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1))
  const odd =
    z *
    (6.666666666666735130e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)))
  const r = odd + even
  // Between these the square of f is taken out first, which loses less.
  if (fraction >= 0x6147a && fraction <= 0x6b851) {
    const half = 0.5 * f * f
    return exponent * ln2High - (half - (s * (half + r) + exponent * ln2Low) - f)
  }
  return exponent * ln2High - (s * (f - r) - exponent * ln2Low - f)
}

/** Where |f| < 2^-20 two terms are enough. */
function nearOne(f: f64, exponent: f64): f64 {
  if (f == 0) return exponent * ln2High + exponent * ln2Low
  const r = f * f * (0.5 - 0.33333333333333333 * f)
  return exponent * ln2High - (r - exponent * ln2Low - f)
}
